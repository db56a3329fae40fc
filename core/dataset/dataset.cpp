#include "core/dataset/dataset.h"

#include <algorithm>
#include <numeric>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"

namespace fs = std::filesystem;

namespace dank {

Dataset Dataset::load(const fs::path &file, const JobContext &job, const FeedOptions &options)
{
    Dataset dataset;
    dataset.m_file = readMemes(file, options, job, [&](std::variant<MemeRecord, Skipped> &&row) {
        if (auto *const record = std::get_if<MemeRecord>(&row))
            dataset.m_records.push_back(std::move(*record));
        else
            dataset.m_skipped.push_back(std::move(std::get<Skipped>(row)));
    });
    dataset.indexById();
    return dataset;
}

Dataset Dataset::fromRecords(fs::path path, std::vector<MemeRecord> records, std::vector<Skipped> skipped)
{
    Dataset dataset;
    std::error_code failed;
    const fs::path absolute = fs::absolute(path, failed);
    dataset.m_file.path = failed ? std::move(path) : absolute.lexically_normal();
    dataset.m_records = std::move(records);
    dataset.m_skipped = std::move(skipped);
    std::string content;
    for (const MemeRecord &record : dataset.m_records)
        content += record.id + '\n' + std::to_string(record.upvotes) + '\n';
    dataset.m_file.hash = hashText(content);
    dataset.indexById();
    return dataset;
}

std::string Dataset::name() const
{
    const fs::path folder = m_file.path.parent_path().filename();
    return displayPath(folder.empty() ? m_file.path.stem() : folder);
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
    rest.m_file = m_file;
    rest.m_skipped = m_skipped;
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
