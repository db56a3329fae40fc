#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/evaluate/feature_ridge.h"
#include "core/evaluate/title_features.h"

namespace dank {

/// The words of some rows, titles or what is written in pictures, as hashed TF-IDF (TitleFeatures), weighed by those
/// very rows, and ridge regressions on them. Memory grows with the length of the texts, not with the square of their
/// number.
class WordRidge {
public:
    /// `texts`: by row; `rows`: those to learn from.
    WordRidge(std::span<const std::string> texts, std::span<const std::size_t> rows);

    /// Inverse document frequencies, [kTitleColumns].
    const std::vector<float> &rarity() const { return m_rarity; }

    /// A head for each of `penalties` (a text's words have length 1), learnt from some of the rows, given by their
    /// places among them; `targets` by place. By conjugate gradients, which end where the answer no longer changes in
    /// its fifth figure. Throws Cancelled.
    std::vector<LinearHead> heads(std::span<const float> targets, std::span<const std::size_t> places,
                                  std::span<const double> penalties, const JobContext &job) const;

    /// What a head answers for the row at that place.
    double answer(const LinearHead &head, std::size_t place) const;

private:
    std::vector<float> m_rarity;
    std::vector<SparseRow> m_words;  ///< [rows]
};

}  // namespace dank
