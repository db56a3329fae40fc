#include "core/store/run_store.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_reader.h"
#include "core/store/sql.h"

namespace dank {
namespace {

constexpr std::array kStates{"running", "paused", "interrupted", "done", "failed"};  // in RunState's order

// Losses that are infinite or no number (NULL in the table) can never be the best.
constexpr const char *kSelectRuns =
    "SELECT run, state, created, dataset, dataset_hash, backbone, weights_file, config, model, note, error,"
    " mean_predictor_loss, request,"
    " (SELECT max(epoch) FROM epochs e WHERE e.run = r.run),"
    " (SELECT epoch FROM epochs e WHERE e.run = r.run AND abs(validation_loss) < 9e999"
    "  ORDER BY validation_loss, epoch LIMIT 1),"
    " (SELECT min(validation_loss) FROM epochs e WHERE e.run = r.run AND abs(validation_loss) < 9e999),"
    " (SELECT validation_loss FROM epochs e WHERE e.run = r.run ORDER BY epoch DESC LIMIT 1),"
    " coalesce(locked, 0), coalesce(trashed, ''), verdict, spearman_within, spearman, r2, mae";
constexpr const char *kFromRuns = " FROM runs r LEFT JOIN run_marks USING(run) LEFT JOIN evaluations USING(run)";
constexpr int kRunColumns = 24;

// Later times are greater as text too.
constexpr const char *kNow = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";

std::string idsToJson(const std::vector<MemeId> &ids)
{
    return nlohmann::json(ids).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<MemeId> idsFromJson(const std::string &text)
{
    const JsonDocument list(
        text, 1, [](const std::string &) { throw Error(ErrorKind::Format, "Its list of rows is not readable."); });
    return list.root().texts();
}

double number(const SQLite::Column &column)
{
    return column.isNull() ? std::numeric_limits<double>::quiet_NaN() : column.getDouble();
}

std::optional<double> defined(const SQLite::Column &column)
{
    return column.isNull() ? std::nullopt : std::optional(column.getDouble());
}

RunState stateFromName(const std::string &name)
{
    const auto found = std::ranges::find(kStates, name);
    if (found == kStates.end())
        throw Error(ErrorKind::Format, "Its state '" + printable(name) + "' is unknown.");
    return static_cast<RunState>(found - kStates.begin());
}

/// The greatest run number that files in the library's folder bear: a lost database must not lead to a new run
/// that overwrites an old model or takes up another run's checkpoint.
std::int64_t greatestRunOnDisk(const std::filesystem::path &library)
{
    std::int64_t greatest = 0;
    const auto look = [&](const std::filesystem::path &folder, std::string_view prefix) {
        std::error_code ignored;
        for (std::filesystem::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
             entry.increment(ignored)) {
            const std::string name = entry->path().stem().string();
            if (!name.starts_with(prefix))
                continue;
            const std::string digits = name.substr(prefix.size());
            if (!digits.empty() && digits.size() < 16 && digits.find_first_not_of("0123456789") == std::string::npos)
                greatest = std::max<std::int64_t>(greatest, std::stoll(digits));
        }
    };
    look(library / "runs", "");
    look(library / "models", "run-");
    return greatest;
}

/// Sets one column of a run; `column` is a literal of ours.
template <typename Value>
void setColumn(SQLite::Database &database, std::int64_t run, const char *column, const Value &value)
{
    if (sql::change(database, std::string("UPDATE runs SET ") + column + " = ? WHERE run = ?", value, run) == 0)
        sql::refuseUnknownRun(database, run);
}

/// Sets one mark of a run; `column` and `value` are SQL of ours.
void setMark(SQLite::Database &database, std::int64_t run, const char *column, const char *value)
{
    sql::transaction(database, [&] {
        sql::requireRun(database, run);
        sql::change(database,
                    std::string("INSERT INTO run_marks(run, ") + column + ") VALUES(?, " + value
                        + ") ON CONFLICT(run) DO UPDATE SET " + column + " = excluded." + column,
                    run);
    });
}

// Open file description locks: like flock(2) they belong to the descriptor and end with the process, however it
// ends; unlike flock(2) they can be asked about without being taken.

struct flock wholeFile()
{
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    return range;
}

/// Takes the lock of the run in `folder`, creating both. Never waits. Throws Error{Library} when someone holds it, be
/// it this very process through another RunLock, and Error{Disk|File}.
RunLock lockIn(const std::filesystem::path &folder, std::int64_t run)
{
    createFolder(folder);
    const std::filesystem::path path = folder / "lock";
    FileDescriptor file(path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW, 0644);
    if (!file)
        throwErrno(errno, "open", path);
    struct flock range = wholeFile();
    if (uninterrupted([&] { return ::fcntl(file.get(), F_OFD_SETLK, &range); }) == 0)
        return RunLock(std::move(file));
    if (errno != EAGAIN && errno != EACCES)
        throwErrno(errno, "lock", path);
    throw Error(ErrorKind::Library, "Run " + std::to_string(run) + " is being worked on by another process.", folder);
}

/// Whether someone holds the lock. Asks without taking it, so it disturbs no one.
bool isRunLocked(const std::filesystem::path &folder)
{
    const FileDescriptor file(folder / "lock", O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    struct flock range = wholeFile();
    return file && uninterrupted([&] { return ::fcntl(file.get(), F_OFD_GETLK, &range); }) == 0
           && range.l_type != F_UNLCK;
}

}  // namespace

const char *runStateName(RunState state) noexcept
{
    return kStates[static_cast<std::size_t>(state)];
}

std::filesystem::path RunStore::folderOf(std::int64_t run) const
{
    return m_folder / "runs" / std::to_string(run);
}

std::pair<std::int64_t, RunLock> RunStore::create(const RunRecord &run)
{
    return sql::transaction(*m_database, [&] {
        const std::int64_t used =
            sql::first(*m_database, sql::integer, "SELECT seq FROM sqlite_sequence WHERE name = 'runs'").value_or(0);
        const std::int64_t number = std::max(used, greatestRunOnDisk(m_folder)) + 1;
        sql::change(*m_database,
                    std::string("INSERT INTO runs(run, state, created, dataset, dataset_hash, backbone, weights_file,"
                                " config, model, note, error, mean_predictor_loss, request, train_ids, validation_ids,"
                                " test_ids) VALUES(?, ?, coalesce(nullif(?, ''), ")
                        + kNow + "), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    number, runStateName(RunState::Running), run.created, run.dataset, run.datasetHash, run.backbone,
                    run.weightsFile, trainConfigToJson(run.config), run.model, run.note, run.error,
                    run.meanPredictorLoss, run.request, idsToJson(run.trainIds), idsToJson(run.validationIds),
                    idsToJson(run.testIds));
        // Locked before others can see it, so that no one ever takes it for interrupted.
        return std::pair(number, lockIn(folderOf(number), number));
    });
}

RunLock RunStore::take(std::int64_t run)
{
    RunLock lock = takeWhateverItsMarks(run);
    requireUnlocked(run);
    if (sql::first(*m_database, sql::integer, "SELECT 1 FROM run_marks WHERE run = ? AND trashed <> ''", run))
        throw Error(ErrorKind::Library,
                    "Run " + std::to_string(run) + " is in the trash. Restore it first: `dank runs restore "
                        + std::to_string(run) + "`, or from the trash in the window's list of runs.",
                    m_folder);
    return lock;
}

RunLock RunStore::takeWhateverItsMarks(std::int64_t run)
{
    sql::requireRun(*m_database, run);
    RunLock lock = lockIn(folderOf(run), run);
    sql::requireRun(*m_database, run);  // someone may have deleted it in between
    return lock;
}

void RunStore::requireUnlocked(std::int64_t run) const
{
    if (sql::first(*m_database, sql::integer, "SELECT 1 FROM run_marks WHERE run = ? AND locked <> 0", run))
        throw Error(ErrorKind::Library,
                    "Run " + std::to_string(run)
                        + " is locked, so it stays as it is. Unlock it first: `dank runs unlock " + std::to_string(run)
                        + "`, or \"Unlock\" in the window's list of runs.",
                    m_folder);
}

/// A row of kSelectRuns; the lists too where they were asked for.
RunRecord RunStore::read(SQLite::Statement &row) const
{
    RunRecord record;
    record.run = row.getColumn(0).getInt64();
    record.created = row.getColumn(2).getString();
    record.dataset = row.getColumn(3).getString();
    record.datasetHash = row.getColumn(4).getString();
    record.backbone = row.getColumn(5).getString();
    record.weightsFile = row.getColumn(6).getString();
    record.model = row.getColumn(8).getString();
    record.note = row.getColumn(9).getString();
    record.error = row.getColumn(10).getString();
    record.meanPredictorLoss = number(row.getColumn(11));
    record.request = row.getColumn(12).getString();
    if (!row.getColumn(13).isNull()) {
        record.epochs = row.getColumn(13).getInt();
        record.lastValidationLoss = number(row.getColumn(16));
    }
    if (!row.getColumn(14).isNull()) {
        record.bestEpoch = row.getColumn(14).getInt();
        record.bestValidationLoss = number(row.getColumn(15));
    }
    record.locked = row.getColumn(17).getInt() != 0;
    record.trashed = row.getColumn(18).getString();
    if (!row.getColumn(19).isNull()) {
        if (const auto verdict = verdictFromName(row.getColumn(19).getString()))
            record.figures = {*verdict, defined(row.getColumn(20)), defined(row.getColumn(21)),
                              defined(row.getColumn(22)), row.getColumn(23).getDouble()};
    }
    const auto attempt = [&](auto part) {
        try {
            part();
        } catch (const Error &error) {
            record.problem += (record.problem.empty() ? "Run " + std::to_string(record.run)
                                                            + " cannot be read by this version of Dank Learning. "
                                                      : " ")
                              + error.what();
        }
    };
    record.state = RunState::Failed;
    attempt([&] { record.state = stateFromName(row.getColumn(1).getString()); });
    attempt([&] { record.config = trainConfigFromJson(row.getColumn(7).getString()); });
    if (row.getColumnCount() > kRunColumns)
        attempt([&] {
            record.trainIds = idsFromJson(row.getColumn(kRunColumns).getString());
            record.validationIds = idsFromJson(row.getColumn(kRunColumns + 1).getString());
            record.testIds = idsFromJson(row.getColumn(kRunColumns + 2).getString());
        });
    const bool open = record.state == RunState::Running || record.state == RunState::Paused;
    if (open && !isRunLocked(folderOf(record.run)))
        record.state = RunState::Interrupted;
    return record;
}

std::vector<RunRecord> RunStore::list(Which which) const
{
    const char *const wanted = which == Which::Kept      ? " WHERE coalesce(trashed, '') = ''"
                               : which == Which::Trashed ? " WHERE trashed <> ''"
                                                         : "";
    return sql::rows(
        *m_database, [this](SQLite::Statement &row) { return read(row); },
        std::string(kSelectRuns) + kFromRuns + wanted + " ORDER BY run DESC");
}

RunRecord RunStore::get(std::int64_t run) const
{
    RunRecord record = peek(run);
    if (!record.problem.empty())
        throw Error(ErrorKind::Library, record.problem, m_folder);
    return record;
}

RunRecord RunStore::peek(std::int64_t run) const
{
    auto found = sql::first(
        *m_database, [this](SQLite::Statement &row) { return read(row); },
        std::string(kSelectRuns) + ", train_ids, validation_ids, test_ids" + kFromRuns + " WHERE run = ?", run);
    if (!found)
        sql::refuseUnknownRun(*m_database, run);
    return std::move(*found);
}

void RunStore::setState(std::int64_t run, RunState state, const std::string &error)
{
    if (sql::change(*m_database, "UPDATE runs SET state = ?, error = ? WHERE run = ?", runStateName(state), error, run)
        == 0)
        sql::refuseUnknownRun(*m_database, run);
}

void RunStore::setModel(std::int64_t run, const std::string &modelPath)
{
    sql::transaction(*m_database, [&] {
        setColumn(*m_database, run, "model", modelPath);
        sql::change(*m_database, "DELETE FROM evaluations WHERE run = ?", run);
    });
}

void RunStore::setLocked(std::int64_t run, bool locked)
{
    setMark(*m_database, run, "locked", locked ? "1" : "0");
}

void RunStore::setNote(std::int64_t run, const std::string &note)
{
    setColumn(*m_database, run, "note", note);
}

void RunStore::setMeanPredictorLoss(std::int64_t run, double loss)
{
    setColumn(*m_database, run, "mean_predictor_loss", loss);
}

void RunStore::addEpoch(std::int64_t run, const EpochStats &stats)
{
    sql::transaction(*m_database, [&] {
        sql::requireRun(*m_database, run);
        sql::change(*m_database,
                    "INSERT OR REPLACE INTO epochs(run, epoch, train_loss, validation_loss, seconds)"
                    " VALUES(?, ?, ?, ?, ?)",
                    run, stats.epoch, stats.trainLoss, stats.validationLoss, stats.seconds);
    });
}

std::vector<EpochStats> RunStore::epochs(std::int64_t run) const
{
    return sql::rows(
        *m_database,
        [](SQLite::Statement &row) {
            return EpochStats{row.getColumn(0).getInt(), number(row.getColumn(1)), number(row.getColumn(2)),
                              number(row.getColumn(3))};
        },
        "SELECT epoch, train_loss, validation_loss, seconds FROM epochs WHERE run = ? ORDER BY epoch", run);
}

void RunStore::trash(std::int64_t run)
{
    const RunLock lock = takeWhateverItsMarks(run);
    requireUnlocked(run);
    setMark(*m_database, run, "trashed", kNow);
}

void RunStore::restore(std::int64_t run)
{
    setMark(*m_database, run, "trashed", "''");
}

std::size_t RunStore::purgeTrash(std::chrono::seconds kept)
{
    const auto due = sql::rows(*m_database, sql::integer,
                               "SELECT run FROM run_marks WHERE trashed <> '' AND locked = 0 AND trashed <="
                               " strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?)",
                               '-' + std::to_string(kept.count()) + " seconds");
    std::size_t gone = 0;
    for (const std::int64_t run : due) {
        try {
            remove(run);
            ++gone;
        } catch (const Error &error) {
            if (error.kind() != ErrorKind::Library)
                throw;
        }
    }
    return gone;
}

void RunStore::remove(std::int64_t run)
{
    const RunLock lock = takeWhateverItsMarks(run);
    requireUnlocked(run);
    const std::filesystem::path model =
        sql::first(*m_database, sql::text, "SELECT model FROM runs WHERE run = ?", run).value_or("");
    const auto erase = [](const std::filesystem::path &path) {
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
        erase(model);
    erase(folderOf(run));
    sql::change(*m_database, "DELETE FROM runs WHERE run = ?", run);
}

}  // namespace dank
