#pragma once

#include <string>

#include "core/model/judgement.h"
#include "core/model/score.h"

namespace dank {

/// What a score stands beside in a list: which model gave it. Without a name nothing of it is written.
struct ScoreSource {
    std::string model;  ///< its name
    int epoch = 0;
    bool untrained = false;  ///< its features are of random weights
    Judgement judgement;
};

/// The columns of scoreCsvRow(), without a line end.
std::string scoreCsvHeader();
/// One score as a row of a CSV table, without a line end: cells are empty where something is not known, and where the
/// picture was skipped. Neighbours are id:upvotes, with a space between them.
std::string scoreCsvRow(const Score &score, const ScoreSource &source);
/// The same as a JSON object; what is not known is null, a skipped picture has only its path, its reason and the
/// verdict.
std::string scoreJson(const Score &score, const ScoreSource &source);

}  // namespace dank
