#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/job.h"
#include "core/base/measurement.h"

namespace dank {

struct EngineInfo {
    std::vector<std::pair<std::string, std::string>> versions;  ///< library, version
    std::vector<std::pair<std::string, std::string>> devices;   ///< name, description
    std::string autoDevice, autoNote;
    bool nativeBFloat16 = false;
};

/// What the machine is and does. Thread-safe.
class Machine {
public:
    virtual ~Machine() = default;

    virtual EngineInfo info() const = 0;
    /// What this machine does. `what`: extract, train, rate or all; `device` as in BackboneRequest. Remembered in the
    /// library, if there is one, for BackboneStatus::imagesPerSecond. Reports stage "bench".
    virtual BenchReport bench(const std::string &what, const std::string &device, const std::filesystem::path &library,
                              const JobContext &job) = 0;
    /// Features and one training step on the device against float64 on the CPU, within stated tolerances. Reports stage
    /// "selftest".
    virtual std::vector<SelfCheck> selfTest(const std::string &device, const JobContext &job) const = 0;
};

}  // namespace dank
