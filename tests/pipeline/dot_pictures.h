#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/image/draw.h"
#include "core/image/encode.h"
#include "core/model/predict.h"
#include "core/nn/training/trainer.h"
#include "core/pipeline/backbones/backbone_cache.h"
#include "core/pipeline/backbones/backbone_table.h"
#include "core/pipeline/runs/evaluate_run.h"
#include "core/pipeline/runs/permutation_controls.h"
#include "core/pipeline/runs/run_head.h"

// A planted task whose reason is known: painted pictures, and a red dot in a corner decides their upvotes.

namespace dank::test {

struct DotPicture {
    Image image;
    int corner = -1;  ///< 0 top left, 1 top right, 2 bottom left, 3 bottom right; -1: no dot
    double x = 0, y = 0, radius = 0;

    /// The middle of a place, in shares, lies in the dot or within `slack` pixels of it.
    bool dotHolds(double atX, double atY, double slack) const
    {
        return std::hypot(atX * image.width - x, atY * image.height - y) <= radius + slack;
    }
};

inline constexpr int kDotSide = 120;

/// Shapes of any colour on a gradient; every second one has a red dot in one of its corners.
inline DotPicture paintDot(std::uint64_t seed, bool dot)
{
    Random random(mixSeed(seed, 0x646f74));
    const auto byte = [&] { return static_cast<std::uint8_t>(random.below(256)); };
    const auto colour = [&] { return Colour{byte(), byte(), byte()}; };
    DotPicture picture{blankImage(kDotSide, kDotSide, {0, 0, 0}), -1, 0, 0, 0};
    Canvas canvas(picture.image);
    canvas.gradient(colour(), colour());
    for (int shape = 0; shape < 6; ++shape) {
        const Point at{random.uniform(0, kDotSide), random.uniform(0, kDotSide)};
        const double size = random.uniform(6, 26);
        if (random.below(2))
            canvas.circle(at, size / 2, colour());
        else
            canvas.rectangle(at, {size, random.uniform(6, 26)}, colour());
    }
    const auto corner = static_cast<int>(random.below(4));
    const double radius = random.uniform(8, 10), inset = random.uniform(10, 11);
    if (dot) {
        picture.corner = corner;
        picture.radius = radius;
        picture.x = corner % 2 ? kDotSide - inset : inset;
        picture.y = corner / 2 ? kDotSide - inset : inset;
        canvas.circle({picture.x, picture.y}, radius + 1.5, {250, 250, 250});
        canvas.circle({picture.x, picture.y}, radius, {235, 20, 25});
    }
    return picture;
}

/// What a model learns the dot from, its features by `classic`.
struct DotTask {
    RunData data;
    std::shared_ptr<const Backbone> classic;

    /// `shuffled`: the upvotes are dealt anew, so that there is nothing to learn.
    DotTask(int rows, std::uint64_t seed, int threads, bool shuffled = false)
    {
        BackboneCache networks;
        BackboneRequest request;
        request.backbone = "classic";
        WeightsNames names;
        const BackboneChoice choice = chooseBackbone(request, {}, names);
        classic = networks.get(choice, Precision::Float32, chooseDevice("cpu"));
        const auto columns = static_cast<std::size_t>(classic->spec().columns);
        data.features = {choice.id("warp", Precision::Float32).text(), {}, columns, {}, {}};
        data.features.values.resize(static_cast<std::size_t>(rows) * columns);
        data.records.resize(static_cast<std::size_t>(rows));
        parallelFor(data.records.size(), threads, {}, [&](std::size_t row) {
            const DotPicture picture = paintDot(mixSeed(seed, row), row % 2 == 0);
            classic->extract({&picture.image, 1}, std::span(data.features.values).subspan(row * columns, columns));
        });
        Random random(mixSeed(seed, 0x7570));
        for (std::size_t row = 0; row < data.records.size(); ++row) {
            data.features.ids.push_back("m" + std::to_string(row));
            data.features.vectorOf.push_back(static_cast<std::uint32_t>(row));
            data.records[row].id = data.features.ids.back();
            const double dank = (row % 2 == 0 ? 0.7 : 0.3) + 0.1 * random.normal();
            data.targets.push_back(static_cast<float>(std::clamp(dank, 0.0, 1.0)));
            data.records[row].upvotes = std::lround(1000 * data.targets.back());
            data.copies.push_back(row);
            data.clusters.push_back(row);
        }
        if (shuffled)
            random.shuffle(std::span(data.targets));
        data.groups.resize(data.records.size());
        std::vector<std::size_t> order(data.records.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        random.shuffle(std::span(order));
        const std::size_t fifth = order.size() / 5;
        data.split.test.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(fifth));
        data.split.validation.assign(order.begin() + static_cast<std::ptrdiff_t>(fifth),
                                     order.begin() + static_cast<std::ptrdiff_t>(2 * fifth));
        data.split.train.assign(order.begin() + static_cast<std::ptrdiff_t>(2 * fifth), order.end());
        for (const std::size_t row : data.split.train)
            data.trainMean += data.targets[row] / static_cast<double>(data.split.train.size());
    }

    /// As a run makes it, with its control and its verdict.
    Model train(const TrainConfig &config, int threads) const
    {
        TrainingControl control;
        const TrainingState state = trainRegressor({data.features, data.targets, data.split, data.groupIndexes}, config,
                                                   {}, control, {}, {}, threads);
        Model model = perceptronOf(config, state, data.features.columns);
        completeHead(model, headData(data), state.bestEpoch, control, {}, threads);
        finish(model);
        Controls controls = trainControls(data, config, state.bestEpoch, control, {}, threads);
        model.shuffled = controls.shuffled;
        judge(model, std::move(controls.baselines));
        return model;
    }

    /// A perceptron with the random weights that training begins with, in the place of the trained one, judged as a run
    /// is judged.
    Model untrained(const Model &trained, TrainConfig config, std::uint64_t seed) const
    {
        config.seed = seed;
        config.blend = false;
        TrainingControl control;
        control.stopAndKeep();
        const TrainingState state = trainRegressor({data.features, data.targets, data.split, data.groupIndexes}, config,
                                                   {}, control, {}, {}, 1);
        Model model;
        model.config = config;
        setNetwork(model, state.parameters, static_cast<int>(data.features.columns), config);
        model.featureMean = trained.featureMean;
        model.featureScale = trained.featureScale;
        finish(model);
        model.shuffled = trained.shuffled;
        judge(model, {});
        return model;
    }

private:
    void judge(Model &model, std::vector<Baseline> controls) const
    {
        const std::vector<double> answers = answersFor(model, data.features, data.split.test);
        model.judgement = judgementOf(judgeRun(model, data, answers, std::move(controls), {}), true, "dots");
    }

    void finish(Model &model) const
    {
        model.name = "dots";
        model.backbone = data.features.backbone;
        model.trainMean = data.trainMean;
        model.target = TargetTransform::fit(TargetKind::Percentile, std::vector<std::int64_t>{0, 500, 1000});
        fillReference(model, data, data.records.size());
        model.validate();
    }
};

}  // namespace dank::test
