#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/dataset/meme.h"
#include "core/evaluate/score_basis.h"
#include "core/learn/target.h"
#include "core/learn/train_config.h"

namespace dank {

/// One linear layer: y = W x + b.
struct DenseLayer {
    int inputs = 0;
    int outputs = 0;
    std::vector<float> weight;  ///< [outputs, inputs] row-major
    std::vector<float> bias;    ///< [outputs]
};

/// A trained regressor with all it takes to score an image the same way anywhere: an immutable value of
/// standard types. Stored as one .dankmodel file (core/store/model_file.h).
struct Model {
    std::string name;                ///< e.g. "run 7"
    std::int64_t run = 0;            ///< library run it came from, 0 for none
    std::string backbone;            ///< full backbone id; features of another are refused
    std::string weightsFile;         ///< where the backbone's weights were, a hint; empty for none
    bool untrainedBackbone = false;  ///< the backbone's weights were seeded random numbers
    std::vector<float> normScale;    ///< [columns], layer normalisation's before the first layer; empty for none
    std::vector<float> normShift;    ///< [columns]
    std::vector<DenseLayer> layers;  ///< ReLU between them
    OutputActivation output = OutputActivation::Sigmoid;
    std::vector<float> featureMean;   ///< [columns], or empty for raw features
    std::vector<float> featureScale;  ///< [columns], what (x - mean) is divided by, > 0
    TargetTransform target;
    std::vector<float> reference;  ///< sorted scores of the reference set
    std::string referenceName;     ///< e.g. "48 held-out memes of sample"
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

    // What its scores rest on. Absent in older files, and where too few memes were held out.
    std::optional<ConformalInterval> interval;
    std::optional<TrainingRange> range;
    std::vector<TrainPicture> trainPictures;  ///< up to kMaxTrainPictures, ascending by row
    std::string targetGroup;  ///< what `groupTargets` are keyed by, as TrainConfig::group; empty: no groups
    std::map<std::string, TargetTransform> groupTargets;  ///< of target's kind; other groups are measured by `target`

    int columns() const { return layers.empty() ? 0 : layers.front().inputs; }
    /// Throws Error{Format} naming the first part that does not fit another, or is not finite.
    void validate() const;
};

/// The ends of an interval around a score; each pair low first.
struct ScoreInterval {
    double level = 0;                          ///< share of memes like the dataset's that it holds for, 0.9
    double danknessLow = 0, danknessHigh = 0;  ///< 0..1
    double percentileLow = 0, percentileHigh = 0;
    double upvotesLow = 0, upvotesHigh = 0;
};

/// A meme that the model learned from, beside a rated picture that looks like it.
struct SimilarMeme {
    MemeId id;
    std::int64_t upvotes = 0;
    double similarity = 0;     ///< cosine of the standardised features, -1..1
    bool samePicture = false;  ///< its file has the very bytes that were rated
    std::string path;          ///< of its picture, where that still is what the model learned from; else empty
};

/// The outcome for one rated file. Every number is finite.
struct Score {
    std::string path;       ///< as given, UTF-8 for display
    std::string skipped;    ///< why it has no score; empty: the numbers below hold
    double dankness = 0;    ///< 0..1
    double percentile = 0;  ///< 0..100, against the model's reference set
    double expectedUpvotes = 0;
    int width = 0, height = 0;
    std::optional<ScoreInterval> interval;  ///< for memes like the dataset's; empty: too few judged the model
    /// Its distance from the training memes as a multiple of what 99 % of held-out memes stay within (TrainingRange);
    /// empty where the model does not know. Above 1 the picture is unlike anything it learned from.
    std::optional<double> rangeRatio;
    bool outsideRange = false;  ///< rangeRatio is above 1
    bool learnedFrom = false;   ///< the model learned from this very picture: its score proves nothing
    std::vector<SimilarMeme>
        neighbours;                ///< up to three, the nearest first; empty where their features are not at hand
    std::size_t comparedWith = 0;  ///< training memes that the neighbours are the nearest of
};

}  // namespace dank
