#include "core/learn/reproduction.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/base/random.h"
#include "core/dataset/histogram.h"

namespace dank {

namespace {

constexpr PaperLoss kPaperLosses[] = {
    {10, 105743450243072.0}, {100, 1120687035136.0}, {500, 447666695.75}, {1000, 9383.2}};

std::string shown(double value)
{
    char text[40];
    std::snprintf(text, sizeof text, value >= 1e5 ? "%.2e" : value >= 10 ? "%.0f" : "%.2f", value);
    return text;
}

}  // namespace

std::span<const PaperLoss> paperLosses()
{
    return kPaperLosses;
}

std::vector<int> shownEpochs(int epochs)
{
    std::vector<int> shown;
    for (const PaperLoss &row : paperLosses())
        if (row.epochs <= epochs)
            shown.push_back(row.epochs);
    if (shown.empty() || shown.back() != epochs)
        shown.push_back(epochs);
    return shown;
}

std::vector<double> Reproduction::after(int epoch) const
{
    std::vector<double> losses;
    for (const std::vector<double> &curve : curves)
        if (epoch >= 1 && static_cast<std::size_t>(epoch) <= curve.size())
            losses.push_back(curve[static_cast<std::size_t>(epoch) - 1]);
    return losses;
}

std::vector<float> seededPaperTargets(std::size_t rows, std::uint64_t seed)
{
    // Weibull of shape 1 / 1.22 has the variance asked for; Γ(2.22) = 1.114 is its mean at scale 1.
    constexpr double kPower = 1.22;
    constexpr double kScale = 0.081 / 1.114;
    std::vector<float> targets(rows);
    Random random(seed);
    for (float &target : targets)
        target = static_cast<float>(std::min(1.0, kScale * std::pow(-std::log(1.0 - random.uniform()), kPower)));
    return targets;
}

double meanPredictorBatchSum(std::span<const float> targets)
{
    if (targets.empty())
        return 0;
    const double mean = std::accumulate(targets.begin(), targets.end(), 0.0) / static_cast<double>(targets.size());
    double sum = 0;
    for (std::size_t from = 0; from < targets.size(); from += kPaperBatch) {
        const auto batch = targets.subspan(from, std::min<std::size_t>(kPaperBatch, targets.size() - from));
        double squares = 0;
        for (const float target : batch)
            squares += (target - mean) * (target - mean);
        sum += squares / static_cast<double>(batch.size());
    }
    return sum;
}

std::string explainReproduction(const Reproduction &result)
{
    std::string text =
        "The network starts with weights and biases from N(0, 1): each of its five ReLU layers multiplies the mean "
        "square of the signal by 2.5 times its width, so its first answers are in the millions while the targets lie "
        "between 0 and 1. Adam moves every weight by about 0.001 a step, so the loss falls for as long as it takes to "
        "shrink them, whatever the data. "
        "Nothing else can be learnt: the appendix trains on random numbers instead of features, and with four "
        "activations "
        "in five dropped.";
    if (!result.curves.empty() && !result.curves.front().empty()) {
        const double last = summarize(result.after(static_cast<int>(result.curves.front().size()))).median;
        text += " After " + std::to_string(result.curves.front().size()) + " epochs "
                + (result.curves.size() > 1 ? "the median seed's loss is " : "the loss is ") + shown(last) + ", "
                + shown(last / std::max(result.predictMean, 1e-12)) + " times that of always answering the mean ("
                + shown(result.predictMean) + "); the paper's 9383.2 is "
                + shown(9383.2 / std::max(result.predictMean, 1e-12)) + " times.";
    }
    return text;
}

}  // namespace dank
