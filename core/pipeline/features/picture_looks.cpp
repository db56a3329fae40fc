#include "core/pipeline/features/picture_looks.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "core/base/file.h"
#include "core/dataset/image_probe.h"
#include "core/image/decode.h"
#include "core/image/image_statistics.h"
#include "core/image/perceptual_hash.h"
#include "core/store/library.h"

namespace dank {

namespace {

// Kept in the store as four numbers of 16 bits each, which a float holds exactly; a fifth says that there is a hash.
constexpr std::size_t kParts = 4;
using StoredHash = std::array<float, kParts + 1>;
// The statistics, and whether there are any.
using StoredStatistics = std::array<float, kImageStatistics + 1>;

std::string hashKey()
{
    return "perceptual-hash/" + std::to_string(kPerceptualHashVersion);
}

std::string statisticsKey()
{
    return "image-statistics/" + std::to_string(kImageStatisticsVersion);
}

/// What is known of one picture.
struct Look {
    std::optional<std::uint64_t> hash;
    std::optional<ImageStatistics> statistics;
};

StoredHash pack(const std::optional<std::uint64_t> &hash)
{
    StoredHash stored{};
    for (std::size_t i = 0; hash && i < kParts; ++i)
        stored[i] = static_cast<float>(*hash >> (16 * i) & 0xffff);
    stored[kParts] = hash ? 1 : 0;
    return stored;
}

std::optional<std::uint64_t> unpack(const StoredHash &stored)
{
    if (stored[kParts] == 0)
        return std::nullopt;
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < kParts; ++i)
        hash |= static_cast<std::uint64_t>(stored[i]) << (16 * i);
    return hash;
}

StoredStatistics pack(const std::optional<ImageStatistics> &statistics)
{
    StoredStatistics stored{};
    if (statistics)
        std::copy(statistics->begin(), statistics->end(), stored.begin());
    stored[kImageStatistics] = statistics ? 1 : 0;
    return stored;
}

std::optional<ImageStatistics> unpack(const StoredStatistics &stored)
{
    if (stored[kImageStatistics] == 0)
        return std::nullopt;
    ImageStatistics statistics;
    std::copy_n(stored.begin(), kImageStatistics, statistics.begin());
    return statistics;
}

Look lookAt(const std::filesystem::path &file)
{
    constexpr int kSide = 64;  // a JPEG may be decoded smaller, as long as the grid of the hash is far finer
    std::vector<std::byte> bytes;
    try {
        bytes = readFile(file, kMaxImageBytes);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::Memory)
            throw;
        return {};
    }
    const Decoded decoded = decodeImage(bytes, kSide);
    if (decoded.problem)
        return {};
    const ImageProbe probe = probeImage(bytes);
    return {perceptualHash(decoded.image),
            imageStatistics(decoded.image, static_cast<double>(probe.width) * probe.height, bytes.size())};
}

/// Looks at the pictures of `rows` on `threads` threads. Throws Cancelled and what a look throws.
void lookAtAll(std::span<const MemeRecord> records, std::span<const std::size_t> rows, std::vector<Look> &looks,
               int threads, const JobContext &job)
{
    std::atomic<std::size_t> next = 0;
    std::exception_ptr failure;
    std::mutex mutex;
    const auto work = [&] {
        try {
            for (std::size_t i; (i = next++) < rows.size() && !job.cancel.isCancelled();)
                looks[rows[i]] = lookAt(records[rows[i]].image);
        } catch (...) {
            std::lock_guard lock(mutex);
            failure = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> workers;
        for (int i = 1; i < threads; ++i)
            workers.emplace_back(work);
        work();
    }
    if (failure)
        std::rethrow_exception(failure);
    job.cancel.check();
}

void keep(Library &library, std::span<const std::string> hashes, std::span<const std::size_t> rows,
          const std::vector<Look> &looks)
{
    std::vector<StoredHash> packedHashes;
    std::vector<StoredStatistics> packedStatistics;
    std::vector<FeatureStore::Entry> hashEntries, statisticsEntries;
    packedHashes.reserve(rows.size());  // entries are views into these
    packedStatistics.reserve(rows.size());
    for (const std::size_t row : rows) {
        if (hashes[row].empty())
            continue;
        packedHashes.push_back(pack(looks[row].hash));
        packedStatistics.push_back(pack(looks[row].statistics));
        hashEntries.push_back({hashes[row], packedHashes.back()});
        statisticsEntries.push_back({hashes[row], packedStatistics.back()});
    }
    library.features().put(hashKey(), hashEntries);
    library.features().put(statisticsKey(), statisticsEntries);
}

}  // namespace

PictureLooks lookAtPictures(std::span<const MemeRecord> records, std::span<const std::string> hashes, Library &library,
                            int threads, const JobContext &job)
{
    const std::string hashesAt = hashKey(), statisticsAt = statisticsKey();
    std::vector<Look> looks(records.size());
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < records.size(); ++i) {
        StoredHash hash{};
        StoredStatistics statistics{};
        if (!hashes[i].empty() && library.features().get(hashesAt, hashes[i], hash)
            && library.features().get(statisticsAt, hashes[i], statistics))
            looks[i] = {unpack(hash), unpack(statistics)};
        else
            missing.push_back(i);
    }
    constexpr std::size_t kChunk = 256;  // between two of which it is stored
    for (std::size_t from = 0; from < missing.size(); from += kChunk) {
        job.report("look", from, missing.size());
        const auto chunk = std::span(missing).subspan(from, std::min(kChunk, missing.size() - from));
        lookAtAll(records, chunk, looks, threads, job);
        keep(library, hashes, chunk, looks);
    }

    PictureLooks result;
    FeatureMatrix statistics{statisticsAt, {}, kImageStatistics, {}};
    for (std::size_t i = 0; i < records.size(); ++i) {
        result.hashes.push_back(looks[i].hash);
        statistics.ids.push_back(records[i].id);
        if (!looks[i].statistics) {
            ++result.unreadable;
            continue;
        }
        statistics.values.insert(statistics.values.end(), looks[i].statistics->begin(), looks[i].statistics->end());
    }
    if (result.unreadable == 0)
        result.statistics = std::move(statistics);
    return result;
}

}  // namespace dank
