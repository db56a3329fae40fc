#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/backbone/weights_entry.h"

namespace dank {

/// The reader's name, which its files go by on the shelf of weights too.
inline constexpr const char *kPpocrReader = "ppocr";

/// The three files of PP-OCR in a library: what finds lines, what reads one, and the characters that it knows.
struct PpocrFiles {
    std::filesystem::path detection, recognition, characters;

    static PpocrFiles in(const std::filesystem::path &library);
    std::vector<std::filesystem::path> all() const { return {detection, recognition, characters}; }
    bool areThere() const;
};

/// Puts one of the three into the library and tells so; which one is decided by what is in it: a network from pictures
/// to maps of one channel, one from pictures 48 high to likelihoods of characters, or a text file of characters, one a
/// line. False for other files. Throws Error{Weights} for a network that cannot be run, Error{Disk|File}.
bool addPpocrFile(const std::filesystem::path &file, const std::filesystem::path &library);

/// The reader as a row of the shelf; nothing where none of its files is installed.
std::optional<WeightsStatus> ppocrStatus(const std::filesystem::path &library);
/// Removes the three, and says which went. Throws Error{Disk}.
std::vector<std::filesystem::path> removePpocr(const std::filesystem::path &library);

}  // namespace dank
