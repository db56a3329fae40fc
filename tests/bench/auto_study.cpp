// Holds the preset `auto` against each of its parts alone, on tasks of which it is known what there is to learn:
//     auto_study [-t THREADS] [-r SHARE] [NAME]
// Every task of planted_tasks.h, or those whose names hold NAME; SHARE of the repetitions, at least one. A line of JSON
// each on stdout: Spearman and R² on memes that nothing was chosen by, means over the repetitions.
// The parts: the line and the words, each with the penalty of a grid that errs least on the choosing rows and then
// fitted on learning and choosing rows together, and the perceptron of the preset `standard`.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <unistd.h>

#include "core/base/rows.h"
#include "core/blend/fit_blend.h"
#include "core/blend/word_ridge.h"
#include "core/evaluate/metrics.h"
#include "core/nn/training/trainer.h"
#include "core/pipeline/runs/run_head.h"
#include "tests/bench/planted_tasks.h"

using namespace dank;
using planted::Planted;
using planted::Task;

namespace {

constexpr double kPenalties[] = {1000, 100, 10, 1, 0.1, 0.01, 0.001};

struct Figures {
    double spearman = 0, r2 = 0;

    void add(std::span<const double> predicted, std::span<const double> actual, double share)
    {
        const Metrics metrics = computeMetrics(predicted, actual);
        spearman += metrics.spearman.value_or(0) * share;
        r2 += metrics.r2.value_or(0) * share;
    }
};

/// The place of the head that errs least; `answer` gives what the head at a place says of a row.
template <typename Answer>
std::size_t leastWrong(const RunData &data, std::size_t heads, Answer answer)
{
    std::size_t best = 0;
    double least = INFINITY;
    for (std::size_t p = 0; p < heads; ++p) {
        double error = 0;
        for (const std::size_t row : data.split.validation)
            error += std::pow(answer(p, row) - data.targets[row], 2);
        if (error < least) {
            least = error;
            best = p;
        }
    }
    return best;
}

std::vector<double> lineAlone(const Planted &planted, const ModelScale &scale)
{
    const RunData &data = planted.data;
    std::vector<float> scaled(data.features.columns);
    const auto said = [&](const LinearHead &head, std::size_t row) {
        scale.apply(data.features.row(row), scaled);
        return head(scaled);
    };
    const auto heads = ridgeHeads(data.features, scale, data.targets, data.split.train, kPenalties, {});
    const std::size_t best =
        leastWrong(data, heads.size(), [&](std::size_t p, std::size_t row) { return said(heads[p], row); });
    const auto whole = ridgeHeads(data.features, scale, data.targets, learningRows(data.split),
                                  std::span(kPenalties).subspan(best, 1), {});
    std::vector<double> answers;
    for (const std::size_t row : planted.fresh)
        answers.push_back(said(whole.front(), row));
    return answers;
}

std::vector<double> wordsAlone(const Planted &planted)
{
    const RunData &data = planted.data;
    std::vector<std::string> titles;
    for (const Caption &caption : data.captions)
        titles.push_back(caption.title);
    const auto headsOf = [&](std::span<const std::size_t> rows, std::span<const double> penalties) {
        const WordRidge words(titles, rows);
        std::vector<std::size_t> places(rows.size());
        std::iota(places.begin(), places.end(), std::size_t{0});
        return std::pair(words.heads(picked<float>(data.targets, rows), places, penalties, {}), words.rarity());
    };
    const auto said = [&](const LinearHead &head, const TitleFeatures &features, std::size_t row) {
        return wordAnswer(features.of(titles[row]), head.weight, head.bias);
    };
    const auto [heads, rarity] = headsOf(data.split.train, kPenalties);
    const TitleFeatures features(rarity);
    const std::size_t best =
        leastWrong(data, heads.size(), [&](std::size_t p, std::size_t row) { return said(heads[p], features, row); });
    const auto [whole, wholeRarity] = headsOf(learningRows(data.split), std::span(kPenalties).subspan(best, 1));
    const TitleFeatures wholeFeatures(wholeRarity);
    std::vector<double> answers;
    for (const std::size_t row : planted.fresh)
        answers.push_back(said(whole.front(), wholeFeatures, row));
    return answers;
}

void study(const Task &task, double share, int threads)
{
    const int repetitions = std::max(1, static_cast<int>(std::lround(share * task.repetitions)));
    const double each = 1.0 / repetitions;
    std::map<std::string, Figures> figures;
    std::map<std::string, double> weights;
    TrainingControl control;
    for (int repetition = 1; repetition <= repetitions; ++repetition) {
        TrainConfig automatic = TrainConfig::automatic(), standard = TrainConfig::standard();
        if (task.maximum)
            automatic.target = standard.target = TargetKind::Max;
        automatic.seed = standard.seed = static_cast<std::uint64_t>(repetition);
        const Planted planted = plant(task, automatic,
                                      task.rows > 5000  ? 4000
                                      : task.rows > 500 ? 2000
                                                        : 500,
                                      automatic.seed);
        const RunData &data = planted.data;
        const auto actual = picked<double>(data.targets, planted.fresh);

        const HeadData head = headData(data);
        const TrainingState plain = trainRegressor(head.training, standard, {}, control, {}, {}, threads);
        figures["perceptron"].add(answersFor(perceptronOf(standard, plain, task.columns), data.features, planted.fresh),
                                  actual, each);
        const TrainingState begun = trainRegressor(head.training, automatic, {}, control, {}, {}, threads);
        Model model = perceptronOf(automatic, begun, task.columns);
        completeHead(model, head, begun.bestEpoch, control, {}, threads);
        figures["auto"].add(answersFor(model, data.features, planted.fresh, data.captions), actual, each);
        figures["line"].add(lineAlone(planted, {plain.featureMean, plain.featureScale}), actual, each);
        figures["words"].add(wordsAlone(planted), actual, each);
        const BlendWeights &withTitle = model.blend->withTitle;
        weights["perceptron"] += withTitle.network * each;
        weights["line"] += withTitle.line * each;
        weights["words"] += withTitle.title * each;
    }
    std::printf("{\"task\": \"%s\", \"rows\": %zu, \"columns\": %zu, \"picture_tells\": %g, \"title_tells\": %g, "
                "\"repetitions\": %d",
                task.name, task.rows, task.columns, task.picture, task.words, repetitions);
    for (const auto &[name, figure] : figures)
        std::printf(", \"%s\": [%.4f, %.4f]", name.c_str(), figure.spearman, figure.r2);
    for (const auto &[name, weight] : weights)
        std::printf(", \"weight_%s\": %.3f", name.c_str(), weight);
    std::printf("}\n");
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char **argv)
try {
    int threads = 2;
    double share = 1;
    for (int option; (option = getopt(argc, argv, "t:r:")) != -1;) {
        if (option == 't')
            threads = std::max(1, std::atoi(optarg));
        else if (option == 'r')
            share = std::atof(optarg);
        else
            return 2;
    }
    for (const Task &task : planted::kTasks)
        if (optind >= argc || std::string(task.name).find(argv[optind]) != std::string::npos)
            study(task, share, threads);
    return 0;
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
