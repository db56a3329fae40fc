// How well a map finds what is known to decide, and whether its checks tell a map that is about nothing:
//     explain_study PRESET TASKS PICTURES ROWS [EPOCHS]
// TASKS times a task of ROWS painted pictures in which a red dot in a corner decides (tests/pipeline/dot_pictures.h)
// is learned by PRESET on `classic`, and PICTURES new ones with a dot are explained: by the trained head, by
// a head with the random weights that training begins with, and by one that learned from shuffled upvotes. A line for
// each map on stderr, one of JSON at the end.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>

#include "core/explain/map_checks.h"
#include "core/pipeline/runs/explain.h"
#include "tests/pipeline/dot_pictures.h"

using namespace dank;

namespace {

struct Count {
    int maps = 0, dot = 0, quarter = 0, warned = 0, same = 0, weak = 0, deletion = 0, verdict = 0;
};

bool starts(const std::string &text, const char *with)
{
    return text.find(with) != std::string::npos;
}

/// Whether the grid's largest place lies on the dot.
bool isDot(const Explanation &map, const test::DotPicture &picture)
{
    std::size_t largest = 0;
    for (std::size_t i = 0; i < map.grid.size(); ++i)
        if (map.grid[i] > map.grid[largest])
            largest = i;
    const double x = (static_cast<double>(largest % map.columns) + 0.5) / static_cast<double>(map.columns);
    const double y = (static_cast<double>(largest / map.columns) + 0.5) / static_cast<double>(map.rows);
    return picture.dotHolds(x, y, static_cast<double>(test::kDotSide) / static_cast<double>(map.columns) / 2);
}

void study(const char *name, Count &count, const Model &model, const test::DotTask &task,
           const test::DotPicture &picture, int threads)
{
    const Explanation map =
        explainPicture({model, *task.classic, ResizeRule::Whole, threads}, encodePng(picture.image), {}, {}, {});
    ++count.maps;
    count.dot += isDot(map, picture);
    bool warned = false;
    for (const std::string &warning : map.warnings) {
        warned = warned || starts(warning, "This map is not about upvotes");
        count.same += starts(warning, "draws nearly the same");
        count.weak += starts(warning, "times as far");
        count.deletion += starts(warning, "strongest fifth");
        count.verdict += starts(warning, "verdict");
    }
    count.warned += warned;
    const MapChecks &checks = map.checks;
    std::fprintf(stderr, "%s\t%d\t%.3f\t%.3f\t%.2f\t%.2f\t%.2f\t%d\t%.2f\t%s\t%.1f\t%.1f\n", name, isDot(map, picture),
                 checks.shuffledCorrelation.value_or(NAN), checks.strengthRatio.value_or(NAN),
                 checks.deletionTop.value_or(NAN), checks.deletionRandom.value_or(NAN),
                 checks.deletionSpread.value_or(NAN), int(warned), map.seconds, verdictName(model.verdict()), map.score,
                 map.base);
}

void print(const char *name, const Count &count)
{
    std::printf(", \"%s\": {\"maps\": %d, \"dot\": %d, \"warned\": %d, \"same_map\": %d, \"weak\": %d, "
                "\"deletion\": %d, \"verdict\": %d}",
                name, count.maps, count.dot, count.warned, count.same, count.weak, count.deletion, count.verdict);
}

}  // namespace

int main(int argc, char **argv)
try {
    if (argc < 5) {
        std::fprintf(stderr, "explain_study PRESET TASKS PICTURES ROWS [EPOCHS]\n");
        return 2;
    }
    const int tasks = std::atoi(argv[2]), pictures = std::atoi(argv[3]), rows = std::atoi(argv[4]);
    const int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    TrainConfig config = TrainConfig::fromPreset(argv[1]);
    config.captions = Captions::None;
    config.epochs = argc > 5 ? std::atoi(argv[5]) : 60;
    Count trained, untrained, shuffled;
    for (int t = 1; t <= tasks; ++t) {
        const auto seed = static_cast<std::uint64_t>(t);
        config.seed = seed;
        const test::DotTask task(rows, seed, threads), nothing(rows, seed, threads, true);
        const Model model = task.train(config, threads), learned = nothing.train(config, threads);
        for (int i = 0; i < pictures; ++i) {
            const auto number = static_cast<std::uint64_t>(i);
            const test::DotPicture picture = test::paintDot(mixSeed(seed, 1'000'000 + number), true);
            study("trained", trained, model, task, picture, threads);
            study("untrained", untrained, task.untrained(model, config, mixSeed(seed, number)), task, picture, threads);
            study("shuffled", shuffled, learned, task, picture, threads);
        }
    }
    std::printf("{\"preset\": \"%s\", \"rows\": %d, \"tasks\": %d", argv[1], rows, tasks);
    print("trained", trained);
    print("untrained", untrained);
    print("shuffled", shuffled);
    std::printf("}\n");
    return 0;
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
