#include "core/pipeline/rating.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/image_probe.h"
#include "core/data/metrics.h"
#include "core/image/decode.h"
#include "core/nn/trainer.h"
#include "core/pipeline/preprocess.h"

namespace dank {

namespace fs = std::filesystem;

double danknessOf(float output)
{
    return std::clamp(static_cast<double>(output), 0.0, 1.0);
}

std::vector<float> referenceScores(const Model &model, std::span<const float> values)
{
    std::vector<float> scores = predict(model, values);
    for (float &score : scores)
        score = static_cast<float>(danknessOf(score));
    std::sort(scores.begin(), scores.end());
    return scores;
}

namespace {

class Rating final : public RatingSession {
public:
    Rating(std::shared_ptr<const Model> model, std::shared_ptr<const Backbone> network, ResizeRule resize)
        : m_model(std::move(model)), m_network(std::move(network)), m_resize(resize)
    {
    }

    const Model &model() const override { return *m_model; }

    Score rate(const fs::path &file) const override
    {
        const std::string name = displayPath(file);
        std::error_code ignored;
        if (!fs::exists(file, ignored))
            return skipped(name, SkipReason::ImageMissing, "there is no such file");
        std::vector<std::byte> bytes;
        try {
            bytes = readFile(file, kMaxImageBytes);
        } catch (const Error &error) {
            return skipped(name, SkipReason::ImageUnreadable, error.what());
        }
        return rate(bytes, name);
    }

    Score rate(std::span<const std::byte> encoded, const std::string &name) const override
    {
        const BackboneSpec &spec = m_network->spec();
        const Decoded decoded = decodeImage(encoded);
        if (decoded.problem)
            return skipped(name, *decoded.problem, decoded.detail);
        const Image picture = preprocess(decoded.image, m_resize, spec.inputSide, spec.cropSide);
        std::vector<float> features(static_cast<std::size_t>(spec.columns));
        setIntraOpThreads(1);  // one picture is too little to share: two threads wait for each other longer than they work
        m_network->extract({&picture, 1}, features);
        const float output = predict(*m_model, features).front();
        if (!std::isfinite(output))
            throw Error(ErrorKind::Format, "The model \"" + m_model->name + "\" answers with a number that is not finite.");
        Score score;
        score.path = name;
        score.dankness = danknessOf(output);
        score.percentile = percentileOf(score.dankness, m_model->reference);
        score.expectedUpvotes = m_model->target.toUpvotes(score.dankness);
        const ImageProbe probe = probeImage(encoded);
        score.width = probe.width;
        score.height = probe.height;
        return score;
    }

private:
    static Score skipped(const std::string &name, SkipReason reason, const std::string &detail)
    {
        Score score;
        score.path = name;
        score.skipped = std::string(skipReasonText(reason)) + (detail.empty() ? "" : ": " + detail);
        return score;
    }

    std::shared_ptr<const Model> m_model;
    std::shared_ptr<const Backbone> m_network;
    ResizeRule m_resize;
};

}  // namespace

std::unique_ptr<RatingSession> openRatingSession(std::shared_ptr<const Model> model, const std::string &weights,
                                                 const std::string &device, const PipelineContext &context)
{
    model->validate();
    const BackboneId id = BackboneId::parse(model->backbone);
    const BackboneChoice choice =
        findBackbone(id, weights, model->weightsFile, context.library, context.networks.names());
    const BackboneSpec &spec = choice.spec;
    if (model->columns() != spec.columns)
        throw Error(ErrorKind::Mismatch, "The model \"" + model->name + "\" reads " + std::to_string(model->columns())
                                             + " numbers, but " + spec.title + " gives " + std::to_string(spec.columns)
                                             + ".");
    requireAllowed(choice, weights, context.library);
    auto network = context.networks.get(choice, id.precision, chooseDevice(device));
    return std::make_unique<Rating>(std::move(model), std::move(network), id.resize);
}

}  // namespace dank
