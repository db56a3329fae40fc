#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/engine/word_reading.h"

namespace dank {

/// WordReading::readers().
std::vector<std::string> readerNames(const std::filesystem::path &library);

/// WordReading::readStatus().
ReadStatus readStatus(const Dataset &dataset, const ReadRequest &request, const std::filesystem::path &library,
                      int threads, const JobContext &job);

/// WordReading::read(): `threads` workers, each with a reader and a picture of its own.
ReadReport readPictures(std::span<const std::filesystem::path> files, const ReadRequest &request,
                        const std::filesystem::path &library, int threads, const JobContext &job);

}  // namespace dank
