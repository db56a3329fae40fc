#pragma once

#include <filesystem>

#include "core/explain/explanation.h"

namespace dank {

/// As Pictures::writeMap().
void writeMap(const Explanation &explanation, const std::filesystem::path &file);

}  // namespace dank
