#include "core/dataset/dataset.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/dataset/image_probe.h"
#include "core/dataset/picture_finder.h"
#include "core/feeds/read_feed.h"

namespace fs = std::filesystem;

namespace dank {

namespace {

/// A row's key as a number; 0 where it is none.
std::uint64_t rowNumber(std::string_view key)
{
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(key.data(), key.data() + key.size(), number);
    return failed == std::errc() && end == key.data() + key.size() ? number : 0;
}

/// Fit for a list and a JSON document: no control characters, not endless.
std::string shownId(const std::string &id)
{
    std::string shown = sanitizeUtf8(std::string_view(id).substr(0, kMaxIdBytes));
    for (char &c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    return shown;
}

}  // namespace

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
    const std::string upvotes = feed.mapping.column(FeedField::Upvotes);
    const std::string label = feed.mapping.column(FeedField::Label);
    dataset.m_hasUpvotes = !upvotes.empty() || label.empty();
    dataset.m_source = {feed.layout, feed.mapping, feed.tables, options};
    if (!options.images.empty())
        dataset.m_source.options.images = fs::absolute(options.images, failed).lexically_normal();

    const PictureFinder pictures(dataset.m_path, options.images, job);
    std::unordered_set<std::string> seen;
    seen.reserve(rows.size());
    const auto take = [&](std::size_t i) {
        FeedRow &row = rows[i];
        const std::uint64_t number = rowNumber(row.key);
        const MemeId id = row.id.empty() ? std::move(row.key) : std::move(row.id);
        const auto skip = [&](SkipReason reason, std::string detail) {
            dataset.m_skipped.push_back({shownId(id), reason, std::move(detail)});
        };
        if (row.problem.empty())
            row.problem = idProblem(id);
        if (!row.problem.empty())
            return skip(SkipReason::RowMalformed, "row " + std::to_string(i + 1) + ": " + row.problem);
        if (!seen.insert(id).second)
            return skip(SkipReason::DuplicateId,
                        "row " + std::to_string(i + 1) + ": an earlier row has this id, and the first one counts");
        if (!dataset.m_hasUpvotes && !row.hasLabel)
            return skip(SkipReason::LabelMissing, "row " + std::to_string(i + 1) + " has no \"" + label + '"');
        if (!row.hasUpvotes && dataset.m_hasUpvotes)
            return skip(SkipReason::UpvotesMissing,
                        "row " + std::to_string(i + 1)
                            + (upvotes.empty() ? ": no column of upvotes is known" : " has no \"" + upvotes + '"'));
        if (!row.upvotes && dataset.m_hasUpvotes)
            return skip(SkipReason::UpvotesInvalid, "row " + std::to_string(i + 1) + ": \"" + upvotes + "\" is "
                                                        + row.upvotesText
                                                        + ", not a whole number from 0 to 2147483647");
        const FoundPicture located = pictures.find(id, row.image);
        if (located.problem)
            return skip(*located.problem, located.detail);
        const ImageProbe probe = probeImageFile(located.path);
        if (probe.problem)
            return skip(*probe.problem, pictures.shown(located.path) + ": " + probe.detail);
        if (row.author == "None" || row.author == "[deleted]")
            row.author.clear();
        dataset.m_records.push_back({id, located.path, row.upvotes.value_or(0), std::move(row.title),
                                     std::move(row.author), std::move(row.image), row.created, probe.width,
                                     probe.height, number, RowColumns(feed.columns, row.columnsRow)});
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        job.cancel.check();
        if (i % 64 == 0)
            job.report("load", i, rows.size());
        take(i);
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
