#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/dataset.h"

namespace dank {

class Library;

/// hashFile() of each record's picture, empty where it cannot be read; a file that several records name is read once.
/// `library` (may be nullptr) remembers them for as long as the files stay the same. Reports stage "hash". Throws
/// Error{Library}, Cancelled.
std::vector<std::string> hashPictures(const Dataset &dataset, int threads, Library *library, const JobContext &job);

/// The same for files, which may stand several times.
std::vector<std::string> hashPictures(std::span<const std::filesystem::path> files, int threads, Library *library,
                                      const JobContext &job);

/// The rows that show each picture, ascending, in the order of the first ones. `hashes`: of each row's picture; a row
/// with an empty one stands alone.
std::vector<std::vector<std::size_t>> rowsByPicture(std::span<const std::string> hashes);

}  // namespace dank
