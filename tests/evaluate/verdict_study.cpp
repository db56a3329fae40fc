#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "tests/evaluate/planted.h"

/// verdict_study [RUNS [NAME]]: how often each planted dataset (or those whose names hold NAME) gets its verdict. Ends
/// with 1 when one gets it in fewer than 95 of 100.
int main(int argc, char **argv)
{
    using namespace dank;
    const int runs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 100;
    int status = 0;
    std::printf("%-38s %-18s %9s  %s\n", "planted", "right verdict", "right", "others");
    for (const planted::Plan &plan : planted::kPlans) {
        if (argc > 2 && std::string(plan.name).find(argv[2]) == std::string::npos)
            continue;
        std::map<std::string, int> counts;
        std::string wrong;
        for (int seed = 1; seed <= runs; ++seed) {
            const Verdict verdict = planted::run(plan, static_cast<std::uint64_t>(seed)).verdict;
            ++counts[verdictName(verdict.kind)];
            if (wrong.empty() && std::string(verdictName(verdict.kind)) != plan.verdict)
                wrong = verdict.headline + ' ' + verdict.reason;
        }
        const int right = counts[plan.verdict];
        std::string others;
        for (const auto &[name, count] : counts)
            if (name != plan.verdict)
                others += name + ' ' + std::to_string(count) + ' ';
        std::printf("%-38s %-18s %4d/%-4d  %s\n", plan.name, plan.verdict, right, runs, others.c_str());
        if (!wrong.empty())
            std::printf("    e.g. %s\n", wrong.c_str());
        std::fflush(stdout);
        if (right * 100 < runs * 95)
            status = 1;
    }
    return status;
}
