#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/job.h"
#include "core/store/evaluation_store.h"
#include "core/store/feature_store.h"
#include "core/store/housekeeping.h"
#include "core/store/run_store.h"
#include "core/store/small_stores.h"
#include "core/store/text_store.h"

namespace SQLite {
class Database;
}

namespace dank {

/// The user's library: one folder with `library.sqlite` (WAL), `models/` and `runs/`, and a small store for each thing
/// that the database holds. Window and command line may use one at the same time. An object and its stores belong to
/// one thread; open another for another thread.
class Library {
public:
    /// Opens or creates. Throws Error{Library} for one written by a newer version, damaged, or with other tables than
    /// this program makes (left untouched), Error{Disk} for a folder that cannot be written. `stop` ends every
    /// statement with Cancelled, now and later, but for what is short: that a run was stopped is still recorded.
    static Library open(const std::filesystem::path &folder, const CancelToken &stop = {});
    /// The same for who only reads: one that cannot be written is opened too, and then never written, nor brought up to
    /// date. What writes to it throws Error{Disk}. Nobody else should write to it meanwhile.
    static Library openToRead(const std::filesystem::path &folder, const CancelToken &stop = {});
    /// $XDG_DATA_HOME/dank-learning, or ~/.local/share/dank-learning.
    static std::filesystem::path defaultFolder();

    Library(Library &&) noexcept;
    Library &operator=(Library &&) noexcept;
    ~Library();

    const std::filesystem::path &folder() const { return m_folder; }
    bool isReadOnly() const;                                  ///< only after openToRead()
    std::filesystem::path modelPath(std::int64_t run) const;  ///< models/run-7.dankmodel
    std::filesystem::path runFolder(std::int64_t run) const;  ///< runs/7, for checkpoints

    FeatureStore &features() { return m_features; }
    const FeatureStore &features() const { return m_features; }
    FactStore &facts() { return m_facts; }
    const FactStore &facts() const { return m_facts; }
    ThumbnailStore &thumbnails() { return m_thumbnails; }
    const ThumbnailStore &thumbnails() const { return m_thumbnails; }
    TextStore &texts() { return m_texts; }
    const TextStore &texts() const { return m_texts; }
    RunStore &runs() { return m_runs; }
    const RunStore &runs() const { return m_runs; }
    EvaluationStore &evaluations() { return m_evaluations; }
    const EvaluationStore &evaluations() const { return m_evaluations; }
    Housekeeping &housekeeping() { return m_housekeeping; }
    const Housekeeping &housekeeping() const { return m_housekeeping; }
    UserChoices &choices() { return m_choices; }
    const UserChoices &choices() const { return m_choices; }

private:
    Library(std::filesystem::path folder, std::shared_ptr<SQLite::Database> database);
    std::filesystem::path m_folder;
    std::shared_ptr<SQLite::Database> m_database;
    FeatureStore m_features;
    FactStore m_facts;
    ThumbnailStore m_thumbnails;
    TextStore m_texts;
    RunStore m_runs;
    EvaluationStore m_evaluations;
    UserChoices m_choices;
    Housekeeping m_housekeeping;
};

}  // namespace dank
