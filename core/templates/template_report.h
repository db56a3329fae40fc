#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/evaluate/quantile.h"
#include "core/templates/find_templates.h"
#include "core/templates/known_templates.h"

namespace dank {

/// A template that several memes of a dataset share.
struct TemplateGroup {
    std::string name;  ///< of the known template that it is, else "template 1", …: the largest first
    std::optional<TemplateMatch> known;
    std::vector<std::size_t> members;  ///< rows, most upvotes first
    double medianPercentile = 0;       ///< of its members' upvotes among all rows, 0..100
    std::optional<Interval> interval;  ///< 95 %, by bootstrap of the members; empty for fewer than kLeastForInterval
};

inline constexpr std::size_t kLeastForInterval = 3;

/// Mid-ranks of upvotes, 0..100.
std::vector<double> upvotePercentiles(std::span<const std::int64_t> upvotes);

/// Where a picture that a row shows is described; rows may share one, or have none.
struct TemplateRows {
    std::span<const PictureSignature> pictures;
    std::span<const std::optional<std::size_t>> pictureOf;  ///< [rows] its place in `pictures`
    std::span<const std::int64_t> upvotes;                  ///< [rows]
};

/// The templates of at least `least` (2 or more) rows, the largest first, then by their first rows. Clusters that are
/// one known template are told as one. Seeded: same rows, same intervals. Throws Error{Shape} for lists that do not
/// match, Cancelled.
std::vector<TemplateGroup> templateGroups(const TemplateRows &rows, const TemplateClusters &clusters,
                                          const KnownTemplates &known, std::size_t least, const JobContext &job = {});

}  // namespace dank
