#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/dataset/meme.h"

namespace dank {

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
    double similarity = 0;     ///< of the pictures: cosine of the standardised features, -1..1
    bool samePicture = false;  ///< its file has the very bytes that were rated
    std::string path;          ///< of its picture, where that still is what the model learned from; else empty
    /// Of the titles, else of the texts in the pictures: cosine of their TitleFeatures, 0..1; empty where the model
    /// reads neither, or one of the two has no words.
    std::optional<double> wordsSimilarity = {};
};

/// The outcome for one rated file. Every number is finite.
struct Score {
    std::string path;       ///< as given, UTF-8 for display
    std::string skipped;    ///< why it has no score; empty: the numbers below hold
    double dankness = 0;    ///< 0..1
    double percentile = 0;  ///< 0..100, against the model's reference set
    double expectedUpvotes = 0;
    int width = 0, height = 0;
    std::optional<double> imageAlone;  ///< dankness without its caption; empty where none was read
    std::optional<double> wordsAlone;  ///< what the caption's words say by themselves, 0..1; empty likewise
    std::string text;  ///< of the words in the picture itself, those that count in the score; empty where none do
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
