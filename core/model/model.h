#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/dataset/meme.h"
#include "core/evaluate/conformal_interval.h"
#include "core/evaluate/training_range.h"
#include "core/learn/target.h"
#include "core/learn/train_config.h"
#include "core/model/blend.h"
#include "core/model/judgement.h"
#include "core/model/network_changes.h"

namespace dank {

/// One linear layer: y = W x + b.
struct DenseLayer {
    int inputs = 0;
    int outputs = 0;
    std::vector<float> weight;  ///< [outputs, inputs] row-major
    std::vector<float> bias;    ///< [outputs]
};

/// A picture that the model learned from, to show beside one that looks like it.
struct TrainPicture {
    std::size_t row = 0;  ///< into Model::trainIds
    std::string hash;     ///< hashFile() of the picture
    std::int64_t upvotes = 0;
    std::string file;  ///< where it was in its dataset's folder; empty for elsewhere
    /// One line of at most kMaxTrainTitle bytes, kept where the model reads titles; else empty, as in older files.
    std::string title = {};

    bool operator==(const TrainPicture &) const = default;
};
/// The most TrainPictures that a model keeps; of more training rows, these are evenly spread.
inline constexpr std::size_t kMaxTrainPictures = 20'000;
/// Bytes of a TrainPicture's title; few are longer.
inline constexpr std::size_t kMaxTrainTitle = 400;
/// Throws Error{Format} for rows beyond `trainRows` or not ascending, hashes that are none, negative upvotes, files
/// that leave the dataset's folder, and titles that are too long.
void validateTrainPictures(std::span<const TrainPicture> pictures, std::size_t trainRows);

/// A trained regressor with all it takes to score an image the same way anywhere: an immutable value of
/// standard types. Stored as one .dankmodel file (core/store/model_file.h).
struct Model {
    std::string name;                ///< e.g. "run 7"
    std::int64_t run = 0;            ///< library run it came from, 0 for none
    std::string backbone;            ///< full backbone id; features of another are refused
    std::string weightsFile;         ///< where the backbone's weights were, a hint; empty for none
    bool untrainedBackbone = false;  ///< the backbone's weights were seeded random numbers
    /// What fine-tuning changed of the backbone, whose id `backbone` then is; nullptr: nothing. Shared by copies.
    std::shared_ptr<const NetworkChanges> changes;
    std::vector<float> normScale;    ///< [columns], layer normalisation's before the first layer; empty for none
    std::vector<float> normShift;    ///< [columns]
    std::vector<DenseLayer> layers;  ///< ReLU between them; none where its blend has no use for the perceptron
    OutputActivation output = OutputActivation::Sigmoid;
    std::vector<float> featureMean;   ///< [columns], or empty for raw features
    std::vector<float> featureScale;  ///< [columns], what (x - mean) is divided by, > 0
    std::optional<Blend> blend;       ///< what answers beside the perceptron; absent: the perceptron alone
    TargetTransform target;
    std::vector<float> reference;       ///< sorted scores of the reference set
    std::vector<float> imageReference;  ///< the same of its pictures without their words; empty where it reads none
    std::string referenceName;          ///< e.g. "48 held-out memes of sample"
    TrainConfig config;
    int epoch = 0;  ///< the epoch these weights are from
    int epochsRun = 0;
    std::vector<EpochStats> curve;  ///< all epochs so far
    double trainMean = 0;           ///< mean dankness of the training rows
    double meanPredictorLoss = 0;   ///< validation loss of always answering trainMean, under the run's loss
    std::string dataset;            ///< path of the db.json
    std::string datasetHash;
    std::vector<MemeId> trainIds;       ///< rows it learned from: never used to judge it
    std::vector<MemeId> validationIds;  ///< rows that chose the epoch
    std::vector<MemeId> testIds;        ///< rows that judged it and had no part in it
    std::string splitHash;  ///< of those three sides (core/learn/split.h); empty in files before there was one

    std::optional<Judgement> judgement;  ///< absent in older files, and where its run ended before it was judged

    // What its scores rest on. Absent in older files, and where too few memes were held out.
    std::optional<ConformalInterval> interval;
    std::optional<ConformalInterval> imageInterval;  ///< around scores of pictures without words, where it reads words
    std::optional<TrainingRange> range;
    std::vector<TrainPicture> trainPictures;  ///< up to kMaxTrainPictures, ascending by row
    std::string targetGroup;  ///< what `groupTargets` are keyed by, as TrainConfig::group; empty: no groups
    std::map<std::string, TargetTransform> groupTargets;  ///< of target's kind; other groups are measured by `target`
    /// The head of the same settings that was trained on shuffled upvotes while the run was judged, its words left out:
    /// what an explanation is held against. Nothing but the head's own numbers. nullptr in older files, and where the
    /// judging was stopped.
    std::shared_ptr<const Model> shuffled;

    int columns() const { return layers.empty() ? static_cast<int>(featureMean.size()) : layers.front().inputs; }
    /// Whether what is written about a picture has a say in its score.
    bool readsCaptions() const { return readsTitles() || readsText(); }
    bool readsTitles() const { return blend && !blend->title.empty(); }
    /// The words in the picture itself.
    bool readsText() const { return blend && !blend->text.empty(); }
    /// What scores are measured against: those of pictures without words, where a picture has none and the model keeps
    /// them.
    const std::vector<float> &referenceOf(bool hasWords) const
    {
        return hasWords || imageReference.empty() ? reference : imageReference;
    }
    /// What its scores are worth; notJudged() where it does not know.
    Judgement verdict() const { return judgement.value_or(notJudged()); }
    /// Throws Error{Format} naming the first part that does not fit another, or is not finite.
    void validate() const;
};

}  // namespace dank
