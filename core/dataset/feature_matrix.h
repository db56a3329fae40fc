#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/dataset/meme.h"

namespace dank {

/// Feature vectors of memes: row i belongs to ids[i]. Rows are joined by id, never by another list's index.
struct FeatureMatrix {
    std::string backbone;     ///< full backbone id the features were made with
    std::vector<MemeId> ids;  ///< [rows], unique
    std::size_t columns = 0;
    std::vector<float> values;  ///< [rows, columns] row-major

    std::size_t rows() const { return ids.size(); }
    std::span<const float> row(std::size_t i) const { return std::span(values).subspan(i * columns, columns); }
};

/// Writes float32 [rows, columns] as NPY 1.0 (little-endian, C order) to `npy`, and the ids, one a line, to
/// the same name with `.npy` replaced by `.ids.txt` (so `x.npy` and `x.ids.txt`). Both atomically.
/// Throws Error{Disk|File}.
void writeNpy(const FeatureMatrix &matrix, const std::filesystem::path &npy);

}  // namespace dank
