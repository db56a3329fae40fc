#include "core/pipeline/runs/explain.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/evaluate/metrics.h"
#include "core/explain/map_checks.h"
#include "core/explain/occlusion_grid.h"
#include "core/explain/percentile_scale.h"
#include "core/explain/words.h"
#include "core/image/classic_features.h"
#include "core/image/decode.h"
#include "core/image/resize.h"
#include "core/model/gradient.h"
#include "core/model/predict.h"
#include "core/pipeline/features/preprocess.h"
#include "core/rating/scorer.h"

namespace dank {

namespace {

constexpr std::uint64_t kDeletionSeed = 0x64656c65;
constexpr std::size_t kRandomFifths = 8;
constexpr double kDeleted = 0.2;
/// Larger pictures are covered at this size: a copy of each is made for every part.
constexpr double kMostPixels = 4e6;

using Parts = std::vector<PixelRect>;

/// What covering some parts does, by each way of covering.
struct Change {
    std::array<double, 2> points{};   ///< of the score's percentile: blurred, mean colour
    std::array<double, 2> answers{};  ///< of the model's answer
    double shuffled = 0;              ///< of the shuffled head's answer, mean of both

    double mean() const { return (points[0] + points[1]) / 2; }
    double answer() const { return (answers[0] + answers[1]) / 2; }
};

/// The picture as seen through the coarse grid: down to a pixel a cell, and up again.
Image blurred(const Image &picture, const OcclusionGrid &grid)
{
    return resizeTriangle(resizeTriangle(picture, grid.columns(), grid.rows()), picture.width, picture.height);
}

class Explaining {
public:
    Explaining(const ExplainedWith &with, const Image &decoded, const ExplainRequest &request,
               const ExplainObserver &observer, const JobContext &job)
        : m_with(with), m_request(request), m_observer(observer), m_job(job), m_decoded(decoded),
          m_picture(ofAtMost(decoded, kMostPixels)),
          m_grid(m_picture.width, m_picture.height), m_fills{blurred(m_picture, m_grid), meanColour(m_picture)},
          m_caption(captionOf(request.caption)),
          m_reference(with.model.referenceOf(wordsAnswer(with.model, m_caption).has_value())), m_scale(m_reference),
          m_columns(static_cast<std::size_t>(with.backbone.spec().columns))
    {
        m_out.method = request.method;
        m_out.picture = thumbnail(m_picture, kExplainedSide);
        m_out.checks.keptControl = with.model.shuffled != nullptr;
    }

    Explanation run()
    {
        const bool occlusion = m_request.method == ExplainMethod::Occlusion;
        m_total = 1 + 2 + (m_request.preview ? 0 : 2 * (1 + kRandomFifths))
                  + (occlusion ? 2 * (m_grid.size() + 4 * std::min(OcclusionGrid::kRefined, m_grid.size())) : 1);
        m_job.report("explain", 0, m_total);
        scorePicture();
        leaveOutWords();
        leaveOutFamilies();
        noteWhatIsMissing();
        if (occlusion)
            cover();
        else
            takeGradient();
        tell();
        if (!m_request.preview) {
            checkDeletion();
            m_out.warnings = mapWarnings(m_out, m_with.model);
            m_out.complete = true;
        }
        m_out.seconds = seconds();
        m_job.report("explain", m_total, m_total);
        return std::move(m_out);
    }

private:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count(); }

    void tell()
    {
        m_out.seconds = seconds();
        m_out.warnings = mapWarnings(m_out, m_with.model);
        if (m_observer)
            m_observer(m_out);
    }

    /// Features of `count` pictures, [count, columns], on all threads.
    std::vector<float> look(std::size_t count, const std::function<Image(std::size_t)> &picture)
    {
        const BackboneSpec &spec = m_with.backbone.spec();
        const std::size_t batch = spec.inputSide == 0 ? 1 : 4;
        std::vector<float> features(count * m_columns);
        std::mutex forward, telling;
        struct OneThreadEach {
            int after;
            ~OneThreadEach() { setIntraOpThreads(after); }
        } const restore{m_with.threads};
        parallelFor((count + batch - 1) / batch, m_with.threads, m_job.cancel, [&](std::size_t i) {
            setIntraOpThreads(1);
            const std::size_t end = std::min((i + 1) * batch, count);
            std::vector<Image> images;
            for (std::size_t k = i * batch; k < end; ++k)
                images.push_back(preprocess(picture(k), m_with.resize, spec.inputSide, spec.cropSide));
            std::unique_lock<std::mutex> lock;
            if (m_with.oneForwardAtATime)
                lock = std::unique_lock(forward);
            m_with.backbone.extract(
                images, std::span(features).subspan(i * batch * m_columns, images.size() * m_columns), m_job.cancel);
            const std::lock_guard told(telling);
            m_out.forwards += images.size();
            m_job.report("explain", std::min(m_out.forwards, m_total), m_total);
        });
        if (!std::ranges::all_of(features, [](float value) { return std::isfinite(value); }))
            throw Error(ErrorKind::Format,
                        spec.title + " answers with numbers that are not finite for parts of this picture.");
        return features;
    }

    /// With the text that was read where none is typed.
    Caption captionOf(const std::string &typed) const
    {
        Caption caption = typedCaption(m_with.model, explainedCaption(typed));
        if (caption.text.empty() && m_with.model.readsText())
            caption.text = explainedCaption(m_with.text);
        return caption;
    }

    std::vector<float> answersTo(std::span<const float> features, const Caption &caption) const
    {
        const std::vector<Caption> captions(features.size() / m_columns, caption);
        return soundAnswers(m_with.model, features, captions);
    }

    void scorePicture()
    {
        m_features = look(1, [&](std::size_t) { return m_decoded; });
        m_answer = answersTo(m_features, m_caption).front();
        m_out.dankness = danknessOf(static_cast<float>(m_answer));
        m_out.score = percentileOf(m_out.dankness, m_reference);
        // Covered pictures are held against the uncovered one at their own size.
        const bool reduced = m_picture.width != m_decoded.width;
        const std::vector<float> own = reduced ? look(1, [&](std::size_t) { return m_picture; }) : m_features;
        m_uncovered = reduced ? answersTo(own, m_caption).front() : m_answer;
        if (m_with.model.shuffled)
            m_uncoveredShuffled = soundAnswers(*m_with.model.shuffled, own).front();
        const std::vector<float> nothing = look(2, [&](std::size_t i) { return m_fills[i]; });
        for (const float answer : answersTo(nothing, {}))
            m_out.base += percentileOf(danknessOf(answer), m_with.model.referenceOf(false)) / 2;
    }

    void leaveOutWords()
    {
        if (!m_with.model.readsCaptions())
            return;
        for (const auto part : {&Caption::title, &Caption::text}) {
            for (WordLeftOut &left : eachWordLeftOut(m_caption.*part)) {
                Caption rest = m_caption;
                rest.*part = left.rest;
                m_out.words.push_back(
                    {std::move(left.word), m_scale.at(m_answer) - m_scale.at(answersTo(m_features, rest).front())});
            }
        }
    }

    void leaveOutFamilies()
    {
        const Model &model = m_with.model;
        const std::span<const float> mean = !model.featureMean.empty() ? model.featureMean
                                            : model.range              ? model.range->mean
                                                                       : std::span<const float>();
        if (m_with.backbone.spec().id != kClassicId || mean.size() != m_columns)
            return;
        for (const ClassicFamily &family : classicFamilies()) {
            std::vector<float> features = m_features;
            for (const auto &[first, count] : family.columns)
                std::copy_n(mean.begin() + first, count, features.begin() + first);
            const double rest = answersTo(features, m_caption).front();
            m_out.families.push_back({family.name, m_scale.at(m_answer) - m_scale.at(rest)});
        }
    }

    void noteWhatIsMissing()
    {
        if (!m_with.model.shuffled)
            m_out.notes.emplace_back("The model keeps no head that learned from shuffled upvotes: train again for the "
                                     "check that compares with one.");
        if (!m_scale.isMeasured())
            m_out.notes.emplace_back("The model's reference set holds no two different scores: points are hundredths "
                                     "of dankness.");
        if (!m_request.caption.empty() && !m_with.model.readsCaptions())
            m_out.notes.emplace_back("The model looks at pictures alone: the caption does not count.");
        else if (explainedCaption(m_request.caption).size() < m_request.caption.size()
                 || eachWordLeftOut(m_caption.title).size() == kMaxExplainedWords
                 || eachWordLeftOut(m_caption.text).size() == kMaxExplainedWords)
            m_out.notes.push_back("The words are many: of the title and of the text at most "
                                  + std::to_string(kMaxExplainedWords) + " each were left out.");
    }

    std::vector<Change> changes(std::span<const Parts> covers)
    {
        const std::vector<float> features =
            look(covers.size() * 2, [&](std::size_t i) { return covered(m_picture, m_fills[i % 2], covers[i / 2]); });
        const std::vector<float> own = answersTo(features, m_caption);
        std::vector<float> shuffled;
        if (m_with.model.shuffled)
            shuffled = soundAnswers(*m_with.model.shuffled, features);
        std::vector<Change> all(covers.size());
        for (std::size_t i = 0; i < own.size(); ++i) {
            Change &change = all[i / 2];
            change.points[i % 2] = m_scale.at(m_uncovered) - m_scale.at(own[i]);
            change.answers[i % 2] = m_uncovered - own[i];
            if (!shuffled.empty())
                change.shuffled += (m_uncoveredShuffled - shuffled[i]) / 2;
        }
        return all;
    }

    MapCell cellOf(const PixelRect &rect, const Change &change) const
    {
        const double width = m_picture.width, height = m_picture.height;
        return {rect.x / width, rect.y / height,  rect.width / width, rect.height / height,
                change.mean(),  change.points[0], change.points[1],   false};
    }

    /// Puts the cells' points into the grid, each shared among the places that it holds.
    void fillGrid(std::size_t rows, std::size_t columns)
    {
        m_out.rows = rows;
        m_out.columns = columns;
        m_out.grid.assign(rows * columns, 0.0);
        std::vector<std::size_t> owner(rows * columns, m_out.cells.size()), places(m_out.cells.size() + 1);
        for (std::size_t i = 0; i < owner.size(); ++i) {
            const MapCell *cell = m_out.cellOf(i / columns, i % columns);
            owner[i] = cell ? static_cast<std::size_t>(cell - m_out.cells.data()) : m_out.cells.size();
            ++places[owner[i]];
        }
        for (std::size_t i = 0; i < owner.size(); ++i)
            if (owner[i] < m_out.cells.size())
                m_out.grid[i] = m_out.cells[owner[i]].points / static_cast<double>(places[owner[i]]);
        double greatest = 0;
        for (const MapCell &cell : m_out.cells)
            greatest = std::max(greatest, std::abs(cell.points));
        for (MapCell &cell : m_out.cells)
            cell.disputed = cell.blurred && cell.mean && disputes(*cell.blurred, *cell.mean, greatest);
    }

    void compareWithShuffled(std::span<const double> own, std::span<const double> shuffled)
    {
        if (!m_with.model.shuffled)
            return;
        m_out.checks.shuffledCorrelation = rankCorrelation(own, shuffled);
        // A head that answers the same to everything is moved by nothing: then no map is weak beside it.
        if (strength(own) > 0 && strength(shuffled) > 0)
            m_out.checks.strengthRatio = strength(own) / strength(shuffled);
    }

    void cover()
    {
        std::vector<Parts> covers;
        for (std::size_t i = 0; i < m_grid.size(); ++i)
            covers.push_back({m_grid.cell(i)});
        const std::vector<Change> coarse = changes(covers);
        std::vector<double> own, shuffled, far;
        for (std::size_t i = 0; i < coarse.size(); ++i) {
            m_out.cells.push_back(cellOf(covers[i].front(), coarse[i]));
            m_deletable.push_back(covers[i].front());
            m_values.push_back(coarse[i].mean());
            own.push_back(coarse[i].answer());
            shuffled.push_back(coarse[i].shuffled);
            far.push_back(std::abs(coarse[i].mean()));
        }
        fillGrid(static_cast<std::size_t>(m_grid.rows()), static_cast<std::size_t>(m_grid.columns()));
        compareWithShuffled(own, shuffled);
        tell();

        std::vector<Parts> closer;
        std::vector<std::size_t> refined;
        for (const std::size_t index : strongest(far, OcclusionGrid::kRefined)) {
            const Parts four = quarters(m_grid.cell(index));
            for (const PixelRect &quarter : four)
                closer.push_back({quarter});
            if (!four.empty())
                refined.push_back(index);
        }
        if (refined.empty())
            return;
        const std::vector<Change> fine = changes(closer);
        std::ranges::sort(refined, std::greater());
        for (const std::size_t index : refined)
            m_out.cells.erase(m_out.cells.begin() + static_cast<std::ptrdiff_t>(index));
        for (std::size_t i = 0; i < fine.size(); ++i)
            m_out.cells.push_back(cellOf(closer[i].front(), fine[i]));
        fillGrid(2 * static_cast<std::size_t>(m_grid.rows()), 2 * static_cast<std::size_t>(m_grid.columns()));
    }

    /// How far the head's answer would move if a place looked like the mean of all: the gradient times the distance
    /// from the mean, over the places, [rows, columns of the maps].
    std::vector<double> gradientMap(const Model &head, const FeatureMaps &maps, const Caption &caption) const
    {
        const std::size_t places = static_cast<std::size_t>(maps.height) * static_cast<std::size_t>(maps.width);
        const std::vector<double> gradient = featureGradient(head, m_features, caption);
        std::vector<double> map(places);
        for (std::size_t c = 0; c < m_columns; ++c) {
            const auto seen = std::span(maps.values).subspan(c * places, places);
            const double mean = std::accumulate(seen.begin(), seen.end(), 0.0) / static_cast<double>(places);
            for (std::size_t p = 0; p < places; ++p)
                map[p] += gradient[c] * (seen[p] - mean) / static_cast<double>(places);
        }
        return map;
    }

    void takeGradient()
    {
        const BackboneSpec &spec = m_with.backbone.spec();
        std::optional<FeatureMaps> maps;
        if (spec.inputSide > 0) {
            setIntraOpThreads(m_with.threads);
            maps = m_with.backbone.featureMaps(preprocess(m_decoded, m_with.resize, spec.inputSide, spec.cropSide),
                                               m_job.cancel);
            ++m_out.forwards;
        }
        if (!maps)
            throw Error(ErrorKind::Mismatch,
                        "Grad-CAM is not to be had for " + spec.title
                            + ": its numbers are no means over the places of a picture. Use occlusion.");
        const std::vector<double> own = gradientMap(m_with.model, *maps, m_caption);
        const double slope = m_scale.slope(m_answer);
        const ShareRect seen =
            inputRegion(m_decoded.width, m_decoded.height, m_with.resize, spec.inputSide, spec.cropSide);
        const double stepX = seen.width / maps->width, stepY = seen.height / maps->height;
        for (int y = 0; y < maps->height; ++y) {
            for (int x = 0; x < maps->width; ++x) {
                const double left = std::max(0.0, seen.x + x * stepX), top = std::max(0.0, seen.y + y * stepY);
                const double right = std::min(1.0, seen.x + (x + 1) * stepX),
                             bottom = std::min(1.0, seen.y + (y + 1) * stepY);
                if (right <= left || bottom <= top)
                    continue;
                const double points = slope * own[static_cast<std::size_t>(y * maps->width + x)];
                m_out.cells.push_back({left, top, right - left, bottom - top, points, {}, {}, false});
                m_values.push_back(points);
                const auto pixel = [](double share, int length) {
                    return static_cast<int>(std::lround(share * length));
                };
                const int x0 = pixel(left, m_picture.width), y0 = pixel(top, m_picture.height);
                m_deletable.push_back(
                    {x0, y0, pixel(right, m_picture.width) - x0, pixel(bottom, m_picture.height) - y0});
            }
        }
        // Where a part of the picture is seen, the grid over all of it is no coarser than the cells.
        const auto places = [](int cells, double share) {
            return static_cast<std::size_t>(std::clamp(std::ceil(cells / std::min(1.0, share)), 1.0, 512.0));
        };
        fillGrid(places(maps->height, seen.height), places(maps->width, seen.width));
        if (m_with.model.shuffled)
            compareWithShuffled(own, gradientMap(*m_with.model.shuffled, *maps, {}));
    }

    /// Covers the strongest fifth of the cells, and random ones, all at once each.
    void checkDeletion()
    {
        const auto fifth = static_cast<std::size_t>(std::lround(kDeleted * static_cast<double>(m_values.size())));
        if (fifth == 0)
            return;
        std::vector<double> towards;
        for (const double value : m_values)
            towards.push_back(direction(m_values) * value);
        std::vector<Parts> covers(1 + kRandomFifths);
        for (const std::size_t index : strongest(towards, fifth))
            covers.front().push_back(m_deletable[index]);
        Random random(kDeletionSeed);
        for (std::size_t draw = 1; draw < covers.size(); ++draw) {
            std::vector<PixelRect> all = m_deletable;
            random.shuffle(std::span(all));
            covers[draw].assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(fifth));
        }
        const std::vector<Change> change = changes(covers);
        std::vector<std::optional<double>> randoms;
        for (std::size_t draw = 1; draw < change.size(); ++draw)
            randoms.emplace_back(change[draw].mean());
        const auto spread = meanAndSd(randoms);
        m_out.checks.deletionTop = change.front().mean();
        m_out.checks.deletionRandom = spread->mean;
        m_out.checks.deletionSpread = spread->sd;
    }

    const std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
    const ExplainedWith m_with;
    const ExplainRequest &m_request;
    const ExplainObserver &m_observer;
    const JobContext &m_job;
    const Image &m_decoded;
    const Image m_picture;  ///< what is covered
    const OcclusionGrid m_grid;
    const std::array<Image, 2> m_fills;
    const Caption m_caption;
    const std::vector<float> &m_reference;
    const PercentileScale m_scale;
    const std::size_t m_columns;
    std::size_t m_total = 0;
    Explanation m_out;
    std::vector<float> m_features;  ///< of the whole picture as decoded
    double m_answer = 0;            ///< to them and the caption
    double m_uncovered = 0;         ///< the same of m_picture
    double m_uncoveredShuffled = 0;
    std::vector<PixelRect> m_deletable;  ///< the cells that deletion chooses from
    std::vector<double> m_values;        ///< their points
};

}  // namespace

Explanation explainPicture(const ExplainedWith &with, std::span<const std::byte> encoded, const ExplainRequest &request,
                           const ExplainObserver &observer, const JobContext &job)
{
    const Decoded decoded = decodeImage(encoded);
    if (decoded.problem)
        throw Error(ErrorKind::Format,
                    "This picture has no score to explain: " + std::string(skipReasonText(*decoded.problem))
                        + (decoded.detail.empty() ? "" : ": " + decoded.detail) + ".");
    return Explaining(with, decoded.image, request, observer, job).run();
}

}  // namespace dank
