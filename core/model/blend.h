#pragma once

#include <vector>

namespace dank {

/// How the parts of a blend add up: intercept + network · (the perceptron's answer) + line · (…) + words · (…). No
/// weight is below 0, so that a part never counts against what it says.
struct BlendWeights {
    double intercept = 0;
    double network = 0;
    double line = 0;
    double words = 0;

    bool operator==(const BlendWeights &) const = default;
};

/// What answers beside the perceptron of a model, and how much each part counts (stacked regressions, Breiman 1996).
/// A part that counts nowhere is not kept: its numbers are empty.
struct Blend {
    std::vector<float> line;  ///< [columns], of the model's standardised features
    double lineBias = 0;
    std::vector<float> rarity;  ///< [kTitleColumns], inverse document frequencies of the training titles
    std::vector<float> words;   ///< [kTitleColumns], of TitleFeatures of a caption
    double wordBias = 0;
    BlendWeights image;  ///< of a picture without a caption; `words` is 0
    BlendWeights both;   ///< of a picture with one
    double loss = 0;     ///< mean squared error of the blend on learning memes that each of its parts had not seen
};

}  // namespace dank
