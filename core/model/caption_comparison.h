#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/model/score.h"

namespace dank {

/// The places of several captions' scores, best first: those that were skipped last, equal ones as they came.
std::vector<std::size_t> bestFirst(std::span<const Score> scores);

/// How many of one picture's scores, best first and none of them skipped, have an interval that overlaps the best
/// one's, itself among them; 0 where there is no interval.
std::size_t overlapWithBest(std::span<const Score> scores);

/// What the order of several captions of one picture is worth, as plain sentences; empty for fewer than two scores.
/// Intervals are of memes, not of differences between captions of one, and the text says so.
std::string captionsVerdict(std::span<const Score> scores);

}  // namespace dank
