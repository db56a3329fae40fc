#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "core/model/model.h"
#include "core/pipeline/runs/run_data.h"

namespace dank {

/// The run's split as a hash; empty where an id cannot be part of a manifest.
std::string splitHashOf(const RunData &data);

/// Scores up to `rows` held-out memes with the model, those that judge it first, and fills its reference set and its
/// interval from them: the latter from memes of the test side alone. Returns those memes' danknesses, in the split's
/// order where none was left out.
std::vector<double> fillReference(Model &model, const RunData &data, std::size_t rows);

/// How far held-out memes lie from the training memes, by the model's own standardisation.
std::optional<TrainingRange> trainingRangeOf(const Model &model, const RunData &data);

/// The model's training pictures, at most kMaxTrainPictures of them, evenly spread. `hashes`: of each row's picture.
std::vector<TrainPicture> trainPicturesOf(const RunData &data, std::span<const std::string> hashes,
                                          const std::filesystem::path &dataset);

}  // namespace dank
