#pragma once

#include <algorithm>
#include <string>

#include "core/engine/engine.h"
#include "core/evaluate/title_features.h"

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

    static WeightsEntry offer(const std::string &backbone)
    {
        WeightsEntry entry;
        entry.id = entry.backbone = backbone;
        entry.title = backbone == "inception_v3" ? "Inception V3" : "ResNet-50";
        entry.file = backbone + "-0cc3c7bd.pth";
        entry.url = "https://weights.example/" + entry.file;
        entry.sha256 = std::string(64, 'a');
        entry.bytes = 104'000'000;
        entry.licence = "BSD-3-Clause";
        entry.source = "torchvision, trained on ImageNet-1k";
        return entry;
    }

    /// A model that reads captions too; `text`: those in the pictures instead of titles.
    static Model readingModel(bool text = false)
    {
        Model model = tinyModel(0, 7);
        model.featureMean = {0};
        model.featureScale = {1};
        Blend &blend = model.blend.emplace();
        WordPart &words = text ? blend.text : blend.title;
        words.rarity.assign(kTitleColumns, 1.0F);
        words.weight.assign(kTitleColumns, 0.5F);
        blend.image = {0, 1, 0, 0, 0};
        (text ? blend.withText : blend.withTitle) = {0, 1, 0, text ? 0.0 : 1.0, text ? 1.0 : 0.0};
        return model;
    }

    /// The longer the caption, the danker.
    static Score captioned(Score score, const std::string &caption)
    {
        if (!score.skipped.empty() || caption.empty())
            return score;
        score.imageAlone = score.dankness;
        score.wordsAlone = score.dankness = std::min(1.0, static_cast<double>(caption.size()) / 10);
        return score;
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
