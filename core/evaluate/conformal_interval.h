#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace dank {

/// A split conformal interval (Vovk, Gammerman & Shafer 2005; Lei et al. 2018): around any answer of the model, as far
/// as the memes that judged it lay from their answers. It holds `level` of the time for memes drawn like the dataset's,
/// by the same authors as much as there; it promises nothing for other pictures.
struct ConformalInterval {
    static constexpr double kLevel = 0.9;
    static constexpr std::size_t kLeastRows = 20;  ///< with fewer, the extremes of the residuals say too little

    double level = kLevel;
    std::size_t rows = 0;  ///< residuals that it was fitted on
    double below = 0;      ///< ≤ 0, added to an answer: the lower end
    double above = 0;      ///< ≥ 0

    /// From actual minus predicted dankness of memes that had no part in training. With n of them and a = 1 - level,
    /// the ends are the floor((n + 1) a / 2)-th smallest residual and the ceil((n + 1) (1 - a / 2))-th, so that each
    /// tail is missed at most a / 2 of the time whatever n. An end on the wrong side of 0 is moved to 0, which only
    /// widens it: the answer itself is always inside. Empty with fewer than kLeastRows residuals, or for one that is
    /// not finite.
    static std::optional<ConformalInterval> fit(std::span<const double> residuals, double level = kLevel);
    /// Throws Error{Format} for what fit() cannot give.
    void validate() const;
};

}  // namespace dank
