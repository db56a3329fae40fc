#include "core/weights/torch/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <set>
#include <string_view>

#include "core/weights/readers.h"

namespace dank {
namespace {

constexpr std::size_t kEndSize = 22;             // the end of the central directory, without a comment
constexpr std::size_t kLocator64Size = 20;       // what points to its 64-bit variant
constexpr std::size_t kDirectoryEntrySize = 46;  // at least
constexpr std::size_t kMaxRecords = kMaxTensors + 100;

[[noreturn]] void refuseError(const zip_error_t &error)
{
    zip_error_t copy = error;
    switch (zip_error_code_zip(&copy)) {
    case ZIP_ER_EXISTS: refuse("its zip archive has two records of the same name");
    case ZIP_ER_CRC: refuse("a checksum in its zip archive does not match: it is damaged");
    case ZIP_ER_MEMORY: throw std::bad_alloc();
    default: break;
    }
    zip_error_init_with_code(&copy, zip_error_code_zip(&error));
    const std::string text = zip_error_strerror(&copy);
    zip_error_fini(&copy);
    refuse("its zip archive is damaged or cut short (" + text + ")");
}

template <typename Number>
Number numberAt(std::span<const std::byte> bytes, std::size_t at)
{
    Number number;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

/// The end as PyTorch writes it, without a comment, and no more records announced than fit: libzip believes the number.
void checkEnd(std::span<const std::byte> bytes)
{
    const std::size_t size = bytes.size();
    if (size < kEndSize || numberAt<std::uint32_t>(bytes, size - kEndSize) != 0x06054b50
        || numberAt<std::uint16_t>(bytes, size - 2) != 0)
        refuse("its zip archive does not end where it should: it is damaged or cut short");
    std::uint64_t records = numberAt<std::uint16_t>(bytes, size - kEndSize + 10);
    const std::size_t locator = size - kEndSize - kLocator64Size;
    if (size >= kEndSize + kLocator64Size && numberAt<std::uint32_t>(bytes, locator) == 0x07064b50) {
        const auto end64 = numberAt<std::uint64_t>(bytes, locator + 8);
        if (end64 > locator || locator - end64 < 56)
            refuse("its zip archive does not end where it should: it is damaged or cut short");
        records = numberAt<std::uint64_t>(bytes, std::size_t(end64) + 32);
    }
    if (records > size / kDirectoryEntrySize)
        refuse("its zip archive announces more records than it has room for");
    if (records > kMaxRecords)
        refuse("its zip archive has more than 100,000 records");
}

}  // namespace

ZipArchive::ZipArchive(std::span<const std::byte> bytes, Compressed compressed)
    : m_zip(nullptr, [](void *zip) { zip_discard(static_cast<zip_t *>(zip)); })
{
    checkEnd(bytes);
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (!source)
        throw std::bad_alloc();
    zip_t *const zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    if (!zip) {
        zip_source_free(source);
        refuseError(error);
    }
    m_zip.reset(zip);

    const zip_int64_t count = zip_get_num_entries(zip, 0);
    std::set<std::string_view> names;
    std::uint64_t total = 0;
    m_records.reserve(std::size_t(std::max<zip_int64_t>(count, 0)));
    for (zip_int64_t i = 0; i < count; ++i) {
        zip_stat_t status;
        constexpr zip_uint64_t kNeeded =
            ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
        if (zip_stat_index(zip, zip_uint64_t(i), ZIP_FL_ENC_RAW, &status) != 0 || (status.valid & kNeeded) != kNeeded)
            refuse("its zip archive has a record that cannot be read");
        const std::string name = status.name;
        if (compressed == Compressed::Allowed) {
            m_records.push_back({name, status.size});
            continue;
        }
        if (status.encryption_method != ZIP_EM_NONE)
            refuse("its record " + shownName(name) + " is encrypted");
        if (status.comp_method != ZIP_CM_STORE)
            refuse("its record " + shownName(name) + " is compressed, which PyTorch never does");
        if (status.size != status.comp_size)
            refuse("its record " + shownName(name) + " has two sizes");
        if (status.size > bytes.size() - total)
            refuse("its records are larger than the file");
        total += status.size;
        m_records.push_back({name, status.size});
    }
    for (const Record &record : m_records)
        if (!names.insert(record.name).second)
            refuse("its zip archive has two records of the same name");
}

void ZipArchive::read(std::size_t record, std::span<std::byte> target) const
{
    readParts(record, target, true);
}

void ZipArchive::check(std::size_t record) const
{
    std::vector<std::byte> part(std::size_t(std::min<std::uint64_t>(m_records[record].size, 1 << 16)));
    readParts(record, part, false);
}

void ZipArchive::readParts(std::size_t record, std::span<std::byte> target, bool keep) const
{
    zip_t *const zip = static_cast<zip_t *>(m_zip.get());
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t *)> file(zip_fopen_index(zip, record, 0), zip_fclose);
    if (!file)
        refuseError(*zip_get_error(zip));
    std::uint64_t done = 0;
    const std::uint64_t size = m_records[record].size;
    for (;;) {
        // Read on past the last byte: only there does libzip compare the checksum.
        std::byte past{};
        std::span<std::byte> part = done == size ? std::span(&past, 1) : target.subspan(keep ? std::size_t(done) : 0);
        part = part.first(std::size_t(std::min<std::uint64_t>(part.size(), std::max<std::uint64_t>(size - done, 1))));
        const zip_int64_t got = zip_fread(file.get(), part.data(), part.size());
        if (got < 0)
            refuseError(*zip_file_get_error(file.get()));
        if (got == 0)
            break;
        done += std::uint64_t(got);
        if (done > size)
            refuse("its zip archive is damaged or cut short");
    }
    if (done != size)
        refuse("its zip archive is damaged or cut short");
}

}  // namespace dank
