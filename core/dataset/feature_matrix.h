#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/dataset/meme.h"

namespace dank {

/// Feature vectors of memes: row i belongs to ids[i]. Rows are joined by id, never by another list's index. Memes that
/// show the same picture may share a vector: 100,000 rows on 2,400 pictures take the memory of 2,400.
struct FeatureMatrix {
    std::string backbone;     ///< full backbone id the features were made with
    std::vector<MemeId> ids;  ///< [rows], unique
    std::size_t columns = 0;
    std::vector<float> values;                 ///< [vectors, columns] row-major
    std::vector<std::uint32_t> vectorOf = {};  ///< [rows], which vector is a row's; empty: row i's is the i-th

    std::size_t rows() const { return ids.size(); }
    std::span<const float> row(std::size_t i) const
    {
        return std::span(values).subspan((vectorOf.empty() ? i : vectorOf[i]) * columns, columns);
    }
    /// [rows.size(), columns], those rows one after the other.
    std::vector<float> gathered(std::span<const std::size_t> rows) const;
    /// Drops the vectors that no row has and numbers the others by their first row, as if the rest had never been
    /// there.
    void dropUnused();
    /// Throws Error{Shape} unless every row has a vector.
    void check() const;
};

/// Writes float32 [rows, columns] as NPY 1.0 (little-endian, C order) to `npy`, and the ids, one a line, to
/// the same name with `.npy` replaced by `.ids.txt` (so `x.npy` and `x.ids.txt`). Both atomically.
/// Throws Error{Disk|File}.
void writeNpy(const FeatureMatrix &matrix, const std::filesystem::path &npy);

}  // namespace dank
