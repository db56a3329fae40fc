// The runs' half of Library.

#include <cmath>
#include <ctime>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/store/guarded.h"
#include "core/store/library.h"
#include "core/store/run_lock.h"
#include "core/store/run_sql.h"

namespace dank {
namespace {

using Behavior = SQLite::TransactionBehavior;
constexpr RunState kStates[] = {RunState::Running, RunState::Paused, RunState::Interrupted, RunState::Done,
                                RunState::Failed};

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

std::string idsToJson(const std::vector<MemeId> &ids)
{
    return nlohmann::json(ids).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<MemeId> idsFromJson(const std::string &text)
{
    try {
        return nlohmann::json::parse(text).get<std::vector<MemeId>>();
    } catch (const nlohmann::json::exception &) {
        throw Error(ErrorKind::Format, "its list of rows is not readable");
    }
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
    for (const RunState state : kStates)
        if (name == runStateName(state))
            return state;
    throw Error(ErrorKind::Format, "its state '" + name + "' is unknown");
}

/// Reads a row of kSelectRuns; the lists too where they were asked for.
RunRecord readRun(SQLite::Statement &row, const Library &library)
{
    RunRecord record;
    record.run = row.getColumn(0).getInt64();
    try {
        record.state = stateFromName(row.getColumn(1).getString());
        record.config = trainConfigFromJson(row.getColumn(7).getString());
        if (row.getColumnCount() > kRunColumns) {
            record.trainIds = idsFromJson(row.getColumn(kRunColumns).getString());
            record.validationIds = idsFromJson(row.getColumn(kRunColumns + 1).getString());
            record.testIds = idsFromJson(row.getColumn(kRunColumns + 2).getString());
        }
    } catch (const Error &error) {
        throw Error(ErrorKind::Library,
                    "Run " + std::to_string(record.run) + " in the library '" + displayPath(library.folder())
                        + "' cannot be read: " + error.what() + ".",
                    library.folder());
    }
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
    const bool open = record.state == RunState::Running || record.state == RunState::Paused;
    if (open && !isRunLocked(library.runFolder(record.run)))
        record.state = RunState::Interrupted;
    return record;
}

/// The greatest run number that files in the library's folder bear: a lost database must not lead to a new run
/// that overwrites an old model or takes up another run's checkpoint.
std::int64_t greatestRunOnDisk(const Library &library)
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
    look(library.folder() / "runs", "");
    look(library.folder() / "models", "run-");
    return greatest;
}

/// Sets one column of a run; `column` is a literal of ours.
template <typename Value>
void setColumn(SQLite::Database &database, const Library &library, std::int64_t run, const char *column,
               const Value &value)
{
    const int changed = guarded("write to", database, [&] {
        SQLite::Statement put(database, std::string("UPDATE runs SET ") + column + " = ? WHERE run = ?");
        put.bind(1, value);
        put.bind(2, run);
        return put.exec();
    });
    if (changed == 0)
        refuseUnknownRun(run, library.folder());
}

}  // namespace

std::string utcNow(std::chrono::seconds ago)
{
    const std::time_t time = std::time(nullptr) - static_cast<std::time_t>(ago.count());
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

void refuseUnknownRun(std::int64_t run, const std::filesystem::path &folder)
{
    throw Error(ErrorKind::Library,
                "There is no run " + std::to_string(run) + " in the library '" + displayPath(folder) + "'.", folder);
}

bool runExists(const SQLite::Database &database, std::int64_t run)
{
    SQLite::Statement find(database, "SELECT 1 FROM runs WHERE run = ?");
    find.bind(1, run);
    return find.executeStep();
}

const char *runStateName(RunState state) noexcept
{
    switch (state) {
    case RunState::Running: return "running";
    case RunState::Paused: return "paused";
    case RunState::Interrupted: return "interrupted";
    case RunState::Done: return "done";
    case RunState::Failed: return "failed";
    }
    return "unknown";
}

std::pair<std::int64_t, RunLock> Library::createRun(const RunRecord &run)
{
    return guarded("write to", *m_database, [&] {
        SQLite::Transaction transaction(*m_database, Behavior::IMMEDIATE);
        SQLite::Statement last(*m_database, "SELECT seq FROM sqlite_sequence WHERE name = 'runs'");
        const std::int64_t used = last.executeStep() ? last.getColumn(0).getInt64() : 0;
        last.reset();
        const std::int64_t number = std::max(used, greatestRunOnDisk(*this)) + 1;

        SQLite::Statement put(*m_database,
                              "INSERT INTO runs(run, state, created, dataset, dataset_hash, backbone, weights_file,"
                              " config, model, note, error, mean_predictor_loss, request, train_ids, validation_ids,"
                              " test_ids) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        int at = 0;
        put.bind(++at, number);
        put.bind(++at, runStateName(RunState::Running));
        put.bind(++at, run.created.empty() ? utcNow() : run.created);
        put.bind(++at, run.dataset);
        put.bind(++at, run.datasetHash);
        put.bind(++at, run.backbone);
        put.bind(++at, run.weightsFile);
        put.bind(++at, trainConfigToJson(run.config));
        put.bind(++at, run.model);
        put.bind(++at, run.note);
        put.bind(++at, run.error);
        put.bind(++at, run.meanPredictorLoss);
        put.bind(++at, run.request);
        put.bind(++at, idsToJson(run.trainIds));
        put.bind(++at, idsToJson(run.validationIds));
        put.bind(++at, idsToJson(run.testIds));
        put.exec();
        // Locked before others can see it, so that no one ever takes it for interrupted.
        std::optional<RunLock> lock = tryLockRun(runFolder(number));
        if (!lock)
            throw Error(ErrorKind::Library, "Run " + std::to_string(number) + " is being worked on by another process.",
                        runFolder(number));
        transaction.commit();
        return std::pair(number, std::move(*lock));
    });
}

RunLock Library::lockRun(std::int64_t run)
{
    RunLock lock = takeRun(run);
    requireUnlocked(run);
    const bool trashed = guarded("read from", *m_database, [&] {
        SQLite::Statement find(*m_database, "SELECT 1 FROM run_marks WHERE run = ? AND trashed <> ''");
        find.bind(1, run);
        return find.executeStep();
    });
    if (trashed)
        throw Error(ErrorKind::Library,
                    "Run " + std::to_string(run) + " is in the trash. Restore it first: `dank runs restore "
                        + std::to_string(run) + "`, or from the trash in the window's list of runs.",
                    m_folder);
    return lock;
}

RunLock Library::takeRun(std::int64_t run)
{
    const auto check = [&] {
        if (!guarded("read from", *m_database, [&] { return runExists(*m_database, run); }))
            refuseUnknownRun(run, m_folder);
    };
    check();
    std::optional<RunLock> lock = tryLockRun(runFolder(run));
    if (!lock)
        throw Error(ErrorKind::Library, "Run " + std::to_string(run) + " is being worked on by another process.",
                    runFolder(run));
    check();  // someone may have deleted it in between
    return std::move(*lock);
}

void Library::requireUnlocked(std::int64_t run) const
{
    const bool locked = guarded("read from", *m_database, [&] {
        SQLite::Statement find(*m_database, "SELECT 1 FROM run_marks WHERE run = ? AND locked <> 0");
        find.bind(1, run);
        return find.executeStep();
    });
    if (locked)
        throw Error(ErrorKind::Library,
                    "Run " + std::to_string(run)
                        + " is locked, so it stays as it is. Unlock it first: `dank runs"
                          " unlock "
                        + std::to_string(run) + "`, or \"Unlock\" in the window's list of runs.",
                    m_folder);
}

std::vector<RunRecord> Library::runs(Which which) const
{
    return guarded("read from", *m_database, [&] {
        const char *const wanted = which == Which::Kept      ? " WHERE coalesce(trashed, '') = ''"
                                   : which == Which::Trashed ? " WHERE trashed <> ''"
                                                             : "";
        SQLite::Statement list(*m_database, std::string(kSelectRuns) + kFromRuns + wanted + " ORDER BY run DESC");
        std::vector<RunRecord> records;
        while (list.executeStep())
            records.push_back(readRun(list, *this));
        return records;
    });
}

RunRecord Library::run(std::int64_t run) const
{
    return guarded("read from", *m_database, [&] {
        SQLite::Statement get(*m_database, std::string(kSelectRuns) + ", train_ids, validation_ids, test_ids"
                                               + kFromRuns + " WHERE run = ?");
        get.bind(1, run);
        if (!get.executeStep())
            refuseUnknownRun(run, m_folder);
        return readRun(get, *this);
    });
}

void Library::setRunState(std::int64_t run, RunState state, const std::string &error)
{
    const int changed = guarded("write to", *m_database, [&] {
        SQLite::Statement put(*m_database, "UPDATE runs SET state = ?, error = ? WHERE run = ?");
        put.bind(1, runStateName(state));
        put.bind(2, error);
        put.bind(3, run);
        return put.exec();
    });
    if (changed == 0)
        refuseUnknownRun(run, m_folder);
}

void Library::setRunModel(std::int64_t run, const std::string &modelPath)
{
    guarded("write to", *m_database, [&] {
        SQLite::Transaction transaction(*m_database, Behavior::IMMEDIATE);
        setColumn(*m_database, *this, run, "model", modelPath);
        SQLite::Statement forget(*m_database, "DELETE FROM evaluations WHERE run = ?");
        forget.bind(1, run);
        forget.exec();
        transaction.commit();
    });
}

void Library::setRunNote(std::int64_t run, const std::string &note)
{
    setColumn(*m_database, *this, run, "note", note);
}

void Library::setMeanPredictorLoss(std::int64_t run, double loss)
{
    setColumn(*m_database, *this, run, "mean_predictor_loss", loss);
}

void Library::addEpoch(std::int64_t run, const EpochStats &stats)
{
    guarded("write to", *m_database, [&] {
        SQLite::Transaction transaction(*m_database, Behavior::IMMEDIATE);
        if (!runExists(*m_database, run))
            refuseUnknownRun(run, m_folder);
        SQLite::Statement put(*m_database, "INSERT OR REPLACE INTO epochs(run, epoch, train_loss, validation_loss,"
                                           " seconds) VALUES(?, ?, ?, ?, ?)");
        put.bind(1, run);
        put.bind(2, stats.epoch);
        put.bind(3, stats.trainLoss);
        put.bind(4, stats.validationLoss);
        put.bind(5, stats.seconds);
        put.exec();
        transaction.commit();
    });
}

std::vector<EpochStats> Library::epochs(std::int64_t run) const
{
    return guarded("read from", *m_database, [&] {
        SQLite::Statement list(*m_database, "SELECT epoch, train_loss, validation_loss, seconds FROM epochs"
                                            " WHERE run = ? ORDER BY epoch");
        list.bind(1, run);
        std::vector<EpochStats> curve;
        while (list.executeStep())
            curve.push_back({list.getColumn(0).getInt(), number(list.getColumn(1)), number(list.getColumn(2)),
                             number(list.getColumn(3))});
        return curve;
    });
}

}  // namespace dank
