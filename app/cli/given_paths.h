#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dank::cli {

/// What was given, with `-` replaced by the lines of stdin.
std::vector<std::filesystem::path> givenPaths(const std::vector<std::string> &arguments);

}  // namespace dank::cli
