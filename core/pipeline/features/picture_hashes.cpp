#include "core/pipeline/features/picture_hashes.h"

#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/store/library.h"

namespace dank {

namespace {

constexpr const char *kPrefix = "picture/";

/// What the library remembers of the files in the records' folders: "<stamp> <hash>" by path.
std::map<std::string, std::string> rememberedHashes(std::span<const MemeRecord> records, const Library &library)
{
    std::map<std::string, std::string> all;
    std::filesystem::path folder;
    for (const MemeRecord &record : records) {
        if (record.image.parent_path() == folder)
            continue;
        folder = record.image.parent_path();
        all.merge(library.facts().under(kPrefix + (folder / "").string()));
    }
    return all;
}

}  // namespace

std::vector<std::string> hashPictures(const Dataset &dataset, int threads, Library *library, const JobContext &job)
{
    const auto records = dataset.records();
    const auto remembered = library ? rememberedHashes(records, *library) : std::map<std::string, std::string>();
    std::vector<std::string> hashes(records.size()), learnt(records.size());
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> failed = false;
    std::exception_ptr failure;
    std::mutex failureMutex;
    const auto hash = [&](std::size_t i) {
        const std::string stamp = fileStamp(records[i].image);  // before reading: a change meanwhile then shows
        const auto known = remembered.find(kPrefix + records[i].image.string());
        if (!stamp.empty() && known != remembered.end() && known->second.starts_with(stamp + ' ')) {
            hashes[i] = known->second.substr(stamp.size() + 1);
            return;
        }
        hashes[i] = hashFile(records[i].image);
        if (!stamp.empty())
            learnt[i] = stamp + ' ' + hashes[i];
    };
    const auto work = [&] {
        try {
            for (std::size_t i; (i = next++) < records.size() && !failed && !job.cancel.isCancelled();) {
                try {
                    hash(i);
                } catch (const Error &) {
                    // Gone since the dataset was loaded: prepare() will say why.
                }
            }
        } catch (...) {
            std::lock_guard lock(failureMutex);
            failure = std::current_exception();
            failed = true;
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
    if (library) {
        std::map<std::string, std::string> facts;
        for (std::size_t i = 0; i < records.size(); ++i)
            if (!learnt[i].empty())
                facts[kPrefix + records[i].image.string()] = learnt[i];
        library->facts().set(facts);
    }
    job.cancel.check();
    return hashes;
}

}  // namespace dank
