#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/job.h"
#include "core/evaluate/ridge.h"

namespace dank {

/// Hashed columns of TitleFeatures.
inline constexpr std::uint32_t kTitleColumns = 1u << 14;

/// Column and value, ascending by column; of length 1, or empty for a title without words.
using SparseRow = std::vector<std::pair<std::uint32_t, float>>;

/// Words, pairs of words, and runs of 3 to 5 characters (code points in lower case, of any script), hashed into
/// kTitleColumns columns; 1 + log of the count, times the inverse document frequency log((1 + n) / (1 + df)) + 1 over
/// the training rows. Titles are UTF-8 of any length; what is beyond 2000 bytes does not count.
class TitleFeatures {
public:
    TitleFeatures(std::span<const std::string> titles, std::span<const std::size_t> trainRows);
    /// With the inverse document frequencies of a model, [kTitleColumns].
    explicit TitleFeatures(std::span<const float> rarity) : m_rarity(rarity.begin(), rarity.end()) {}

    std::vector<float> rarity() const { return {m_rarity.begin(), m_rarity.end()}; }
    SparseRow of(std::string_view title) const;

private:
    std::vector<double> m_rarity = std::vector<double>(kTitleColumns);  ///< [kTitleColumns] inverse document frequency
};

/// weight · row + bias.
double wordAnswer(const SparseRow &row, std::span<const float> weight, double bias);

/// Ridge regression on TitleFeatures, at most kMaxKernelRows training rows of it. One prediction per judged row.
/// `titles` and `targets` have one entry per meme. Throws Error{Shape} and Cancelled.
std::vector<double> titlePredictions(std::span<const std::string> titles, std::span<const float> targets,
                                     const BaselineRows &rows, const JobContext &job = {});

}  // namespace dank
