#include "core/dataset/feed_preview.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <variant>

#include "core/base/text.h"
#include "core/dataset/meme_maker.h"

namespace dank {

namespace {

constexpr std::size_t kMostShown = 200;  // code points of a text

/// What stands in a row's column, in few words.
std::string textIn(const RawRow &row, const std::string &column)
{
    const auto found = std::ranges::find(row.fields, column, &std::pair<std::string, RawValue>::first);
    if (column.empty() || found == row.fields.end())
        return {};
    const RawValue &value = found->second;
    return value.kind == RawValue::Kind::Object || value.kind == RawValue::Kind::Null
               ? std::string()
               : shortened(std::string_view(value.text).substr(0, 4 * kMostShown), kMostShown);
}

}  // namespace

FeedPreview::FeedPreview(std::filesystem::path file, const JobContext &job)
    : m_file(std::move(file)), m_sample(readFeedSample(m_file, job))
{
    std::error_code failed;
    const std::filesystem::path absolute = std::filesystem::absolute(m_file, failed);
    if (!failed)
        m_file = absolute.lexically_normal();
}

const PictureFinder &FeedPreview::finderFor(const std::filesystem::path &images, const JobContext &job)
{
    if (!m_finder || images != m_images) {
        m_finder.reset();
        m_finder.emplace(m_file, images, job);
        m_images = images;
    }
    return *m_finder;
}

FeedTrial FeedPreview::attempt(const FeedOptions &options, std::size_t shown, std::size_t judged, const JobContext &job)
{
    Feed feed = feedOf(m_sample, options.map, m_file, job);
    const PictureFinder &pictures = finderFor(options.images, job);
    const auto probe = [this](const std::filesystem::path &path) {
        const auto [known, isNew] = m_probes.try_emplace(path.native());
        if (isNew)
            known->second = probeImageFile(path);
        return known->second;
    };
    MemeMaker maker(feed, pictures, probe);
    FeedTrial trial;
    trial.mapping = feed.mapping;
    trial.rows = std::min(feed.rows.size(), judged);
    std::map<SkipReason, std::size_t> skipped;
    for (std::size_t i = 0; i < trial.rows; ++i) {
        job.cancel.check();
        FeedRow &row = feed.rows[i];
        const RawRow &raw = m_sample.rows[row.columnsRow].row;
        FeedTrial::Row one;
        if (i < shown) {
            for (std::size_t f = 0; f < kFeedFields; ++f)
                one.texts[f] = textIn(raw, feed.mapping.columns[f]);
            one.id = row.id.empty() ? row.key : row.id;
            one.upvotes = row.upvotes;
            one.created = row.created;
            // Shown with its picture even where something else is missing.
            if (const FoundPicture found = pictures.find(one.id, row.image);
                !found.problem && !probe(found.path).problem)
                one.picture = found.path;
            one.id = shortened(one.id, kMostShown);
        }
        const auto made = maker.make(std::move(row), i);
        const auto *const bad = std::get_if<Skipped>(&made);
        trial.usable += bad == nullptr;
        if (bad)
            ++skipped[bad->reason];
        if (i >= shown)
            continue;
        if (bad)
            one.problem = shortened(bad->detail, 2 * kMostShown);
        trial.first.push_back(std::move(one));
    }
    trial.skipped.assign(skipped.begin(), skipped.end());
    std::ranges::stable_sort(trial.skipped, std::ranges::greater(), &std::pair<SkipReason, std::size_t>::second);
    for (std::size_t f = 0; f < kFeedFields; ++f)
        for (const FeedSample::Row &sampled : m_sample.rows)
            if (trial.examples[f] = textIn(sampled.row, feed.mapping.columns[f]); !trial.examples[f].empty())
                break;
    return trial;
}

}  // namespace dank
