#pragma once

#include <string>

#include "core/engine/engine.h"

namespace dank::test {

/// What FakeEngine hands out without computing it.
struct FakeResults {
    static Model tinyModel(std::int64_t run, int epoch)
    {
        Model model;
        model.name = "run " + std::to_string(run);
        model.run = run;
        model.epoch = model.epochsRun = epoch;
        for (int e = 1; e <= epoch; ++e)
            model.curve.push_back({.epoch = e, .trainLoss = 1.0 / e, .validationLoss = 1.1 / e, .seconds = 0});
        model.backbone = "inception_v3/warp/fp32/seed-1";
        model.untrainedBackbone = true;
        model.layers = {{.inputs = 1, .outputs = 1, .weight = {1}, .bias = {0}}};
        return model;
    }

    static std::string fullId(const BackboneRequest &request)
    {
        const std::string id = request.backbone.empty() ? "classic" : request.backbone;
        return id == "classic"
                   ? "classic/whole/fp32/v-1"
                   : id + "/warp/fp32/" + (request.weights == "none" ? "seed-1" : "w-0123456789abcdef0123456789abcdef");
    }
};

}  // namespace dank::test
