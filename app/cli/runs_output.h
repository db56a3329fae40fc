#pragma once

#include <string>
#include <vector>

#include "app/cli/text.h"
#include "core/store/library.h"

namespace dank::cli {

Json toJson(const RunRecord &run);

/// What `dank runs --sort` takes.
std::vector<std::string> runSortKeys();
/// By one of those, the best first (of losses and errors the least, of the other figures the greatest); runs without it
/// come last, equal ones stay newest first.
void sortRuns(std::vector<RunRecord> &runs, const std::string &key);

/// One row a run, for people. `withTrash`: tells which are in the trash.
std::string runsTable(const std::vector<RunRecord> &runs, bool withTrash);

/// What two or more runs do not have in common.
struct RunDifference {
    std::string key;
    std::vector<std::string> texts;  ///< a value for each run
    std::vector<Json> values;
};
/// Settings, and where the features and memes came from.
std::vector<RunDifference> settingDifferences(const std::vector<RunRecord> &runs);
/// State, losses and figures of the evaluation.
std::vector<RunDifference> figureDifferences(const std::vector<RunRecord> &runs);

}  // namespace dank::cli
