#include "core/store/thumbnail_store.h"

#include <utility>

#include "core/store/sql.h"

namespace dank {

void ThumbnailStore::noteUse() const
{
    if (!std::exchange(m_noted, true))
        sql::noteUse(*m_database, "thumbnails", "");
}

void ThumbnailStore::put(int side, std::span<const Entry> entries)
{
    if (entries.empty())
        return;
    sql::transaction(*m_database, [&] {
        SQLite::Statement put(*m_database, "INSERT INTO thumbnails(image_hash, side, encoded) VALUES(?1, ?2, ?3)"
                                           " ON CONFLICT(image_hash, side) DO UPDATE SET encoded = ?3");
        for (const Entry &entry : entries) {
            put.bind(1, entry.imageHash);
            put.bind(2, side);
            const void *const bytes = entry.encoded.empty() ? "" : static_cast<const void *>(entry.encoded.data());
            put.bindNoCopy(3, bytes, static_cast<int>(entry.encoded.size()));  // a null pointer would be NULL
            put.exec();
            put.reset();
        }
        noteUse();
    });
}

std::optional<std::vector<std::byte>> ThumbnailStore::get(int side, const std::string &imageHash) const
{
    auto found = sql::first(
        *m_database,
        [](SQLite::Statement &row) {
            const SQLite::Column column = row.getColumn(0);
            const auto *bytes = static_cast<const std::byte *>(column.getBlob());
            return std::vector<std::byte>(bytes, bytes + column.getBytes());
        },
        "SELECT encoded FROM thumbnails WHERE image_hash = ? AND side = ?", imageHash, side);
    if (found)
        noteUse();
    return found;
}

}  // namespace dank
