#include "core/backbone/feature_tolerance.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/backbone/backbone_id.h"

namespace dank {

double featureTolerance(std::string_view backbone)
{
    constexpr double kFloat32 = 1e-4, kReduced = 0.05;
    const auto id = BackboneId::tryParse(backbone);
    return !id || id->precision == Precision::Float32 ? kFloat32 : kReduced;
}

double featureDifference(std::span<const float> values, std::span<const float> reference)
{
    constexpr double kNever = std::numeric_limits<double>::infinity();
    if (values.size() != reference.size())
        return kNever;
    double difference = 0, largest = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double off = std::abs(static_cast<double>(values[i]) - static_cast<double>(reference[i]));
        if (!std::isfinite(off))
            return kNever;
        difference = std::max(difference, off);
        largest = std::max(largest, std::abs(static_cast<double>(reference[i])));
    }
    return difference == 0 ? 0 : difference / largest;
}

}  // namespace dank
