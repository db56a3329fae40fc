#include "core/pipeline/runs/rating.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/image/decode.h"
#include "core/pipeline/features/preprocess.h"
#include "core/pipeline/runs/explain.h"
#include "core/rating/scorer.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

class Rating final : public RatingSession {
public:
    using NetworkSource = std::function<std::shared_ptr<const Backbone>()>;

    /// `network` is asked for with the first picture whose features are not in the library's store.
    Rating(std::shared_ptr<const Model> model, const BackboneSpec &spec, NetworkSource network, ResizeRule resize,
           const fs::path &library, int threads, bool oneForwardAtATime)
        : m_scorer(std::move(model), library), m_spec(spec), m_source(std::move(network)), m_resize(resize),
          m_threads(threads), m_oneForwardAtATime(oneForwardAtATime)
    {
        m_scorer.prepare();
    }

    const Model &model() const override { return m_scorer.model(); }
    void prepare() const override { network(); }

    Score rate(const fs::path &file, const std::string &caption) const override
    {
        Score skipped;
        const std::vector<std::byte> bytes = readToRate(file, skipped);
        return skipped.skipped.empty() ? rate(bytes, displayPath(file), caption) : skipped;
    }

    Score rate(std::span<const std::byte> encoded, const std::string &name, const std::string &caption) const override
    {
        std::vector<float> features(static_cast<std::size_t>(m_spec.columns));
        const std::string hash = hashBytes(encoded);
        if (!m_scorer.find(hash, features)) {
            const Decoded decoded = decodeImage(encoded);
            if (decoded.problem)
                return skippedScore(name, *decoded.problem, decoded.detail);
            const Image picture = preprocess(decoded.image, m_resize, m_spec.inputSide, m_spec.cropSide);
            setIntraOpThreads(
                1);  // one picture is too little to share: two threads wait for each other longer than they work
            network()->extract({&picture, 1}, features);
            if (!std::all_of(features.begin(), features.end(), [](float value) { return std::isfinite(value); }))
                return skippedScore(name, m_spec.title + " answers with numbers that are not finite for this picture");
            m_scorer.keep(hash, features);
        }
        return m_scorer.score(features, hash, encoded, name, caption);
    }

    Explanation explain(std::span<const std::byte> encoded, const ExplainRequest &request,
                        const ExplainObserver &observer, const JobContext &job) const override
    {
        const std::shared_ptr<const Backbone> backbone = network();
        const std::string text = m_scorer.captionOf(hashBytes(encoded), {}).text;
        return explainPicture({model(), *backbone, m_resize, m_threads, text, m_oneForwardAtATime}, encoded, request,
                              observer, job);
    }

private:
    std::shared_ptr<const Backbone> network() const
    {
        std::lock_guard lock(m_mutex);
        if (!m_network)
            m_network = m_source();
        return m_network;
    }

    Scorer m_scorer;
    BackboneSpec m_spec;
    NetworkSource m_source;
    mutable std::mutex m_mutex;
    mutable std::shared_ptr<const Backbone> m_network;  ///< guarded by m_mutex; empty until it is needed
    const ResizeRule m_resize;
    const int m_threads;  ///< that an explanation computes on
    const bool m_oneForwardAtATime;
};

}  // namespace

std::unique_ptr<RatingSession> openRatingSession(std::shared_ptr<const Model> model, const std::string &weights,
                                                 const std::string &device, const PipelineContext &context)
{
    model->validate();
    const BackboneId id = BackboneId::parse(model->backbone);
    const BackboneChoice choice =
        findBackbone(id, weights, model->weightsFile, context.library, context.backbones.names(), model->changes);
    const BackboneSpec &spec = choice.spec;
    if (model->columns() != spec.columns)
        throw Error(ErrorKind::Mismatch, "The model \"" + model->name + "\" reads " + std::to_string(model->columns())
                                             + " numbers, but " + spec.title + " gives " + std::to_string(spec.columns)
                                             + ".");
    requireAllowed(choice, weights, context.library);
    const Device chosen = chooseDevice(device);
    auto network = [&backbones = context.backbones, choice, precision = id.precision, chosen] {
        return backbones.get(choice, precision, chosen);
    };
    return std::make_unique<Rating>(std::move(model), choice.spec, std::move(network), id.resize, context.library,
                                    context.threads, chosen.isCuda());
}

}  // namespace dank
