#include "core/evaluate/conformal_interval.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace dank {

namespace {

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, "This model cannot be used: " + why + ".");
}

/// A product such as 21 * 0.95 must not fall on the wrong side of a whole number.
constexpr double kRounding = 1e-9;

}  // namespace

std::optional<ConformalInterval> ConformalInterval::fit(std::span<const double> residuals, double level)
{
    const std::size_t count = residuals.size();
    if (count < kLeastRows
        || !std::all_of(residuals.begin(), residuals.end(), [](double r) { return std::isfinite(r); }))
        return std::nullopt;
    std::vector<double> sorted(residuals.begin(), residuals.end());
    std::sort(sorted.begin(), sorted.end());
    const double tail = (1 - level) / 2;
    const auto ranks = static_cast<double>(count + 1);
    const double low = std::floor(ranks * tail + kRounding), high = std::ceil(ranks * (1 - tail) - kRounding);
    if (low < 1 || high > static_cast<double>(count))
        return std::nullopt;  // a tail this thin was never seen
    ConformalInterval interval;
    interval.level = level;
    interval.rows = count;
    interval.below = std::min(0.0, sorted[static_cast<std::size_t>(low) - 1]);
    interval.above = std::max(0.0, sorted[static_cast<std::size_t>(high) - 1]);
    return interval;
}

void ConformalInterval::validate() const
{
    if (!(level > 0 && level < 1))
        refuse("its interval's level is not between 0 and 1");
    if (rows < kLeastRows)
        refuse("its interval was fitted on too few memes");
    if (!(below >= -1 && below <= 0 && above >= 0 && above <= 1))
        refuse("its interval does not hold its own answer");
}

}  // namespace dank
