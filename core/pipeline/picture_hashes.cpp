#include "core/pipeline/picture_hashes.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "core/image/decode.h"
#include "core/image/perceptual_hash.h"
#include "core/store/library.h"

namespace dank {

namespace {

// Kept in the store as four numbers of 16 bits each, which a float holds exactly; a fifth says that there is a hash.
constexpr std::size_t kParts = 4;
using Stored = std::array<float, kParts + 1>;

std::string storeKey()
{
    return "perceptual-hash/" + std::to_string(kPerceptualHashVersion);
}

Stored pack(const std::optional<std::uint64_t> &hash)
{
    Stored stored{};
    for (std::size_t i = 0; hash && i < kParts; ++i)
        stored[i] = static_cast<float>(*hash >> (16 * i) & 0xffff);
    stored[kParts] = hash ? 1 : 0;
    return stored;
}

std::optional<std::uint64_t> unpack(const Stored &stored)
{
    if (stored[kParts] == 0)
        return std::nullopt;
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < kParts; ++i)
        hash |= static_cast<std::uint64_t>(stored[i]) << (16 * i);
    return hash;
}

}  // namespace

std::vector<std::optional<std::uint64_t>> perceptualHashes(std::span<const MemeRecord> records,
                                                           std::span<const std::string> hashes, Library &library,
                                                           int threads, const JobContext &job)
{
    const std::string key = storeKey();
    std::vector<std::optional<std::uint64_t>> result(records.size());
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < records.size(); ++i) {
        Stored stored{};
        if (!hashes[i].empty() && library.getFeatures(key, hashes[i], stored))
            result[i] = unpack(stored);
        else
            missing.push_back(i);
    }
    constexpr std::size_t kChunk = 256;  // between two of which it is stored
    constexpr int kSide = 64;            // a JPEG may be decoded smaller, as long as the grid of the hash is far finer
    for (std::size_t from = 0; from < missing.size(); from += kChunk) {
        job.report("look", from, missing.size());
        const auto chunk = std::span(missing).subspan(from, std::min(kChunk, missing.size() - from));
        std::atomic<std::size_t> next = 0;
        std::exception_ptr failure;
        std::mutex mutex;
        const auto work = [&] {
            try {
                for (std::size_t i; (i = next++) < chunk.size() && !job.cancel.isCancelled();) {
                    const Decoded decoded = decodeImageFile(records[chunk[i]].image, kSide);
                    if (!decoded.problem)
                        result[chunk[i]] = perceptualHash(decoded.image);
                }
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
        std::vector<Stored> packed;
        packed.reserve(chunk.size());
        std::vector<Library::FeatureEntry> entries;
        for (const std::size_t row : chunk) {
            if (hashes[row].empty())
                continue;
            packed.push_back(pack(result[row]));
            entries.push_back({hashes[row], packed.back()});
        }
        library.putFeatures(key, entries);
    }
    return result;
}

}  // namespace dank
