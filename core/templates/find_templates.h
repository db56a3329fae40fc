#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/templates/near_signatures.h"

namespace dank {

/// How far two pictures of one template may be apart, and by what that was chosen.
struct TemplateThreshold {
    static constexpr int kLeast = 8, kMost = 15;  ///< what the data may choose
    static constexpr int kUsual = 13;             ///< where they say nothing

    int distance = kUsual;
    bool fromData = false;
    /// How many pictures have their nearest one at 0, 1, … kFarthest (that far or farther).
    std::vector<std::size_t> counts;
};

/// The emptiest place between copies of a template, which lie near, and different pictures, which do not: the middle of
/// the lowest stretch of the histogram, smoothed over three, from kLeast to kMost. The usual one where fewer than 20
/// pictures have a near one, or nothing lies below that place. `nearest`: NearSignatures::nearest.
TemplateThreshold chooseThreshold(std::span<const int> nearest);

/// Which pictures are of one template.
struct TemplateClusters {
    /// [pictures] the lowest picture of its cluster; itself where it is alone.
    std::vector<std::size_t> of;
    /// [pictures] a picture from the middle of its cluster: the first that had a near one. Itself where it is alone.
    std::vector<std::size_t> middle;
    TemplateThreshold threshold;
    std::size_t refused = 0;  ///< pairs near each other whose clusters were not joined, being unlike as a whole
};

/// Union-find over the pairs that nearSignatures() finds, the nearest first. Two clusters that a single pair would join
/// are held together first: of up to three pictures from the middle of each, more than half of the pairs must lie
/// within ten more than the threshold, so that no chain of chance resemblances joins two templates.
///
/// 100,000 pictures take less than a minute. Same pictures in the same order, same clusters. Reports stage "templates".
/// Throws as nearSignatures().
TemplateClusters findTemplates(std::span<const PictureSignature> pictures, int threads, const JobContext &job = {});

}  // namespace dank
