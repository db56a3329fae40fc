#pragma once

namespace dank {

/// Where a figure would lie were the memes drawn again.
struct Interval {
    double low = 0;
    double high = 0;

    bool isAbove(double value) const { return low > value; }
    bool holds(double value) const { return low <= value && value <= high; }
    bool operator==(const Interval &) const = default;
};

}  // namespace dank
