#include "core/store/picture_hashes.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/store/library.h"

namespace dank {

namespace {

constexpr const char *kPrefix = "picture/";

using Files = std::vector<const std::filesystem::path *>;

/// What the library remembers of the files in those folders: "<stamp> <hash>" by path.
std::map<std::string, std::string> rememberedHashes(const Files &files, const Library &library)
{
    std::set<std::filesystem::path> folders;
    for (const std::filesystem::path *file : files)
        folders.insert(file->parent_path());
    std::map<std::string, std::string> all;
    for (const std::filesystem::path &folder : folders)
        all.merge(library.facts().under(kPrefix + (folder / "").string()));
    return all;
}

/// `named` with each file once, and which of those each of `named` is.
std::pair<Files, std::vector<std::size_t>> eachOnce(const Files &named)
{
    Files files;
    std::vector<std::size_t> fileOf;
    std::unordered_map<std::string_view, std::size_t> places;
    for (const std::filesystem::path *file : named) {
        const auto [found, isNew] = places.try_emplace(file->native(), files.size());
        if (isNew)
            files.push_back(file);
        fileOf.push_back(found->second);
    }
    return {std::move(files), std::move(fileOf)};
}

std::vector<std::string> hashEach(const Files &named, int threads, Library *library, const JobContext &job)
{
    const auto [files, fileOf] = eachOnce(named);
    job.report("hash", 0, files.size());
    const auto remembered = library ? rememberedHashes(files, *library) : std::map<std::string, std::string>();
    std::vector<std::string> hashes(files.size());
    constexpr std::size_t kChunk = 256;  // between two of which it is stored
    for (std::size_t from = 0; from < files.size(); from += kChunk) {
        const std::size_t count = std::min(kChunk, files.size() - from);
        std::vector<std::string> learnt(count);
        parallelFor(count, threads, job.cancel, [&](std::size_t i) {
            const std::filesystem::path &file = *files[from + i];
            const std::string stamp = fileStamp(file);  // before reading: a change meanwhile then shows
            const auto known = remembered.find(kPrefix + file.string());
            if (!stamp.empty() && known != remembered.end() && known->second.starts_with(stamp + ' ')) {
                hashes[from + i] = known->second.substr(stamp.size() + 1);
                return;
            }
            try {
                hashes[from + i] = hashFile(file);
                if (!stamp.empty())
                    learnt[i] = stamp + ' ' + hashes[from + i];
            } catch (const Error &) {
                // Gone since the dataset was loaded: extraction says why.
            }
        });
        std::map<std::string, std::string> facts;
        for (std::size_t i = 0; i < count; ++i)
            if (!learnt[i].empty())
                facts[kPrefix + files[from + i]->string()] = learnt[i];
        if (library && !library->isReadOnly())
            library->facts().set(facts);
        job.report("hash", from + count, files.size());
    }
    std::vector<std::string> ofRows;
    ofRows.reserve(fileOf.size());
    for (const std::size_t file : fileOf)
        ofRows.push_back(hashes[file]);
    return ofRows;
}

}  // namespace

std::vector<std::string> hashPictures(const Dataset &dataset, int threads, Library *library, const JobContext &job)
{
    Files named;
    for (const MemeRecord &record : dataset.records())
        named.push_back(&record.image);
    return hashEach(named, threads, library, job);
}

std::vector<std::string> hashPictures(std::span<const std::filesystem::path> files, int threads, Library *library,
                                      const JobContext &job)
{
    Files named;
    for (const std::filesystem::path &file : files)
        named.push_back(&file);
    return hashEach(named, threads, library, job);
}

std::vector<std::vector<std::size_t>> rowsByPicture(std::span<const std::string> hashes)
{
    std::vector<std::vector<std::size_t>> pictures;
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t row = 0; row < hashes.size(); ++row) {
        if (hashes[row].empty()) {
            pictures.push_back({row});
            continue;
        }
        const auto [found, isNew] = places.try_emplace(hashes[row], pictures.size());
        if (isNew)
            pictures.emplace_back();
        pictures[found->second].push_back(row);
    }
    return pictures;
}

}  // namespace dank
