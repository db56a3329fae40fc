#pragma once

#include <filesystem>
#include <memory>

#include "core/backbone/backbone_request.h"
#include "core/engine/rater.h"

namespace dank {

/// A session for a model, with the weights that it names; a file that the user chose stands in where those are not
/// here. Throws as Rater::openRating() does.
inline std::shared_ptr<RatingSession> openRating(Rater &rater, const std::shared_ptr<const Model> &model,
                                                 const BackboneRequest &chosen, const std::filesystem::path &library)
{
    try {
        return rater.openRating(model, model->untrainedBackbone ? "none" : "", chosen.device, library);
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::Weights || chosen.weights.empty() || chosen.weights == "none")
            throw;
    }
    return rater.openRating(model, chosen.weights, chosen.device, library);
}

}  // namespace dank
