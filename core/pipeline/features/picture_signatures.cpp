#include "core/pipeline/features/picture_signatures.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/dataset/image_probe.h"
#include "core/image/decode.h"
#include "core/image/template_signature.h"
#include "core/store/library.h"
#include "core/store/picture_hashes.h"

namespace dank {

namespace {

std::string storeKey()
{
    return "template-signature/" + std::to_string(kSignatureVersion);
}

/// What the library has of those pictures. Their vectors differ in length with the views.
std::vector<std::optional<PictureSignature>> storedSignatures(const std::vector<std::string> &pictures,
                                                              const Library &library, int threads)
{
    std::vector<std::optional<PictureSignature>> known(pictures.size());
    constexpr std::size_t kAtOnce = 4096;  // so that the numbers of few pictures lie in memory twice
    for (std::size_t views = 1; views <= PictureSignature::kMostViews; ++views) {
        const std::size_t length = packedLength(views);
        for (std::size_t from = 0; from < pictures.size(); from += kAtOnce) {
            const std::size_t count = std::min(kAtOnce, pictures.size() - from);
            std::vector<float> numbers(count * length);
            const std::vector<bool> found =
                library.features().get(storeKey(), std::span(pictures).subspan(from, count), numbers, threads);
            for (std::size_t i = 0; i < count; ++i)
                if (found[i] && !known[from + i])
                    known[from + i] = unpackedSignature(std::span(numbers).subspan(i * length, length));
        }
    }
    return known;
}

struct Described {
    std::string hash;  ///< of the bytes that were read
    std::optional<PictureSignature> signature;
    std::string skipped;
};

Described describe(const std::filesystem::path &file)
{
    Described described;
    try {
        const std::vector<std::byte> bytes = readFile(file, kMaxImageBytes);
        described.hash = hashBytes(bytes);
        const Decoded decoded = decodeImage(bytes, kSignatureDecodeSide);
        if (decoded.problem)
            described.skipped = decoded.detail.empty() ? skipReasonText(*decoded.problem) : decoded.detail;
        else
            described.signature = templateSignature(decoded.image);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::Memory)
            throw;
        described.skipped = error.what();
    }
    return described;
}

void keep(Library &library, std::span<const Described> described)
{
    std::vector<std::vector<float>> numbers;
    numbers.reserve(described.size());  // entries are views into these
    std::vector<FeatureStore::Entry> entries;
    for (const Described &one : described)
        if (one.signature)
            entries.push_back({one.hash, numbers.emplace_back(packed(*one.signature))});
    library.features().put(storeKey(), entries);
}

}  // namespace

PictureSignatures signaturesOf(std::span<const std::filesystem::path> files, const std::filesystem::path &library,
                               int threads, const JobContext &job)
{
    Library opened = Library::openToRead(library, job.cancel);
    std::vector<std::filesystem::path> absolute;
    for (const std::filesystem::path &file : files)
        absolute.push_back(std::filesystem::absolute(file).lexically_normal());
    const std::vector<std::string> hashes = hashPictures(absolute, threads, &opened, job);
    const std::vector<std::vector<std::size_t>> rowsOf = rowsByPicture(hashes);
    std::vector<std::string> pictures;
    for (const std::vector<std::size_t> &rows : rowsOf)
        pictures.push_back(hashes[rows.front()]);
    std::vector<std::optional<PictureSignature>> known = storedSignatures(pictures, opened, threads);

    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < pictures.size(); ++i)
        if (!known[i])
            missing.push_back(i);
    std::vector<std::string> skipped(pictures.size());
    constexpr std::size_t kChunk = 64;  // between two of which it is stored
    for (std::size_t from = 0; from < missing.size(); from += kChunk) {
        job.report("signatures", from, missing.size());
        std::vector<Described> described(std::min(kChunk, missing.size() - from));
        parallelFor(described.size(), threads, job.cancel,
                    [&](std::size_t i) { described[i] = describe(absolute[rowsOf[missing[from + i]].front()]); });
        if (!opened.isReadOnly())
            keep(opened, described);
        for (std::size_t i = 0; i < described.size(); ++i) {
            known[missing[from + i]] = std::move(described[i].signature);
            skipped[missing[from + i]] = std::move(described[i].skipped);
            pictures[missing[from + i]] = std::move(described[i].hash);
        }
    }
    job.report("signatures", missing.size(), missing.size());

    PictureSignatures result;
    result.pictureOf.resize(files.size());
    result.skipped.resize(files.size());
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        for (const std::size_t row : rowsOf[i]) {
            if (known[i])
                result.pictureOf[row] = result.pictures.size();
            result.skipped[row] = skipped[i];
        }
        if (!known[i])
            continue;
        result.pictures.push_back(std::move(*known[i]));
        result.hashes.push_back(std::move(pictures[i]));
    }
    return result;
}

}  // namespace dank
