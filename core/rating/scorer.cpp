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

/// Adds where a dankness stands among those of the reference set, and the interval around it, clipped to 0..1, where
/// there is one.
void addStanding(Score &score, const std::vector<float> &reference, const std::optional<ConformalInterval> &around,
                 const TargetTransform &target)
{
    score.percentile = percentileOf(score.dankness, reference);
    score.expectedUpvotes = target.toUpvotes(score.dankness);
    if (!around)
        return;
    ScoreInterval interval;
    interval.level = around->level;
    interval.danknessLow = std::clamp(score.dankness + around->below, 0.0, 1.0);
    interval.danknessHigh = std::clamp(score.dankness + around->above, 0.0, 1.0);
    interval.percentileLow = percentileOf(interval.danknessLow, reference);
    interval.percentileHigh = percentileOf(interval.danknessHigh, reference);
    interval.upvotesLow = target.toUpvotes(interval.danknessLow);
    interval.upvotesHigh = target.toUpvotes(interval.danknessHigh);
    score.interval = interval;
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
    try {
        if (!std::filesystem::exists(statusOf(file))) {
            skipped = skippedScore(displayPath(file), SkipReason::ImageMissing, "there is no such file");
            return {};
        }
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
        return m_hasLibrary && Library::openToRead(m_library).features().get(m_model->backbone, hash, out);
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

Caption Scorer::captionOf(const std::string &hash, const std::string &typed) const
{
    Caption caption = typedCaption(*m_model, typed);
    if (!caption.text.empty() || !m_model->readsText() || !m_hasLibrary)
        return caption;
    try {
        if (auto found = Library::openToRead(m_library).texts().texts({&hash, 1}); !found.empty())
            caption.text = std::move(found.begin()->second);
    } catch (const Error &) {
        // As if it had not been read.
    }
    return caption;
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
    Caption words = captionOf(hash, caption);
    const std::optional<double> said = wordsAnswer(*m_model, words);
    const float output = said ? predict(*m_model, features, {&words, 1}).front() : image;
    const float answers[] = {image, output, static_cast<float>(said.value_or(0))};
    checkAnswers(*m_model, answers);
    Score score;
    score.path = name;
    score.dankness = danknessOf(output);
    if (said) {
        score.imageAlone = danknessOf(image);
        score.wordsAlone = std::clamp(*said, 0.0, 1.0);
        score.text = words.text;
    }
    const std::vector<float> &reference = m_model->referenceOf(said.has_value());
    addStanding(score, reference, &reference == &m_model->reference ? m_model->interval : m_model->imageInterval,
                m_model->target);
    const ImageProbe probe = probeImage(encoded);
    score.width = probe.width;
    score.height = probe.height;
    score.rangeRatio = rangeRatio(features, *m_model);
    score.outsideRange = score.rangeRatio && *score.rangeRatio > 1;
    if (!m_model->trainPictures.empty()) {
        const SimilarMemes &memes = similar();
        score.learnedFrom = memes.learnedFrom(hash);
        score.neighbours = memes.find(features, hash, kNeighbours, words);
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
