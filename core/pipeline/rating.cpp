#include "core/pipeline/rating.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/data/image_probe.h"
#include "core/data/metrics.h"
#include "core/image/decode.h"
#include "core/nn/trainer.h"
#include "core/pipeline/preprocess.h"
#include "core/pipeline/rated_features.h"
#include "core/pipeline/similar_memes.h"

namespace dank {

namespace fs = std::filesystem;

double danknessOf(float output)
{
    return std::clamp(static_cast<double>(output), 0.0, 1.0);
}

std::optional<ScoreInterval> intervalAround(double dankness, const Model &model)
{
    if (!model.interval)
        return std::nullopt;
    ScoreInterval interval;
    interval.level = model.interval->level;
    interval.danknessLow = std::clamp(dankness + model.interval->below, 0.0, 1.0);
    interval.danknessHigh = std::clamp(dankness + model.interval->above, 0.0, 1.0);
    interval.percentileLow = percentileOf(interval.danknessLow, model.reference);
    interval.percentileHigh = percentileOf(interval.danknessHigh, model.reference);
    interval.upvotesLow = model.target.toUpvotes(interval.danknessLow);
    interval.upvotesHigh = model.target.toUpvotes(interval.danknessHigh);
    return interval;
}

std::optional<double> rangeRatio(std::span<const float> features, const Model &model)
{
    if (!model.range)
        return std::nullopt;
    const bool raw = model.featureMean.empty();
    return distanceFromMiddle(features, raw ? model.range->mean : model.featureMean,
                              raw ? model.range->scale : model.featureScale)
           / model.range->edge();
}

namespace {

class Rating final : public RatingSession {
public:
    using NetworkSource = std::function<std::shared_ptr<const Backbone>()>;

    /// `network` is asked for with the first picture whose features are not in the library's store.
    Rating(std::shared_ptr<const Model> model, const BackboneSpec &spec, NetworkSource network, ResizeRule resize,
           const fs::path &library)
        : m_model(std::move(model)), m_spec(spec), m_source(std::move(network)), m_resize(resize),
          m_stored(m_model->backbone, library), m_similar(*m_model, library)
    {
    }

    const Model &model() const override { return *m_model; }
    void prepare() const override { network(); }

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
        std::vector<float> features(static_cast<std::size_t>(m_spec.columns));
        const std::string hash = hashBytes(encoded);
        if (!m_stored.find(hash, features)) {
            const Decoded decoded = decodeImage(encoded);
            if (decoded.problem)
                return skipped(name, *decoded.problem, decoded.detail);
            const Image picture = preprocess(decoded.image, m_resize, m_spec.inputSide, m_spec.cropSide);
            setIntraOpThreads(1);  // one picture is too little to share: two threads wait for each other longer than they work
            network()->extract({&picture, 1}, features);
            if (!std::all_of(features.begin(), features.end(), [](float value) { return std::isfinite(value); }))
                return skippedFor(name, m_spec.title + " answers with numbers that are not finite for this picture");
            m_stored.keep(hash, features);
        }
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
        score.interval = intervalAround(score.dankness, *m_model);
        score.rangeRatio = rangeRatio(features, *m_model);
        score.outsideRange = score.rangeRatio && *score.rangeRatio > 1;
        if (!m_model->trainPictures.empty()) {
            score.learnedFrom = m_similar.learnedFrom(hash);
            score.neighbours = m_similar.find(features, hash, kNeighbours);
            score.comparedWith = m_similar.count();
        }
        return score;
    }

private:
    static constexpr std::size_t kNeighbours = 3;

    std::shared_ptr<const Backbone> network() const
    {
        std::lock_guard lock(m_mutex);
        if (!m_network)
            m_network = m_source();
        return m_network;
    }

    static Score skippedFor(const std::string &name, const std::string &reason)
    {
        Score score;
        score.path = name;
        score.skipped = reason;
        return score;
    }
    static Score skipped(const std::string &name, SkipReason reason, const std::string &detail)
    {
        return skippedFor(name, std::string(skipReasonText(reason)) + (detail.empty() ? "" : ": " + detail));
    }

    std::shared_ptr<const Model> m_model;
    BackboneSpec m_spec;
    NetworkSource m_source;
    mutable std::mutex m_mutex;
    mutable std::shared_ptr<const Backbone> m_network;  ///< guarded by m_mutex; empty until it is needed
    ResizeRule m_resize;
    RatedFeatures m_stored;
    SimilarMemes m_similar;
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
    auto network = [&networks = context.networks, choice, precision = id.precision, device = chooseDevice(device)] {
        return networks.get(choice, precision, device);
    };
    return std::make_unique<Rating>(std::move(model), choice.spec, std::move(network), id.resize, context.library);
}

}  // namespace dank
