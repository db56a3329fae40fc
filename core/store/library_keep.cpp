// What becomes of a run once it is trained: its evaluation, lock, trash, removal.

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/evaluate/cross_validation_json.h"
#include "core/evaluate/evaluation_json.h"
#include "core/store/guarded.h"
#include "core/store/library.h"
#include "core/store/run_sql.h"

namespace dank {
namespace {

using Behavior = SQLite::TransactionBehavior;

/// Sets one mark of a run; `column` is a literal of ours.
template <typename Value>
void setMark(SQLite::Database &database, const Library &library, std::int64_t run, const char *column,
             const Value &value)
{
    guarded("write to", database, [&] {
        SQLite::Transaction transaction(database, Behavior::IMMEDIATE);
        if (!runExists(database, run))
            refuseUnknownRun(run, library.folder());
        SQLite::Statement put(database, std::string("INSERT INTO run_marks(run, ") + column + ") VALUES(?1, ?2)"
                                            + " ON CONFLICT(run) DO UPDATE SET " + column + " = ?2");
        put.bind(1, run);
        put.bind(2, value);
        put.exec();
        transaction.commit();
    });
}

void bindDefined(SQLite::Statement &statement, int at, const std::optional<double> &value)
{
    if (value)
        statement.bind(at, *value);
    else
        statement.bind(at);
}

/// A column of the run's row in evaluations, read by `read`; empty where there is none. `column` is a literal of ours.
template <typename Read>
auto keptOf(SQLite::Database &database, const Library &library, std::int64_t run, const char *column, const char *name,
            Read read) -> std::optional<decltype(read(std::string_view()))>
{
    const auto json = guarded("read from", database, [&]() -> std::optional<std::string> {
        if (!runExists(database, run))
            refuseUnknownRun(run, library.folder());
        SQLite::Statement get(database, std::string("SELECT ") + column + " FROM evaluations WHERE run = ?");
        get.bind(1, run);
        if (!get.executeStep() || get.getColumn(0).isNull())
            return std::nullopt;
        return get.getColumn(0).getString();
    });
    if (!json)
        return std::nullopt;
    try {
        return read(*json);
    } catch (const Error &error) {
        throw Error(ErrorKind::Library,
                    std::string("The ") + name + " of run " + std::to_string(run) + " in the library '"
                        + displayPath(library.folder()) + "' cannot be read: " + error.what(),
                    library.folder());
    }
}

}  // namespace

void Library::setRunEvaluation(std::int64_t run, const Evaluation &evaluation)
{
    const std::string json = evaluationToJson(evaluation);
    guarded("write to", *m_database, [&] {
        SQLite::Transaction transaction(*m_database, Behavior::IMMEDIATE);
        if (!runExists(*m_database, run))
            refuseUnknownRun(run, m_folder);
        SQLite::Statement put(*m_database, "INSERT OR REPLACE INTO evaluations(run, verdict, spearman_within, spearman,"
                                           " r2, mae, evaluation) VALUES(?, ?, ?, ?, ?, ?, ?)");
        put.bind(1, run);
        put.bind(2, verdictName(evaluation.verdict.kind));
        bindDefined(put, 3, evaluation.within ? evaluation.within->spearman : std::nullopt);
        bindDefined(put, 4, evaluation.model.spearman);
        bindDefined(put, 5, evaluation.model.r2);
        put.bind(6, evaluation.model.mae);
        put.bind(7, json);
        put.exec();
        transaction.commit();
    });
}

void Library::setRunCrossValidation(std::int64_t run, const CrossValidation &cross)
{
    const std::string json = crossValidationToJson(cross);
    const int changed = guarded("write to", *m_database, [&] {
        SQLite::Statement put(*m_database, "UPDATE evaluations SET cross_validation = ? WHERE run = ?");
        put.bind(1, json);
        put.bind(2, run);
        return put.exec();
    });
    if (changed > 0)
        return;
    if (!guarded("read from", *m_database, [&] { return runExists(*m_database, run); }))
        refuseUnknownRun(run, m_folder);
    throw Error(ErrorKind::Library,
                "Run " + std::to_string(run)
                    + " has no evaluation that its cross-validation could "
                      "stand beside. Evaluate it first.",
                m_folder);
}

std::optional<Evaluation> Library::runEvaluation(std::int64_t run) const
{
    return keptOf(*m_database, *this, run, "evaluation", "evaluation", evaluationFromJson);
}

std::optional<CrossValidation> Library::runCrossValidation(std::int64_t run) const
{
    return keptOf(*m_database, *this, run, "cross_validation", "cross-validation", crossValidationFromJson);
}

void Library::setRunLocked(std::int64_t run, bool locked)
{
    setMark(*m_database, *this, run, "locked", locked ? 1 : 0);
}

void Library::trashRun(std::int64_t run)
{
    const RunLock lock = takeRun(run);
    requireUnlocked(run);
    setMark(*m_database, *this, run, "trashed", utcNow());
}

void Library::restoreRun(std::int64_t run)
{
    setMark(*m_database, *this, run, "trashed", std::string());
}

std::size_t Library::purgeTrash(std::chrono::seconds kept)
{
    const std::vector<std::int64_t> due = guarded("read from", *m_database, [&] {
        SQLite::Statement list(*m_database, "SELECT run FROM run_marks WHERE trashed <> '' AND trashed <= ?"
                                            " AND locked = 0");
        list.bind(1, utcNow(kept));
        std::vector<std::int64_t> runs;
        while (list.executeStep())
            runs.push_back(list.getColumn(0).getInt64());
        return runs;
    });
    std::size_t gone = 0;
    for (const std::int64_t run : due) {
        try {
            deleteRun(run);
            ++gone;
        } catch (const Error &error) {
            if (error.kind() != ErrorKind::Library)
                throw;
        }
    }
    return gone;
}

void Library::deleteRun(std::int64_t run)
{
    const RunLock lock = takeRun(run);
    requireUnlocked(run);
    const std::filesystem::path model = guarded("read from", *m_database, [&] {
        SQLite::Statement get(*m_database, "SELECT model FROM runs WHERE run = ?");
        get.bind(1, run);
        return get.executeStep() ? get.getColumn(0).getString() : std::string();
    });
    const auto remove = [](const std::filesystem::path &path) {
        std::error_code problem;
        std::filesystem::remove_all(path, problem);
        if (problem)
            throwErrno(problem.value(), "remove", path);
    };
    // Files first: killed in between, the run is still listed and can be deleted again.
    std::error_code ignored;
    if (model.extension() == ".dankmodel" && std::filesystem::is_regular_file(model, ignored)
        && std::filesystem::weakly_canonical(model.parent_path(), ignored)
               == std::filesystem::weakly_canonical(m_folder / "models", ignored))
        remove(model);
    remove(runFolder(run));
    guarded("write to", *m_database, [&] {
        SQLite::Statement erase(*m_database, "DELETE FROM runs WHERE run = ?");
        erase.bind(1, run);
        erase.exec();
    });
}

}  // namespace dank
