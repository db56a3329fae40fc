#include "core/pipeline/runs/reproduce.h"

#include <chrono>
#include <mutex>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/learn/target.h"
#include "core/nn/training/paper_loop.h"

namespace dank {

namespace {

std::vector<float> targetsOf(const Dataset &dataset)
{
    std::vector<std::int64_t> upvotes;
    for (const MemeRecord &record : dataset.records())
        upvotes.push_back(record.upvotes);
    const TargetTransform paper = TargetTransform::fit(TargetKind::Max, upvotes);
    std::vector<float> targets;
    for (const std::int64_t ups : upvotes)
        targets.push_back(paper.toDankness(ups));
    return targets;
}

}  // namespace

Reproduction reproducePaper(const Dataset *dataset, int epochs, int seeds, int threads,
                            const ReproductionObserver &observer, const JobContext &job)
{
    if (epochs < 1 || epochs > 100'000 || seeds < 1 || seeds > 100)
        throw Error(ErrorKind::Format, "The paper's loop runs for 1 to 100,000 epochs and 1 to 100 seeds.");
    const auto start = std::chrono::steady_clock::now();
    const std::vector<float> targets = dataset ? targetsOf(*dataset) : seededPaperTargets(kPaperRows, 1);
    Reproduction result;
    result.rows = targets.size();
    result.seededTargets = !dataset;
    result.predictMean = meanPredictorBatchSum(targets);
    result.curves.resize(static_cast<std::size_t>(seeds));
    for (int seed = 1; seed <= seeds; ++seed)
        result.seeds.push_back(static_cast<std::uint64_t>(seed));

    std::mutex mutex;
    std::size_t done = 0;
    parallelFor(result.seeds.size(), threads, job.cancel, [&](std::size_t i) {
        const auto tell = [&, i](int epoch, double loss) {
            std::lock_guard lock(mutex);
            job.report("reproduce", ++done, result.seeds.size() * static_cast<std::size_t>(epochs));
            if (observer)
                observer(i, epoch, loss);
        };
        result.curves[i] = runPaperLoop(targets, epochs, result.seeds[i], tell, job);
    });
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

}  // namespace dank
