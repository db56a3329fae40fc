#include "core/dataset/dataset.h"

#include <algorithm>
#include <numeric>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/dataset/meme_maker.h"
#include "core/dataset/picture_finder.h"
#include "core/feeds/read_feed.h"

namespace fs = std::filesystem;

namespace dank {

Dataset Dataset::load(const fs::path &file, const JobContext &job, const FeedOptions &options)
{
    std::error_code failed;
    if (fs::is_directory(file, failed))
        throw Error(ErrorKind::File, "'" + displayPath(file) + "' is a folder. Open the db.json in it instead.", file);
    job.report("load", 0, 0);
    Feed feed = readFeed(file, options, job);
    Dataset dataset;
    dataset.m_path = fs::absolute(file, failed).lexically_normal();
    dataset.m_hash = hashFile(file);
    FeedMapping memes = options.map;
    memes.column(FeedField::Label).clear();  // which classes are learnt leaves the memes the same
    if (!memes.empty()) {                    // the same file, but other memes
        std::string mapped = dataset.m_hash;
        for (std::size_t f = 0; f < static_cast<std::size_t>(FeedField::Label); ++f)
            mapped += '\n' + memes.columns[f];
        dataset.m_hash = hashText(mapped);
    }
    std::vector<FeedRow> rows = std::move(feed.rows);
    if (rows.empty())
        throw Error(ErrorKind::Dataset, "'" + displayPath(file) + "' holds no memes: its table is empty.", file);
    dataset.m_source = {feed.layout, feed.mapping, feed.tables, options};
    if (!options.images.empty())
        dataset.m_source.options.images = fs::absolute(options.images, failed).lexically_normal();

    const PictureFinder pictures(dataset.m_path, options.images, job);
    MemeMaker maker(feed, pictures);
    dataset.m_hasUpvotes = maker.hasUpvotes();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        job.cancel.check();
        if (i % 64 == 0)
            job.report("load", i, rows.size());
        auto made = maker.make(std::move(rows[i]), i);
        if (auto *const record = std::get_if<MemeRecord>(&made))
            dataset.m_records.push_back(std::move(*record));
        else
            dataset.m_skipped.push_back(std::move(std::get<Skipped>(made)));
    }
    job.report("load", rows.size(), rows.size());
    dataset.indexById();
    return dataset;
}

Dataset Dataset::fromRecords(fs::path path, std::vector<MemeRecord> records, std::vector<Skipped> skipped)
{
    Dataset dataset;
    std::error_code failed;
    const fs::path absolute = fs::absolute(path, failed);
    dataset.m_path = failed ? std::move(path) : absolute.lexically_normal();
    dataset.m_records = std::move(records);
    dataset.m_skipped = std::move(skipped);
    std::string content;
    for (const MemeRecord &record : dataset.m_records)
        content += record.id + '\n' + std::to_string(record.upvotes) + '\n';
    dataset.m_hash = hashText(content);
    dataset.indexById();
    return dataset;
}

std::string Dataset::name() const
{
    const fs::path folder = m_path.parent_path().filename();
    return displayPath(folder.empty() ? m_path.stem() : folder);
}

const MemeRecord *Dataset::find(const MemeId &id) const
{
    const auto found = std::lower_bound(m_byId.begin(), m_byId.end(), id, [&](std::size_t index, const MemeId &wanted) {
        return m_records[index].id < wanted;
    });
    return found != m_byId.end() && m_records[*found].id == id ? &m_records[*found] : nullptr;
}

Dataset Dataset::withClasses(std::span<const std::optional<std::int64_t>> places, const std::string &why) const
{
    if (places.size() != m_records.size())
        throw Error(ErrorKind::Shape, "There are " + std::to_string(places.size()) + " classes for "
                                          + std::to_string(m_records.size()) + " memes.");
    Dataset labelled = withoutRecords();
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!places[i]) {
            labelled.m_skipped.push_back({m_records[i].id, SkipReason::LabelMissing, why});
            continue;
        }
        labelled.m_records.push_back(m_records[i]);
        labelled.m_records.back().upvotes = *places[i];
    }
    labelled.indexById();
    return labelled;
}

Dataset Dataset::withoutRecords() const
{
    Dataset rest;
    rest.m_path = m_path;
    rest.m_hash = m_hash;
    rest.m_source = m_source;
    rest.m_skipped = m_skipped;
    rest.m_hasUpvotes = m_hasUpvotes;
    return rest;
}

Dataset Dataset::without(const std::set<MemeId> &ids) const
{
    Dataset rest = withoutRecords();
    for (const MemeRecord &record : m_records) {
        if (ids.contains(record.id))
            rest.m_skipped.push_back({record.id, SkipReason::Excluded, "set aside by you"});
        else
            rest.m_records.push_back(record);
    }
    rest.indexById();
    return rest;
}

void Dataset::indexById()
{
    m_byId.resize(m_records.size());
    std::iota(m_byId.begin(), m_byId.end(), std::size_t{0});
    std::stable_sort(m_byId.begin(), m_byId.end(),
                     [&](std::size_t a, std::size_t b) { return m_records[a].id < m_records[b].id; });
}

}  // namespace dank
