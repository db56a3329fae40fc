#pragma once

#include <nlohmann/json.hpp>

#include "core/base/json_reader.h"
#include "core/evaluate/quantile.h"

namespace dank {

/// [low, high].
inline nlohmann::ordered_json intervalToJson(const Interval &interval)
{
    return nlohmann::ordered_json::array({interval.low, interval.high});
}

/// What that wrote; refused where it ends before it begins.
inline Interval intervalFrom(const JsonValue &value)
{
    const auto ends = value.tuple(2);
    const Interval read{ends[0].finite(), ends[1].finite()};
    if (read.low > read.high)
        value.refuse("an interval ends before it begins");
    return read;
}

}  // namespace dank
