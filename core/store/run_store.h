#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file_descriptor.h"
#include "core/store/run_record.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace dank {

/// Held while a run's process works on it; the operating system lets go when the process ends, however it ends.
class RunLock {
public:
    RunLock() = default;
    explicit RunLock(FileDescriptor file) : m_file(std::move(file)) {}

private:
    FileDescriptor m_file;
};

/// Training runs with their epochs, their marks (locked, in the trash) and the locks of the processes that work on
/// them. Part of a Library, whose thread is its thread. All throw Error{Disk|Library}, the latter also where there is
/// no such run.
class RunStore {
public:
    /// `folder`: the library's.
    RunStore(SQLite::Database &database, std::filesystem::path folder)
        : m_database(&database), m_folder(std::move(folder))
    {
    }

    /// Records a new run in state Running and takes its lock. `created` is set to now where empty; number, state
    /// and the epoch figures of `run` are ignored. Numbers are never used twice.
    std::pair<std::int64_t, RunLock> create(const RunRecord &run);
    /// Takes a run's lock to go on with it. Throws Error{Library} when another process works on it, when the user has
    /// locked it, and when it is in the trash.
    RunLock take(std::int64_t run);

    enum class Which { Kept, Trashed, All };
    /// Newest first, without their row lists (trainIds, validationIds, testIds are empty). One that this version cannot
    /// read is there with its `problem`.
    std::vector<RunRecord> list(Which which = Which::Kept) const;
    /// With its row lists. Throws Error{Library} for a run that this version cannot read.
    RunRecord get(std::int64_t run) const;
    /// The same, but a run that cannot be read is told with its `problem`.
    RunRecord peek(std::int64_t run) const;

    void setState(std::int64_t run, RunState state, const std::string &error = {});
    /// Forgets the run's evaluation too, which was of another model.
    void setModel(std::int64_t run, const std::string &modelPath);
    void setLocked(std::int64_t run, bool locked);
    void setNote(std::int64_t run, const std::string &note);
    void setMeanPredictorLoss(std::int64_t run, double loss);
    void addEpoch(std::int64_t run, const EpochStats &stats);  ///< replaces an epoch of the same number
    std::vector<EpochStats> epochs(std::int64_t run) const;    ///< ascending; none of an unknown run

    /// Hides the run until restore(); nothing of it is removed. Throws Error{Library} for a run that is locked or being
    /// worked on.
    void trash(std::int64_t run);
    void restore(std::int64_t run);  ///< nothing happens to a run that is not in the trash
    /// Deletes the runs that have lain in the trash for longer than `kept`; 0 empties it. Returns how many. A run that
    /// is being worked on or locked stays.
    std::size_t purgeTrash(std::chrono::seconds kept = kTrashKept);
    /// Deletes the run, its epochs, its checkpoints and, where it lies in this library's models/, its model file.
    /// Throws Error{Library} for a run that is locked or being worked on.
    void remove(std::int64_t run);

private:
    std::filesystem::path folderOf(std::int64_t run) const;
    RunRecord read(SQLite::Statement &row) const;
    RunLock takeWhateverItsMarks(std::int64_t run);
    void requireUnlocked(std::int64_t run) const;  ///< throws Error{Library} for a run that the user has locked

    SQLite::Database *m_database;
    std::filesystem::path m_folder;
};

}  // namespace dank
