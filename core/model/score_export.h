#pragma once

#include <optional>
#include <string>

#include "core/model/judgement.h"
#include "core/model/score.h"

namespace dank {

/// What a score stands beside in a list: which model gave it.
struct ScoreSource {
    std::string model;  ///< its name
    int epoch = 0;
    bool untrained = false;  ///< its features are of random weights
    Judgement judgement;
    std::optional<std::string> reference;  ///< what the percentiles are against; JSON only
    std::string measuredWithin;            ///< the target's group, empty for none; JSON only, beside the reference
};

/// The columns of scoreCsvRow(), without a line end.
std::string scoreCsvHeader();
/// One score as a row of a CSV table, without a line end: cells are empty where something is not known, as of a picture
/// that was skipped, or of no `source`. Neighbours are id:upvotes, with a space between them.
std::string scoreCsvRow(const Score &score, const std::optional<ScoreSource> &source);
/// The same as a JSON object; what is not known is null, a skipped picture has only its path, its reason and the
/// verdict.
std::string scoreJson(const Score &score, const std::optional<ScoreSource> &source);

}  // namespace dank
