#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/image.h"

namespace dank {

enum class ExplainMethod {
    Occlusion,  ///< parts of the picture are covered one after another: the reference, for every backbone
    GradCam,    ///< the head's gradient on the network's last maps (Selvaraju et al. 2017): one forward pass
};
/// The stable name: "occlusion", "gradcam".
const char *explainMethodName(ExplainMethod method) noexcept;

struct ExplainRequest {
    ExplainMethod method = ExplainMethod::Occlusion;
    std::string caption;   ///< what someone typed for the picture; empty for nothing
    bool preview = false;  ///< without the deletion test, whose forward passes take their time
};

// Effects below are in percentile points: how far the score's percentile falls (or, below 0, rises) where a part of
// the meme is taken away, measured by PercentileScale.

/// A part of the picture that was covered, in shares of its width and height.
struct MapCell {
    double x = 0, y = 0, width = 0, height = 0;  ///< 0..1, from the top left
    double points = 0;                           ///< mean over both ways of covering
    std::optional<double> blurred, mean;         ///< covered by the blurred picture, by its mean colour
    bool disputed = false;                       ///< the two ways of covering disagree

    bool holds(double atX, double atY) const { return atX >= x && atX < x + width && atY >= y && atY < y + height; }
};

struct WordEffect {
    std::string word;
    double points = 0;
};

/// A family of the descriptors of `classic`, and what its numbers do that the training memes' means would not.
struct FamilyEffect {
    std::string family;  ///< "colours", "edges", …
    double points = 0;
};

/// What tells a map about upvotes from a map of anything.
struct MapChecks {
    /// Rank correlation (Spearman) with the map of the head that was trained on shuffled upvotes; empty where the model
    /// keeps none, or one of the maps is flat.
    std::optional<double> shuffledCorrelation;
    /// How far the parts move this score over how far they move that head's, root mean squares. Empty where the model
    /// keeps none, or nothing moves it.
    std::optional<double> strengthRatio;
    std::optional<double> deletionTop;     ///< points that covering the map's strongest fifth takes
    std::optional<double> deletionRandom;  ///< the same of random fifths, mean
    std::optional<double> deletionSpread;  ///< deviation of the random ones
    bool keptControl = false;              ///< the model keeps that head
};

/// Why a picture has its score.
struct Explanation {
    ExplainMethod method = ExplainMethod::Occlusion;
    double dankness = 0;  ///< 0..1, the score's
    double score = 0;     ///< its percentile, 0..100
    double base = 0;      ///< percentile when the whole picture is covered and nothing is written beside it
    std::size_t rows = 0, columns = 0;
    /// [rows, columns] points by place. A part that was covered in one piece shares its points among its places.
    std::vector<double> grid;
    std::vector<MapCell> cells;          ///< what was covered; they fill the picture without overlap
    std::vector<WordEffect> words;       ///< in the caption's order
    std::vector<FamilyEffect> families;  ///< of `classic` alone
    MapChecks checks;
    std::vector<std::string> warnings;  ///< whole sentences, the gravest first
    std::vector<std::string> notes;     ///< whole sentences: what could not be done
    bool complete = false;              ///< false: what was known so far, checks to come
    std::size_t forwards = 0;           ///< pictures that the backbone looked at
    double seconds = 0;
    Image picture;  ///< upright, at most kExplainedSide on its longer side

    double at(std::size_t row, std::size_t column) const { return grid[row * columns + column]; }
    /// The greatest distance from 0 in the grid.
    double greatest() const;
    /// The cell that holds the middle of a place of the grid; nullptr for none.
    const MapCell *cellOf(std::size_t row, std::size_t column) const;
};
inline constexpr int kExplainedSide = 1024;

/// Called on the explaining thread with what is known so far.
using ExplainObserver = std::function<void(const Explanation &)>;

}  // namespace dank
