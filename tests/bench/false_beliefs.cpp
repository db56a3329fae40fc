// How often the verdict believes upvotes that were shuffled:
//     false_beliefs FOLDER BACKBONE ROWS SHUFFLES [same|own [PRESET]]
// FOLDER keeps the samples and the library, so that pictures are drawn and described once. BACKBONE: "classic", or a
// network, whose weights then are random. The preset (`standard`) and its split, with both controls, as `dank train`
// has them, and with the titles where the preset reads them, which stay with their pictures; `same`: all shuffles on
// the split of the default seed, `own` (as without): each on a split of its own. A line each on stderr: number, rows,
// authors and pictures, R², the mean's R², Spearman, its interval and p-value, the verdict by the interval alone and
// the verdict; and one of JSON at the end.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>

#include "core/base/random.h"
#include "core/nn/training/trainer.h"
#include "core/pipeline/runs/evaluate_run.h"
#include "core/pipeline/runs/permutation_controls.h"
#include "core/pipeline/runs/run_data.h"
#include "core/pipeline/runs/run_head.h"
#include "core/pipeline/sample.h"
#include "core/store/library.h"
#include "tests/evaluate/binomial.h"

using namespace dank;

namespace {

constexpr std::uint64_t kShuffle = 0x66616c7365;

std::filesystem::path sampleOf(const std::filesystem::path &folder, int rows)
{
    const std::filesystem::path sample = folder / ("sample" + std::to_string(rows));
    if (!std::filesystem::exists(sample / "db.json"))
        writeSample(sample, rows, 1, {});
    return sample / "db.json";
}

/// `data` with its upvotes dealt anew, split and target as the run of `config` would make them.
void shuffleUpvotes(RunData &data, const TrainConfig &config, std::uint64_t seed)
{
    std::vector<std::int64_t> upvotes;
    for (const MemeRecord &record : data.records)
        upvotes.push_back(record.upvotes);
    Random deal(mixSeed(seed, kShuffle));
    deal.shuffle(std::span(upvotes));
    for (std::size_t row = 0; row < upvotes.size(); ++row)
        data.records[row].upvotes = upvotes[row];

    data.split = makeRunSplit(data.records, {config.split, config.validationFraction, data.copies}, config.seed);
    data.target = GroupedTarget::fit(config.target, upvotes, {}, data.split.train);
    data.trainMean = 0;
    for (std::size_t row = 0; row < upvotes.size(); ++row)
        data.targets[row] = data.target.toDankness(upvotes[row], {});
    for (const std::size_t row : data.split.train)
        data.trainMean += data.targets[row] / static_cast<double>(data.split.train.size());
}

/// What `dank train` would say of it.
Evaluation judged(const RunData &data, const TrainConfig &config)
{
    TrainingControl control;
    const TrainingState state =
        trainRegressor({data.features, data.targets, data.split, data.groupIndexes}, config, {}, control, {}, {});
    Model model = perceptronOf(config, state, data.features.columns);
    model.target = data.target.global;
    completeHead(model, headData(data), state.bestEpoch, control, {}, 1);
    return judgeRun(model, data, answersFor(model, data.features, data.split.test, data.captions),
                    trainControls(data, config, state.bestEpoch, control, {}, 1).baselines, {});
}

/// What the verdict was before it asked for a p-value.
VerdictKind byIntervalAlone(const Evaluation &evaluation)
{
    VerdictFacts facts;
    facts.rows = facts.clusters = facts.evenClusters = evaluation.model.rows;  // else it had too few rows
    facts.meanR2 = evaluation.meanPredictor.r2;
    facts.pooled = {evaluation.model, intervalOf(evaluation.intervals, Figure::Spearman), 0};
    facts.baselines = evaluation.baselines;
    return evaluation.verdict.kind == VerdictKind::NoEvidence ? decideVerdict(facts).kind : evaluation.verdict.kind;
}

void print(const char *name, int believed, int decided)
{
    std::printf(", \"%s\": {\"count\": %d, \"rate\": %.4f, \"low\": %.4f, \"high\": %.4f}", name, believed,
                static_cast<double>(believed) / std::max(1, decided), test::lowerBound(believed, decided),
                test::upperBound(believed, decided));
}

}  // namespace

int main(int argc, char **argv)
try {
    if (argc < 5) {
        std::fprintf(stderr, "false_beliefs FOLDER BACKBONE ROWS SHUFFLES [same|own [PRESET]]\n");
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    const int rows = std::atoi(argv[3]), shuffles = std::atoi(argv[4]);
    const bool same = argc > 5 && std::string(argv[5]) == "same";

    std::filesystem::create_directories(folder);
    BackboneRequest request;
    request.backbone = argv[2];
    if (request.backbone != "classic")
        request.weights = "none";
    request.device = "cpu";
    request.precision = "fp32";
    const Dataset dataset = Dataset::load(sampleOf(folder, rows));
    BackboneCache networks;
    const PipelineContext context{networks, static_cast<int>(std::max(1u, std::thread::hardware_concurrency())),
                                  folder / "library"};
    ExtractReport extracted = extractFeatures(dataset, request, context, {}, {});
    Library library = Library::open(context.library);
    TrainConfig config = TrainConfig::fromPreset(argc > 6 ? argv[6] : "standard");
    const RunData whole = joinRunData(dataset, extracted, config, std::nullopt, library, context.threads, {});

    int decided = 0, believed = 0, byInterval = 0;
    std::size_t judgedRows = 0, clusters = 0;
    for (int shuffle = 1; shuffle <= shuffles; ++shuffle) {
        RunData data = whole;
        if (!same)
            config.seed = static_cast<std::uint64_t>(shuffle);
        shuffleUpvotes(data, config, static_cast<std::uint64_t>(shuffle));
        const Evaluation evaluation = judged(data, config);
        const VerdictKind kind = evaluation.verdict.kind, before = byIntervalAlone(evaluation);
        decided += kind != VerdictKind::TooFewRows;
        believed += kind != VerdictKind::TooFewRows && kind != VerdictKind::NoEvidence;
        byInterval += before != VerdictKind::TooFewRows && before != VerdictKind::NoEvidence;
        judgedRows += evaluation.model.rows;
        clusters += evaluation.clusters;
        const Interval interval = intervalOf(evaluation.intervals, Figure::Spearman).value_or(Interval{});
        std::fprintf(stderr, "%d\t%zu\t%zu\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%s\t%s\n", shuffle,
                     evaluation.model.rows, evaluation.clusters, evaluation.model.r2.value_or(0),
                     evaluation.meanPredictor.r2.value_or(0), evaluation.model.spearman.value_or(0), interval.low,
                     interval.high, evaluation.pValue.value_or(1), verdictName(before), verdictName(kind));
    }
    std::printf("{\"preset\": \"%s\", \"backbone\": \"%s\", \"rows\": %d, \"split\": \"%s\", \"shuffles\": %d, "
                "\"decided\": %d, "
                "\"judged_rows\": %.1f, \"clusters\": %.1f",
                config.preset.c_str(), argv[2], rows, same ? "same" : "own", shuffles, decided,
                static_cast<double>(judgedRows) / shuffles, static_cast<double>(clusters) / shuffles);
    print("by_interval", byInterval, decided);
    print("believed", believed, decided);
    std::printf("}\n");
    return 0;
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
