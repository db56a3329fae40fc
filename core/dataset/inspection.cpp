#include "core/dataset/inspection.h"

#include <string>
#include <variant>

namespace dank {

void SkippedRows::add(const Skipped &row)
{
    m_rows.push_back({m_texts.size(), static_cast<std::uint32_t>(row.id.size()), row.reason});
    m_texts.insert(m_texts.end(), row.id.begin(), row.id.end());
    m_texts.insert(m_texts.end(), row.detail.begin(), row.detail.end());
}

Skipped SkippedRows::operator[](std::size_t place) const
{
    const auto at = [&](std::size_t offset) { return m_texts.begin() + static_cast<std::ptrdiff_t>(offset); };
    const Row &row = m_rows[place];
    const std::size_t middle = row.begin + row.idBytes;
    const std::size_t end = place + 1 < m_rows.size() ? m_rows[place + 1].begin : m_texts.size();
    return {std::string(at(row.begin), at(middle)), row.reason, std::string(at(middle), at(end))};
}

Inspection inspectMemes(const std::filesystem::path &file, const FeedOptions &options, const JobContext &job)
{
    Inspection inspection;
    std::vector<RowColumns> columns;
    inspection.file = readMemes(file, options, job, [&](std::variant<MemeRecord, Skipped> &&row) {
        if (const auto *const skipped = std::get_if<Skipped>(&row)) {
            inspection.skipped.add(*skipped);
        } else {
            const MemeRecord &meme = std::get<MemeRecord>(row);
            inspection.upvotes.push_back(static_cast<double>(meme.upvotes));
            columns.push_back(meme.columns);
        }
    });
    inspection.labels = labelChoices(columns);
    return inspection;
}

}  // namespace dank
