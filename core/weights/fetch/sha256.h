#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/base/file_descriptor.h"
#include "core/base/job.h"

namespace dank {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces. For what comes from outside; our own files are named by
/// core/base/hash.h. Not thread-safe.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256 &) = delete;
    Sha256 &operator=(const Sha256 &) = delete;

    void add(std::span<const std::byte> bytes);
    /// The hash of all bytes added, as 64 lower-case hex digits; afterwards the object is as new.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// The Sha256 of a regular file. Reports the stage "verify" in bytes. Throws Error{File} and Cancelled.
std::string sha256File(const std::filesystem::path &path, const JobContext &context);

/// The same for an open file, from its beginning whatever its position; `path` is for messages.
std::string sha256Descriptor(const FileDescriptor &file, const std::filesystem::path &path, const JobContext &context);

}  // namespace dank
