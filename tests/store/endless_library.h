#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>

#include <SQLiteCpp/SQLiteCpp.h>
#include <filesystem>

namespace dank::test {

/// Makes the epochs of a closed library's run endless, by pages each of whose entries leads to the same next page: its
/// schema is in order, and a statement that reads through them does not end. There must be an epoch, and few of them.
/// Format: https://www.sqlite.org/fileformat.html#b_tree_pages
inline void makeEndless(const std::filesystem::path &file)
{
    std::uint32_t root = 0;
    {
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
        root = database.execAndGet("SELECT rootpage FROM sqlite_master WHERE name = 'epochs'").getUInt();
        database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    QFile stream(QString::fromStdString(file.string()));
    if (!stream.open(QIODevice::ReadWrite))
        qFatal("the library cannot be opened");
    QByteArray bytes = stream.readAll();
    const auto number = [](QByteArray &in, qsizetype at, std::uint32_t value, int size) {
        for (int i = 0; i < size; ++i)
            in[at + i] = static_cast<char>(value >> 8 * (size - 1 - i));
    };
    const auto byte = [&](qsizetype at) { return static_cast<unsigned char>(bytes[at]); };
    const qsizetype size = byte(16) << 8 | byte(17), start = (root - 1) * size;
    if (byte(start) != 0x0a)
        qFatal("the table of epochs is no leaf");
    const qsizetype first = start + (byte(start + 8) << 8 | byte(start + 9));
    const QByteArray record = bytes.mid(first, 1 + byte(first));
    const QByteArray leaf = bytes.mid(start, size);
    auto child = static_cast<std::uint32_t>(bytes.size() / size) + 1;
    bytes += leaf;
    constexpr int kLevels = 10, kEntries = 100;
    for (int level = 1; level <= kLevels; ++level) {
        QByteArray page(size, '\0');
        page[0] = 0x02;
        number(page, 3, kEntries, 2);
        number(page, 8, child, 4);
        qsizetype at = size;
        for (int entry = 0; entry < kEntries; ++entry) {
            at -= 4 + record.size();
            number(page, at, child, 4);
            page.replace(at + 4, record.size(), record);
            number(page, 12 + 2 * entry, static_cast<std::uint32_t>(at), 2);
        }
        number(page, 5, static_cast<std::uint32_t>(at), 2);
        if (level == kLevels) {
            bytes.replace(start, size, page);
        } else {
            bytes += page;
            ++child;
        }
    }
    number(bytes, 28, static_cast<std::uint32_t>(bytes.size() / size), 4);
    stream.seek(0);
    stream.write(bytes);
}

}  // namespace dank::test
