#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/backbone/backbone_id.h"

namespace dank {

/// Where the networks run.
struct Device {
    std::string name;         ///< "cpu", "cuda:0"
    std::string description;  ///< "CPU, 2 threads", "NVIDIA … "
    std::string note;         ///< why `auto` ended here, for the user; empty when asked for by name
    bool isCuda() const { return name.starts_with("cuda"); }
};

/// `auto` takes CUDA where LibTorch has it and falls back to the CPU with the reason in `note`; "cpu", "cuda",
/// "cuda:N" by name. Throws Error{Device} for a device that is not there, Error{Format} for another word.
Device chooseDevice(std::string_view request);

/// Every device that chooseDevice() would accept.
std::vector<Device> availableDevices();

/// The precisions that a device computes in at a speed of its own.
std::vector<Precision> precisionsOf(const Device &device);

/// The processor runs bfloat16 products natively (AVX512-BF16 or AMX-BF16).
bool cpuHasNativeBFloat16();

/// Sets this thread's share of intra-op threads for LibTorch (Debian's build starts with one; OpenMP counts per
/// calling thread). The only place that does.
void setIntraOpThreads(int threads);

/// LibTorch's, "1.13.1 · oneDNN …", for `dank doctor`.
std::string torchVersion();

}  // namespace dank
