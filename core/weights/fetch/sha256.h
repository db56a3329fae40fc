#pragma once

#include <filesystem>
#include <string>

#include "core/base/file_descriptor.h"
#include "core/base/job.h"

namespace dank {

/// The SHA-256 (FIPS 180-4) of a regular file, as 64 lower-case hex digits. For what comes from outside; our own files
/// are named by core/base/hash.h. Reports the stage "verify" in bytes. Throws Error{File} and Cancelled.
std::string sha256File(const std::filesystem::path &path, const JobContext &context);

/// The same for an open file, from its beginning whatever its position; `path` is for messages.
std::string sha256Descriptor(const FileDescriptor &file, const std::filesystem::path &path, const JobContext &context);

}  // namespace dank
