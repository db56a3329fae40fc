#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/error.h"
#include "core/base/image.h"
#include "core/base/job.h"
#include "core/explain/explanation.h"

namespace dank {

struct SampleReport {
    std::size_t rows = 0;    ///< rows in db.json
    std::size_t images = 0;  ///< files in memes/, broken ones included
    std::filesystem::path db;
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
    /// Writes the synthetic dataset; its planted rule is documented in core/pipeline/sample.h.
    virtual SampleReport writeSample(const std::filesystem::path &folder, int count, std::uint64_t seed,
                                     const JobContext &job) = 0;
};

}  // namespace dank
