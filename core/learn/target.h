#pragma once

#include <cstdint>
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

}  // namespace dank
