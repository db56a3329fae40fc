#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/backbone/backbone_id.h"
#include "core/base/job.h"
#include "core/explain/explanation.h"
#include "core/model/model.h"
#include "core/nn/networks/backbone.h"

namespace dank {

/// What looks at a picture and what answers.
struct ExplainedWith {
    const Model &model;
    const Backbone &backbone;
    ResizeRule resize = ResizeRule::Warp;
    int threads = 1;
    std::string text{};              ///< what was read in the picture; counts where the model reads such text
    bool oneForwardAtATime = false;  ///< on a device that computes one thing at a time anyway
};

/// Why the picture of a file has its score. Occlusion costs about 150 forward passes: 36 parts by two ways of covering,
/// the seven strongest in quarters, and the checks; Grad-CAM one and the checks. Reports stage "explain". Throws
/// Error{Format} for a picture that the decode rule refuses, Error{Mismatch} for Grad-CAM where features are no means
/// over places, and Cancelled.
Explanation explainPicture(const ExplainedWith &with, std::span<const std::byte> encoded, const ExplainRequest &request,
                           const ExplainObserver &observer, const JobContext &job);

}  // namespace dank
