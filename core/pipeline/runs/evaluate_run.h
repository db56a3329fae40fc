#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/evaluate/baselines.h"
#include "core/evaluate/evaluation.h"
#include "core/model/model.h"
#include "core/pipeline/runs/run_data.h"

namespace dank {

/// A meme of the run and what was answered for it.
JudgedMeme judgedMeme(const RunData &data, std::size_t row, double answer);

/// Everything simpler that needs no training, on the rows of `split`. `targets`: [rows]. Throws Cancelled.
BaselineSet simplerThan(const RunData &data, std::span<const float> targets, const Split &split, const JobContext &job);

/// A run's model on the rows that had no part in it, beside everything simpler. `answers`: the model's for the split's
/// test rows. `controls` may be empty. Throws Cancelled.
Evaluation judgeRun(const Model &model, const RunData &data, std::span<const double> answers,
                    std::vector<Baseline> controls, const JobContext &job);

/// The same for who stopped that and waits for nothing: beside always answering the mean (and the group's median),
/// which the verdict's reason says, and with no other interval than the verdict's own.
Evaluation judgeRunAlone(const Model &model, const RunData &data, std::span<const double> answers);

/// The run's split as a hash; empty where an id cannot be part of a manifest.
std::string splitHashOf(const RunData &data);

/// Scores up to `rows` memes that the model did not learn from, those that judge it first, and fills its reference set
/// and its interval from them: the latter from memes of the test side alone. Returns those memes' danknesses, in the
/// split's order where none was left out.
std::vector<double> fillReference(Model &model, const RunData &data, std::size_t rows);

/// How far held-out memes lie from the training memes, by the model's own standardisation.
std::optional<TrainingRange> trainingRangeOf(const Model &model, const RunData &data);

/// The model's training pictures, at most kMaxTrainPictures of them, evenly spread. `hashes`: of each row's picture.
/// `titled`: with their titles.
std::vector<TrainPicture> trainPicturesOf(const RunData &data, std::span<const std::string> hashes,
                                          const std::filesystem::path &dataset, bool titled);

}  // namespace dank
