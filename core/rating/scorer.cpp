#include "core/rating/scorer.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/dataset/image_probe.h"
#include "core/evaluate/metrics.h"
#include "core/model/predict.h"
#include "core/store/library.h"

namespace dank {

double danknessOf(float output)
{
    return std::clamp(static_cast<double>(output), 0.0, 1.0);
}

namespace {

/// The model's interval around a score, clipped to 0..1, and what its ends mean; empty where the model has none.
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

/// Score::rangeRatio of a picture's [columns] finite raw features.
std::optional<double> rangeRatio(std::span<const float> features, const Model &model)
{
    if (!model.range)
        return std::nullopt;
    const bool raw = model.featureMean.empty();
    return distanceFromMiddle(features, raw ? model.range->mean : model.featureMean,
                              raw ? model.range->scale : model.featureScale)
           / model.range->edge();
}

}  // namespace

Score skippedScore(const std::string &path, const std::string &reason)
{
    Score score;
    score.path = path;
    score.skipped = reason;
    return score;
}

Score skippedScore(const std::string &path, SkipReason reason, const std::string &detail)
{
    return skippedScore(path, std::string(skipReasonText(reason)) + (detail.empty() ? "" : ": " + detail));
}

std::vector<std::byte> readToRate(const std::filesystem::path &file, Score &skipped)
{
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        skipped = skippedScore(displayPath(file), SkipReason::ImageMissing, "there is no such file");
        return {};
    }
    try {
        return readFile(file, kMaxImageBytes);
    } catch (const Error &error) {
        skipped = skippedScore(displayPath(file), SkipReason::ImageUnreadable, error.what());
        return {};
    }
}

Scorer::Scorer(std::shared_ptr<const Model> model, std::filesystem::path library)
    : m_model(std::move(model)), m_library(std::move(library))
{
    m_model->validate();
    std::error_code ignored;
    m_hasLibrary = std::filesystem::exists(m_library / "library.sqlite", ignored);
}

// A library is opened for each picture, since one belongs to one thread: half a millisecond beside fifty.

bool Scorer::find(const std::string &hash, std::span<float> out) const
{
    try {
        return m_hasLibrary && Library::open(m_library).features().get(m_model->backbone, hash, out);
    } catch (const Error &) {
        return false;
    }
}

void Scorer::keep(const std::string &hash, std::span<const float> features) const
{
    if (!m_hasLibrary)
        return;
    try {
        const FeatureStore::Entry entry{hash, features};
        Library::open(m_library).features().put(m_model->backbone, {&entry, 1});
    } catch (const Error &) {
        // Computed again the next time.
    }
}

const SimilarMemes &Scorer::similar() const
{
    std::call_once(m_once, [this] { m_similar = std::make_unique<const SimilarMemes>(*m_model, m_library); });
    return *m_similar;
}

Score Scorer::score(std::span<const float> features, const std::string &hash, std::span<const std::byte> encoded,
                    const std::string &name, const std::string &caption) const
{
    constexpr std::size_t kNeighbours = 3;
    const float image = predict(*m_model, features).front();
    const std::optional<double> words = wordsAnswer(*m_model, caption);
    const float output = words ? predict(*m_model, features, {&caption, 1}).front() : image;
    if (!std::isfinite(output))
        throw Error(ErrorKind::Format, "The model \"" + m_model->name + "\" answers with a number that is not finite.");
    Score score;
    score.path = name;
    score.dankness = danknessOf(output);
    if (words) {
        score.imageAlone = danknessOf(image);
        score.wordsAlone = std::clamp(*words, 0.0, 1.0);
    }
    score.percentile = percentileOf(score.dankness, m_model->reference);
    score.expectedUpvotes = m_model->target.toUpvotes(score.dankness);
    const ImageProbe probe = probeImage(encoded);
    score.width = probe.width;
    score.height = probe.height;
    score.interval = intervalAround(score.dankness, *m_model);
    score.rangeRatio = rangeRatio(features, *m_model);
    score.outsideRange = score.rangeRatio && *score.rangeRatio > 1;
    if (!m_model->trainPictures.empty()) {
        const SimilarMemes &memes = similar();
        score.learnedFrom = memes.learnedFrom(hash);
        score.neighbours = memes.find(features, hash, kNeighbours);
        score.comparedWith = memes.count();
    }
    return score;
}

std::optional<Score> Scorer::scoreStored(const std::filesystem::path &file, const std::string &caption) const
{
    Score skipped;
    const std::vector<std::byte> bytes = readToRate(file, skipped);
    if (!skipped.skipped.empty())
        return skipped;
    const std::string hash = hashBytes(bytes);
    std::vector<float> features(static_cast<std::size_t>(m_model->columns()));
    if (!find(hash, features)) {
        const ImageProbe probe = probeImage(bytes);
        return probe.problem ? std::optional(skippedScore(displayPath(file), *probe.problem, probe.detail))
                             : std::nullopt;
    }
    return score(features, hash, bytes, displayPath(file), caption);
}

}  // namespace dank
