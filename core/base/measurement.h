#pragma once

#include <string>
#include <vector>

namespace dank {

/// One thing that a machine was measured at.
struct BenchItem {
    std::string name;   ///< stable: "extract_inception_v3_fp32"
    std::string title;  ///< for people
    double value = 0;
    std::string unit;  ///< "images/s", "epochs/s", "ms", "GFLOP/s"
};

struct BenchReport {
    std::string device, deviceNote;
    int threads = 1;
    std::vector<BenchItem> items;
};

/// One comparison of a device's numbers with a reference's.
struct SelfCheck {
    std::string name;
    double maxDifference = 0;
    double tolerance = 0;
    bool ok = false;  ///< not for a difference that is not a number
};

}  // namespace dank
