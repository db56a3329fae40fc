#pragma once

#include <vector>

namespace dank {

/// How the parts of a blend add up: intercept + network · (the perceptron's answer) + line · (…) + title · (…) +
/// text · (…). No weight is below 0, so that a part never counts against what it says.
struct BlendWeights {
    double intercept = 0;
    double network = 0;
    double line = 0;
    double title = 0;
    double text = 0;

    bool operator==(const BlendWeights &) const = default;
};

/// A linear answer to words, by TitleFeatures of them; empty: it reads none.
struct WordPart {
    std::vector<float> rarity;  ///< [kTitleColumns], inverse document frequencies of the training words
    std::vector<float> weight;  ///< [kTitleColumns]
    double bias = 0;

    bool empty() const { return weight.empty(); }
    bool operator==(const WordPart &) const = default;
};

/// What answers beside the perceptron of a model, and how much each part counts (stacked regressions, Breiman 1996).
/// A part that counts nowhere is not kept: its numbers are empty.
struct Blend {
    std::vector<float> line;  ///< [columns], of the model's standardised features
    double lineBias = 0;
    WordPart title, text;  ///< of a Caption
    // By what there is beside the picture; what is not there has the weight 0.
    BlendWeights image, withTitle, withText, withBoth;
    double loss = 0;  ///< mean squared error of the blend on learning memes that each of its parts had not seen

    const BlendWeights &weightsOf(bool hasTitle, bool hasText) const
    {
        return hasTitle ? (hasText ? withBoth : withTitle) : (hasText ? withText : image);
    }
};

}  // namespace dank
