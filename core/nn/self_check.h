#pragma once

#include <vector>

#include "core/base/job.h"
#include "core/base/measurement.h"
#include "core/nn/networks/backbone.h"

namespace dank {

/// Features of two drawn pictures by a network with seeded weights on the device, in each precision that the device
/// has, against the same network in float64 on the CPU. float32: the largest difference over the largest value. Reduced
/// precisions: 1 less the smallest cosine. A precision that fails with an error has an infinite difference.
/// Throws Cancelled, between two precisions.
std::vector<SelfCheck> checkFeatures(const Device &device, const BackboneSpec &spec, const JobContext &job);

/// Loss gradient and Adam's step of a small regressor against float64: LibTorch's own gradient, and Adam's definition.
/// Training runs on the CPU whatever the device.
std::vector<SelfCheck> checkTrainingStep();

}  // namespace dank
