#pragma once

#include <string>

#include "core/base/measurement.h"
#include "core/pipeline/features/extract.h"

namespace dank {

/// What this machine does: `what` is extract, train, rate or all. Works on drawn memes and seeded random weights of
/// Inception V3 in a temporary folder, about half a minute in all. Speeds are remembered in the library at
/// context.library where there is one (benchKey()), for the times that are told before work starts. Reports stage
/// "bench". Throws Error{Format} for another word, Error{Device|Disk|Memory}, Cancelled.
BenchReport benchmark(const std::string &what, const std::string &device, const PipelineContext &context,
                      const JobContext &job);

/// The library's fact that holds what an item of benchmark() came to on a device.
std::string benchKey(const std::string &item, const std::string &device);

/// The item that tells the images a second of a network.
std::string extractItem(const std::string &network, Precision precision);

}  // namespace dank
