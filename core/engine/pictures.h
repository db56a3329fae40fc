#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/image.h"
#include "core/base/job.h"
#include "core/explain/explanation.h"
#include "core/fetch/fetch_report.h"
#include "core/templates/picture_signature.h"

namespace dank {

struct SampleReport {
    std::size_t rows = 0;    ///< rows in db.json
    std::size_t images = 0;  ///< files in memes/, broken ones included
    std::filesystem::path db;
};

/// What files are recognised by, each different picture once.
struct PictureSignatures {
    std::vector<PictureSignature> pictures;
    std::vector<std::string> hashes;  ///< [pictures] hashFile() of each
    /// [files] its place in `pictures`; empty where the file cannot be read or holds no picture.
    std::vector<std::optional<std::size_t>> pictureOf;
    std::vector<std::string> skipped;  ///< [files] why there is none, one clause; empty where there is one
};

/// Pictures to look at. Thread-safe.
class Pictures {
public:
    virtual ~Pictures() = default;

    /// A small RGB picture of an image file (empty when its bytes are refused; `problem` then says why). Throws
    /// Error{File} when it cannot be read.
    virtual Image thumbnail(const std::filesystem::path &file, int side, std::string &problem) const = 0;
    /// An explanation's picture with its map, legend and warnings, as PNG or SVG by the name's end. Atomic. Throws
    /// Error{File} for another end, Error{Disk}.
    virtual void writeMap(const Explanation & /*explanation*/, const std::filesystem::path &file) const
    {
        throw Error(ErrorKind::Engine, "This engine draws no maps.", file);
    }
    /// What the library has is taken from there, the rest is computed and kept. Reports stages "hash" and "signatures".
    /// Throws Error{Disk|Library|Memory}, Error{Engine} where the engine describes none, Cancelled.
    virtual PictureSignatures signatures(std::span<const std::filesystem::path> /*files*/,
                                         const std::filesystem::path & /*library*/, const JobContext & /*job*/)
    {
        throw Error(ErrorKind::Engine, "This engine does not describe pictures.");
    }
    /// Downloads what a plan names, as core/fetch/fetch_pictures.h tells. Nothing else here asks other machines.
    virtual FetchReport fetch(const FetchPlan & /*plan*/, const FetchSettings & /*settings*/,
                              const JobContext & /*job*/) const
    {
        throw Error(ErrorKind::Engine, "This engine downloads no pictures.");
    }
    /// Writes the synthetic dataset; its planted rule is documented in core/pipeline/sample.h.
    virtual SampleReport writeSample(const std::filesystem::path &folder, int count, std::uint64_t seed,
                                     const JobContext &job) = 0;
};

}  // namespace dank
