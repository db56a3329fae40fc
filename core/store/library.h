#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/dataset/meme.h"
#include "core/evaluate/cross_validation.h"
#include "core/evaluate/evaluation.h"
#include "core/learn/train_config.h"

namespace SQLite {
class Database;
}

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

/// How long a run lies in the trash before purgeTrash() removes it.
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
    std::vector<MemeId> trainIds;       ///< rows it learns from; filled by Library::run(), not by runs()
    std::vector<MemeId> validationIds;  ///< rows that choose the epoch; filled by Library::run(), not by runs()
    std::vector<MemeId> testIds;        ///< rows that judge it; filled by Library::run(), not by runs()
    std::string model;                  ///< path of its .dankmodel, empty while there is none
    std::string note;
    std::string error;  ///< why it failed
    int epochs = 0;     ///< the greatest epoch recorded
    int bestEpoch = 0;  ///< first of the lowest finite validation loss; 0 while there is none
    double bestValidationLoss = 0, lastValidationLoss = 0, meanPredictorLoss = 0;
    bool locked = false;                ///< the user wants it kept: it is neither trashed, deleted nor gone on with
    std::string trashed;                ///< since when it lies in the trash, ISO 8601, UTC; empty: it does not
    std::optional<RunFigures> figures;  ///< of its evaluation; empty until it was judged
};

/// Held while a run's process works on it; the operating system lets go when the process ends, however it ends.
class RunLock {
public:
    RunLock() = default;
    explicit RunLock(int descriptor) : m_descriptor(descriptor) {}
    RunLock(RunLock &&other) noexcept;
    RunLock &operator=(RunLock &&other) noexcept;
    ~RunLock();

private:
    int m_descriptor = -1;
};

/// The user's library: one folder with `library.sqlite` (WAL) holding feature vectors, runs and per-epoch
/// figures, `models/` and `runs/`. Window and command line may use one at the same time. An object belongs to
/// one thread; open another for another thread.
class Library {
public:
    /// Opens or creates. Throws Error{Library} for one written by a newer version or damaged (left untouched),
    /// Error{Disk} for a folder that cannot be written.
    static Library open(const std::filesystem::path &folder);
    /// $XDG_DATA_HOME/dank-learning, or ~/.local/share/dank-learning.
    static std::filesystem::path defaultFolder();

    Library(Library &&) noexcept;
    Library &operator=(Library &&) noexcept;
    ~Library();

    const std::filesystem::path &folder() const { return m_folder; }
    std::filesystem::path modelPath(std::int64_t run) const;  ///< models/run-7.dankmodel
    std::filesystem::path runFolder(std::int64_t run) const;  ///< runs/7, for checkpoints

    // Feature vectors, keyed by hash of the image file's bytes and full backbone id.
    struct FeatureEntry {
        std::string imageHash;
        std::span<const float> values;
    };
    /// One transaction, so that all or none are there. Throws Error{Disk|Library}.
    void putFeatures(const std::string &backbone, std::span<const FeatureEntry> entries);
    /// Fills `out` ([columns]) and returns true, or returns false when there is none (or of another length).
    bool getFeatures(const std::string &backbone, const std::string &imageHash, std::span<float> out) const;
    /// Many at once, which is quicker: row i of `out` ([imageHashes, columns]) is filled where the result says so, and
    /// untouched elsewhere. Empty hashes have none. Thousands are shared among `threads`, each with a connection of its
    /// own where it can be had: what another process writes meanwhile may show in one part and not in another. Blocks;
    /// throws Error{Disk|Library}.
    std::vector<bool> getFeatures(const std::string &backbone, std::span<const std::string> imageHashes,
                                  std::span<float> out, int threads = 1) const;
    /// `columns`: only vectors of that length count; 0 for any.
    std::set<std::string> hashesWithFeatures(const std::string &backbone, std::size_t columns = 0) const;
    /// Rows per backbone id.
    std::vector<std::pair<std::string, std::size_t>> featureCounts() const;

    // Small remembered facts, e.g. which precision agreed on a dataset.
    std::optional<std::string> fact(const std::string &key) const;
    void setFact(const std::string &key, const std::string &value);
    /// Those whose keys begin with `prefix`, which must not be empty.
    std::map<std::string, std::string> factsUnder(const std::string &prefix) const;
    void setFacts(const std::map<std::string, std::string> &facts);  ///< in one transaction

    // Runs.
    /// Records a new run in state Running and takes its lock. `created` is set to now where empty; number, state
    /// and the epoch figures of `run` are ignored. Numbers are never used twice.
    std::pair<std::int64_t, RunLock> createRun(const RunRecord &run);
    /// Takes a run's lock to go on with it. Throws Error{Library} when another process works on it, when the user has
    /// locked it, and when it is in the trash.
    RunLock lockRun(std::int64_t run);
    enum class Which { Kept, Trashed, All };
    /// Newest first, without their row lists (trainIds, validationIds, testIds are empty).
    std::vector<RunRecord> runs(Which which = Which::Kept) const;
    /// With its row lists. Throws Error{Library} naming the number when there is none.
    RunRecord run(std::int64_t run) const;
    void setRunState(std::int64_t run, RunState state, const std::string &error = {});
    /// Forgets the run's evaluation too, which was of another model.
    void setRunModel(std::int64_t run, const std::string &modelPath);
    /// Of the run's model, replacing an earlier one and forgetting its cross-validation.
    void setRunEvaluation(std::int64_t run, const Evaluation &evaluation);
    /// Empty where none is stored. Throws Error{Library} when it cannot be read or there is no such run.
    std::optional<Evaluation> runEvaluation(std::int64_t run) const;
    /// Beside the run's evaluation, with which it is forgotten. Throws Error{Library} where there is none.
    void setRunCrossValidation(std::int64_t run, const CrossValidation &cross);
    /// As runEvaluation().
    std::optional<CrossValidation> runCrossValidation(std::int64_t run) const;
    void setRunLocked(std::int64_t run, bool locked);
    void setRunNote(std::int64_t run, const std::string &note);
    void setMeanPredictorLoss(std::int64_t run, double loss);
    void addEpoch(std::int64_t run, const EpochStats &stats);  ///< replaces an epoch of the same number
    std::vector<EpochStats> epochs(std::int64_t run) const;    ///< ascending
    /// Hides the run until restoreRun(); nothing of it is removed. Throws Error{Library} for a run that is locked or
    /// being worked on.
    void trashRun(std::int64_t run);
    void restoreRun(std::int64_t run);  ///< nothing happens to a run that is not in the trash
    /// Deletes the runs that have lain in the trash for longer than `kept`; 0 empties it. Returns how many. A run that
    /// is being worked on or locked stays.
    std::size_t purgeTrash(std::chrono::seconds kept = kTrashKept);
    /// Removes the run, its epochs, its checkpoints and, where it lies in this library's models/, its model file.
    /// Throws Error{Library} for a run that is locked or being worked on.
    void deleteRun(std::int64_t run);

    // Memes set aside by the user, per dataset path.
    std::set<MemeId> exclusions(const std::string &dataset) const;
    void setExclusions(const std::string &dataset, const std::set<MemeId> &ids);

    // Datasets and models opened lately, newest first, at most 20 of a kind.
    void addRecent(const std::string &kind, const std::string &path);
    std::vector<std::string> recents(const std::string &kind) const;

private:
    Library(std::filesystem::path folder, std::unique_ptr<SQLite::Database> database);
    RunLock takeRun(std::int64_t run);             ///< whatever its marks
    void requireUnlocked(std::int64_t run) const;  ///< throws Error{Library} for a run that the user has locked
    std::filesystem::path m_folder;
    std::unique_ptr<SQLite::Database> m_database;
};

}  // namespace dank
