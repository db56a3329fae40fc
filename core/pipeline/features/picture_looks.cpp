#include "core/pipeline/features/picture_looks.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/dataset/image_probe.h"
#include "core/image/perceptual_hash.h"
#include "core/store/library.h"
#include "core/store/picture_hashes.h"

namespace dank {

namespace {

constexpr int kSide = 64;  // a JPEG may be decoded smaller, as long as the grid of the hash is far finer

// Kept in the store as four numbers of 16 bits each, which a float holds exactly, then the statistics; the last number
// of each says what there is.
constexpr std::size_t kParts = 4;
using StoredHash = std::array<float, kParts + 1>;
using StoredStatistics = std::array<float, kImageStatistics + 1>;
constexpr float kThere = 1, kNoPicture = -1;  // 0, of earlier versions: perhaps only unreadable at that moment

std::string hashKey()
{
    return "perceptual-hash/" + std::to_string(kPerceptualHashVersion);
}

std::string statisticsKey()
{
    return "image-statistics/" + std::to_string(kImageStatisticsVersion);
}

StoredHash packHash(const std::optional<PictureLook> &look)
{
    StoredHash stored{};
    for (std::size_t i = 0; look && i < kParts; ++i)
        stored[i] = static_cast<float>(look->hash >> (16 * i) & 0xffff);
    stored.back() = look ? kThere : kNoPicture;
    return stored;
}

StoredStatistics packStatistics(const std::optional<PictureLook> &look)
{
    StoredStatistics stored{};
    if (look)
        std::copy(look->statistics.begin(), look->statistics.end(), stored.begin());
    stored.back() = look ? kThere : kNoPicture;
    return stored;
}

PictureLook unpack(std::span<const float> hash, std::span<const float> statistics)
{
    PictureLook look;
    for (std::size_t i = 0; i < kParts; ++i)
        look.hash |= static_cast<std::uint64_t>(hash[i]) << (16 * i);
    std::copy_n(statistics.begin(), kImageStatistics, look.statistics.begin());
    return look;
}

/// `image`: what decodeImage() makes of `bytes` for kSide.
PictureLook describe(std::span<const std::byte> bytes, const Image &image)
{
    const ImageProbe probe = probeImage(bytes);
    return {perceptualHash(image),
            imageStatistics(image, static_cast<double>(probe.width) * probe.height, bytes.size())};
}

/// The look at the file that has the picture of that hash, among those of `rows`. Empty where none has it any more.
std::optional<KnownLook> lookAtFiles(std::span<const MemeRecord> records, std::span<const std::size_t> rows,
                                     const std::string &hash)
{
    const std::filesystem::path *tried = nullptr;
    for (const std::size_t row : rows) {
        const std::filesystem::path &file = records[row].image;
        if (tried && *tried == file)
            continue;
        tried = &file;
        try {
            const std::vector<std::byte> bytes = readFile(file, kMaxImageBytes);
            if (!hash.empty() && hashBytes(bytes) != hash)
                continue;
            const Decoded decoded = decodeImage(bytes, kSide);
            return KnownLook{hash, decoded.problem ? std::nullopt : std::optional(describe(bytes, decoded.image))};
        } catch (const Error &error) {
            if (error.kind() == ErrorKind::Memory)
                throw;
        }
    }
    return std::nullopt;
}

/// What the library has of those pictures; the others are told in `missing`.
std::vector<std::optional<PictureLook>> storedLooks(const std::vector<std::string> &pictures, const Library &library,
                                                    int threads, std::vector<std::size_t> &missing)
{
    constexpr std::size_t kHash = std::tuple_size_v<StoredHash>, kStatistics = std::tuple_size_v<StoredStatistics>;
    std::vector<float> hashes(pictures.size() * kHash), statistics(pictures.size() * kStatistics);
    const std::vector<bool> hasHash = library.features().get(hashKey(), pictures, hashes, threads);
    const std::vector<bool> hasStatistics = library.features().get(statisticsKey(), pictures, statistics, threads);
    std::vector<std::optional<PictureLook>> looks(pictures.size());
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const auto hash = std::span(hashes).subspan(i * kHash, kHash);
        const auto numbers = std::span(statistics).subspan(i * kStatistics, kStatistics);
        if (hasHash[i] && hasStatistics[i] && hash.back() == kThere && numbers.back() == kThere)
            looks[i] = unpack(hash, numbers);
        else if (!hasHash[i] || !hasStatistics[i] || hash.back() != kNoPicture || numbers.back() != kNoPicture)
            missing.push_back(i);
    }
    return looks;
}

}  // namespace

std::optional<PictureLook> lookAt(std::span<const std::byte> bytes, const Image &whole)
{
    if (!decodesSmaller(bytes, kSide))
        return describe(bytes, whole);
    const Decoded smaller = decodeImage(bytes, kSide);
    return smaller.problem ? std::nullopt : std::optional(describe(bytes, smaller.image));
}

std::set<std::string> picturesLookedAt(const Library &library)
{
    const std::set<std::string> hashes = library.features().hashes(hashKey()),
                                statistics = library.features().hashes(statisticsKey());
    std::set<std::string> both;
    std::set_intersection(hashes.begin(), hashes.end(), statistics.begin(), statistics.end(),
                          std::inserter(both, both.end()));
    return both;
}

void keepLooks(Library &library, std::span<const KnownLook> looks)
{
    std::vector<StoredHash> hashes;
    std::vector<StoredStatistics> statistics;
    std::vector<FeatureStore::Entry> hashEntries, statisticsEntries;
    hashes.reserve(looks.size());  // entries are views into these
    statistics.reserve(looks.size());
    for (const auto &[picture, look] : looks) {
        hashEntries.push_back({picture, hashes.emplace_back(packHash(look))});
        statisticsEntries.push_back({picture, statistics.emplace_back(packStatistics(look))});
    }
    library.features().put(hashKey(), hashEntries);
    library.features().put(statisticsKey(), statisticsEntries);
}

PictureLooks lookAtPictures(std::span<const MemeRecord> records, std::span<const std::string> hashes, Library &library,
                            int threads, const JobContext &job)
{
    job.report("look", 0, 0);
    const std::vector<std::vector<std::size_t>> rowsOf = rowsByPicture(hashes);
    std::vector<std::string> pictures;
    for (const std::vector<std::size_t> &rows : rowsOf)
        pictures.push_back(hashes[rows.front()]);
    std::vector<std::size_t> missing;
    std::vector<std::optional<PictureLook>> looks = storedLooks(pictures, library, threads, missing);
    job.cancel.check();
    constexpr std::size_t kChunk = 64;  // between two of which it is stored
    for (std::size_t from = 0; from < missing.size(); from += kChunk) {
        job.report("look", from, missing.size());
        const std::size_t count = std::min(kChunk, missing.size() - from);
        std::vector<std::optional<KnownLook>> seen(count);
        parallelFor(count, threads, job.cancel, [&](std::size_t i) {
            const std::size_t picture = missing[from + i];
            seen[i] = lookAtFiles(records, rowsOf[picture], pictures[picture]);
        });
        std::vector<KnownLook> known;
        for (std::size_t i = 0; i < count; ++i) {
            if (seen[i])
                looks[missing[from + i]] = seen[i]->second;
            if (seen[i] && !seen[i]->first.empty())
                known.push_back(std::move(*seen[i]));
        }
        keepLooks(library, known);
    }

    PictureLooks result;
    result.hashes.resize(records.size());
    FeatureMatrix statistics{statisticsKey(), {}, kImageStatistics, {}, std::vector<std::uint32_t>(records.size())};
    for (std::size_t picture = 0; picture < rowsOf.size(); ++picture) {
        const std::optional<PictureLook> &look = looks[picture];
        if (!look) {
            result.unreadable += rowsOf[picture].size();
            continue;
        }
        statistics.values.insert(statistics.values.end(), look->statistics.begin(), look->statistics.end());
        for (const std::size_t row : rowsOf[picture]) {
            result.hashes[row] = look->hash;
            statistics.vectorOf[row] = static_cast<std::uint32_t>(picture);
        }
    }
    for (const MemeRecord &record : records)
        statistics.ids.push_back(record.id);
    if (result.unreadable == 0)
        result.statistics = std::move(statistics);
    return result;
}

}  // namespace dank
