#pragma once

#include <cstddef>

/// Counts what a test's program takes from operator new and malloc alike; linked into the test that needs it.
struct Allocations {
    std::size_t peak = 0;     ///< the most that was held at once, above what was held at the beginning
    std::size_t largest = 0;  ///< the largest single request, whether granted or not
};
void beginCounting();
Allocations endCounting();
