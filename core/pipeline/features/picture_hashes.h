#pragma once

#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/dataset.h"

namespace dank {

class Library;

/// hashFile() of each record's picture, empty where it cannot be read. `library` (may be nullptr) remembers them for as
/// long as the files stay the same. Throws Cancelled.
std::vector<std::string> hashPictures(const Dataset &dataset, int threads, Library *library, const JobContext &job);

}  // namespace dank
