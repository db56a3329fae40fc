#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/dataset/meme.h"
#include "core/evaluate/verdict.h"
#include "core/learn/train_config.h"

namespace dank {

enum class RunState { Running, Paused, Interrupted, Done, Failed };
const char *runStateName(RunState state) noexcept;  ///< "running", "paused", "interrupted", "done", "failed"

/// The headline figures of a run's stored evaluation.
struct RunFigures {
    VerdictKind verdict = VerdictKind::TooFewRows;
    std::optional<double> spearmanWithin;  ///< inside the groups; empty where there are none
    std::optional<double> spearman;        ///< pooled
    std::optional<double> r2;
    double mae = 0;

    bool operator==(const RunFigures &) const = default;
};

/// How long a run lies in the trash before RunStore::purgeTrash() removes it.
inline constexpr std::chrono::hours kTrashKept{30 * 24};

/// A training run as the library keeps it.
struct RunRecord {
    std::int64_t run = 0;
    RunState state = RunState::Running;  ///< Running with no living process behind it reads as Interrupted
    std::string created;                 ///< ISO 8601, UTC
    std::string dataset;                 ///< path of the db.json
    std::string datasetHash;
    std::string backbone;     ///< full id
    std::string weightsFile;  ///< empty for seeded random weights
    std::string request;      ///< how its features were asked for: the pipeline's JSON, opaque here
    TrainConfig config;
    std::vector<MemeId> trainIds;       ///< rows it learns from; filled by RunStore::get(), not by list()
    std::vector<MemeId> validationIds;  ///< rows that choose the epoch; filled by RunStore::get(), not by list()
    std::vector<MemeId> testIds;        ///< rows that judge it; filled by RunStore::get(), not by list()
    std::string model;                  ///< path of its .dankmodel, empty while there is none
    std::string note;
    std::string error;  ///< why it failed
    /// Why this version of the program cannot read the run, a sentence; empty for a run that it can. What could not be
    /// read is as in a new record, a state as Failed: such a run can be listed, trashed and deleted, and no more.
    std::string problem;
    int epochs = 0;     ///< the greatest epoch recorded
    int bestEpoch = 0;  ///< first of the lowest finite validation loss; 0 while there is none
    double bestValidationLoss = 0, lastValidationLoss = 0, meanPredictorLoss = 0;
    bool locked = false;                ///< the user wants it kept: it is neither trashed, deleted nor gone on with
    std::string trashed;                ///< since when it lies in the trash, ISO 8601, UTC; empty: it does not
    std::optional<RunFigures> figures;  ///< of its evaluation; empty until it was judged
};

}  // namespace dank
