#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dank {

/// How upvotes become the number that the network learns, always in 0..1 on the data it was fitted to.
enum class TargetKind {
    Max,         ///< D = ups / max(ups), the paper's
    Log,         ///< log1p(ups) / log1p(max(ups))
    Percentile,  ///< mid-rank / n among the fitted upvotes
};
const char *targetKindName(TargetKind kind) noexcept;  ///< "max", "log", "percentile"
TargetKind targetKindFromName(std::string_view name);  ///< throws Error{Format}

/// A fitted, invertible map from upvotes to dankness. A value.
class TargetTransform {
public:
    TargetTransform() = default;
    /// Throws Error{Dataset} for no values, or for Max and Log when every value is 0.
    static TargetTransform fit(TargetKind kind, std::span<const std::int64_t> upvotes);
    /// From what kind() and parameters() gave. Throws Error{Format} on nonsense (not finite, not ascending).
    static TargetTransform fromParameters(TargetKind kind, std::vector<double> parameters);

    TargetKind kind() const { return m_kind; }
    /// Max and Log: {max}. Percentile: the fitted upvotes' quantiles, ascending (at most 1,001).
    const std::vector<double> &parameters() const { return m_parameters; }

    /// In 0..1, clamped beyond the fitted range.
    float toDankness(std::int64_t upvotes) const;
    /// The inverse; `dankness` is clamped to 0..1.
    double toUpvotes(double dankness) const;

private:
    TargetKind m_kind = TargetKind::Max;
    std::vector<double> m_parameters{1.0};
};

/// A target that is measured within each meme's group, so that a group with many upvotes is no easier to be dank in. A
/// plain value; without groups it is the transform `global`.
struct GroupedTarget {
    static constexpr std::size_t kLeastMembers = 5;  ///< a group with fewer fitted memes is measured against all
    static constexpr std::size_t kMaxGroups = 100'000;
    static constexpr std::size_t kMaxNameBytes = 800;  ///< 200 bytes, each of which may have become U+FFFD

    TargetTransform global;
    std::map<std::string, TargetTransform> byGroup;  ///< all of global's kind

    /// `groups` holds each row's group, empty where unknown, or is itself empty for no groups. Percentile is fitted on
    /// the rows `train` only, since ranks of held-out rows would tell about them; but a group with no row in `train` is
    /// ranked among its own rows, which nothing is learnt from. The maximum of Max and Log is a unit and counts all
    /// rows. A group whose memes all have 0 upvotes is measured against all, where a maximum is needed. Throws
    /// Error{Dataset} as TargetTransform::fit() does, Error{Shape} for lists that do not match.
    static GroupedTarget fit(TargetKind kind, std::span<const std::int64_t> upvotes,
                             std::span<const std::string> groups, std::span<const std::size_t> train,
                             std::size_t leastMembers = kLeastMembers);

    /// Throws Error{Format} for what fit() cannot give: groups of another kind than `global`, too many of them, names
    /// that are empty, too long or not printable UTF-8. Transforms check themselves (TargetTransform::fromParameters).
    void validate() const;

    TargetKind kind() const { return global.kind(); }
    /// The group's own, or `global` where it has none.
    const TargetTransform &of(const std::string &group) const;
    float toDankness(std::int64_t upvotes, const std::string &group) const { return of(group).toDankness(upvotes); }
    double toUpvotes(double dankness, const std::string &group) const { return of(group).toUpvotes(dankness); }
};

}  // namespace dank
