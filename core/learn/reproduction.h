#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dank {

/// One row of the paper's table: the loss that it prints after so many epochs.
struct PaperLoss {
    int epochs;
    double loss;
};
/// The paper's whole table, 10 to 1,000 epochs.
std::span<const PaperLoss> paperLosses();
/// Its epochs as far as a run of so many goes, and the run's last one.
std::vector<int> shownEpochs(int epochs);

/// How many memes the paper's author had features of.
inline constexpr std::size_t kPaperRows = 3338;
/// The width of the features that the appendix draws at random.
inline constexpr int kPaperColumns = 2048;
inline constexpr int kPaperBatch = 100;

/// The paper's training loop, run again: what it prints is the sum, over an epoch's batches of 100, of each batch's
/// mean squared error.
struct Reproduction {
    std::size_t rows = 0;
    bool seededTargets = false;  ///< drawn here, not a dataset's ups / max(ups)
    double predictMean = 0;      ///< the same sum for always answering the targets' mean
    std::vector<std::uint64_t> seeds;
    std::vector<std::vector<double>> curves;  ///< [seeds][epochs]
    double seconds = 0;                       ///< wall time

    /// The printed loss of each seed after `epoch` epochs (from 1); empty past the end.
    std::vector<double> after(int epoch) const;
};

/// ups / max(ups) as long-tailed as the paper's: Weibull-distributed with mean 0.081 and variance 0.0098, at most 1.
std::vector<float> seededPaperTargets(std::size_t rows, std::uint64_t seed);

/// The sum over batches of kPaperBatch rows, in order, of the mean squared error of always answering the mean.
double meanPredictorBatchSum(std::span<const float> targets);

/// One paragraph on why the numbers are what they are, with those of `result` in it.
std::string explainReproduction(const Reproduction &result);

}  // namespace dank
