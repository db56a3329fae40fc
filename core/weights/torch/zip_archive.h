#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

// For core/weights alone.

namespace dank {

/// A zip archive in memory whose records are all stored as they are (not compressed, not encrypted), read through
/// libzip. Opening it checks that it ends where its directory ends, that the directory and the records' own headers
/// say the same, that no two records have the same name, and that all records together fit into the file.
class ZipArchive {
public:
    struct Record {
        std::string name;  ///< as the file has it; any bytes
        std::uint64_t size = 0;
    };

    /// Refused: for weights. Allowed: to look at the names in an archive whose records will not be read.
    enum class Compressed { Refused, Allowed };

    /// `bytes` must outlive the result. Throws BadFile.
    explicit ZipArchive(std::span<const std::byte> bytes, Compressed compressed = Compressed::Refused);

    const std::vector<Record> &records() const { return m_records; }
    /// Reads a record whole and checks its checksum; `target` must have its size. Throws BadFile.
    void read(std::size_t record, std::span<std::byte> target) const;
    /// Reads a record only to check it. Throws BadFile.
    void check(std::size_t record) const;

private:
    void readParts(std::size_t record, std::span<std::byte> target, bool keep) const;

    std::unique_ptr<void, void (*)(void *)> m_zip;
    std::vector<Record> m_records;
};

}  // namespace dank
