#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/evaluate/baselines.h"
#include "core/learn/train_config.h"
#include "core/model/model.h"
#include "core/nn/training/trainer.h"
#include "core/pipeline/runs/run_data.h"

namespace dank {

/// What a head learns from.
struct HeadData {
    TrainingData training;
    std::span<const Caption> captions;      ///< [rows]; empty: pictures alone
    std::span<const std::size_t> clusters;  ///< [rows], rows that share a picture or an author share a number
};

/// The run's own.
HeadData headData(const RunData &data);

/// The best epoch of a state as a model that answers by the perceptron alone. It knows its settings and nothing of
/// where it comes from.
Model perceptronOf(const TrainConfig &config, const TrainingState &state, std::size_t columns);

/// That the network of a training has come to give all memes one score (TrainingHooks::onCollapse), and the way out;
/// with epoch 0 that the finished one does.
std::string collapseWarning(const TrainConfig &config, int epoch);

/// Makes a trained perceptron the whole head that its settings ask for: without a blend it stays as it is. Where the
/// blend uses the perceptron it is trained anew on learning and choosing rows together, for as many epochs as were
/// best; where `control` stops that, or what comes of it tells no memes apart, it stays the one that it was. Reports
/// stage "blend". Throws Cancelled.
void completeHead(Model &model, const HeadData &data, int bestEpoch, TrainingControl &control, const JobContext &job,
                  int threads);

/// Sets a tuned perceptron among the words that its settings let a head look at: they are fitted and weighed by what
/// they say of learning memes out of their fold, the perceptron by what it says of the choosing ones, which it did not
/// learn from. No line through the features: tuned ones have learnt their memes by heart, so it would count too much.
/// Without captions it stays alone. Throws Cancelled.
void addWords(Model &model, const HeadData &data, const JobContext &job, int threads);

/// What a model answers for some rows of a matrix, as danknesses in the order of `rows`. `captions`: [rows of the
/// matrix] or empty.
std::vector<double> answersFor(const Model &model, const FeatureMatrix &features, std::span<const std::size_t> rows,
                               std::span<const Caption> captions = {});

/// What a head that reads captions answers by its parts alone, as baselines "picture_part", "title_part" and
/// "text_part": a caption without words gets the mean. Nothing of other heads.
std::vector<Baseline> partsOf(const Model &model, const FeatureMatrix &features, std::span<const std::size_t> rows,
                              std::span<const Caption> captions, double mean);

}  // namespace dank
