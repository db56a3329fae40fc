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
    " (SELECT validation_loss FROM epochs e WHERE e.run = r.run ORDER BY epoch DESC LIMIT 1)";

std::string now()
{
    const std::time_t time = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

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
        if (row.getColumnCount() > 17) {
            record.trainIds = idsFromJson(row.getColumn(17).getString());
            record.validationIds = idsFromJson(row.getColumn(18).getString());
            record.testIds = idsFromJson(row.getColumn(19).getString());
        }
    } catch (const Error &error) {
        throw Error(ErrorKind::Library,
                    "Run " + std::to_string(record.run) + " in the library '" + displayPath(library.folder()) +
                        "' cannot be read: " + error.what() + ".",
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

[[noreturn]] void refuseUnknown(std::int64_t run, const Library &library)
{
    throw Error(ErrorKind::Library,
                "There is no run " + std::to_string(run) + " in the library '" + displayPath(library.folder()) + "'.",
                library.folder());
}

bool exists(const SQLite::Database &database, std::int64_t run)
{
    SQLite::Statement find(database, "SELECT 1 FROM runs WHERE run = ?");
    find.bind(1, run);
    return find.executeStep();
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
        refuseUnknown(run, library);
}

}  // namespace

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
        put.bind(++at, run.created.empty() ? now() : run.created);
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
    const auto check = [&] {
        if (!guarded("read from", *m_database, [&] { return exists(*m_database, run); }))
            refuseUnknown(run, *this);
    };
    check();
    std::optional<RunLock> lock = tryLockRun(runFolder(run));
    if (!lock)
        throw Error(ErrorKind::Library, "Run " + std::to_string(run) + " is being worked on by another process.",
                    runFolder(run));
    check();   // someone may have deleted it in between
    return std::move(*lock);
}

std::vector<RunRecord> Library::runs() const
{
    return guarded("read from", *m_database, [&] {
        SQLite::Statement list(*m_database, std::string(kSelectRuns) + " FROM runs r ORDER BY run DESC");
        std::vector<RunRecord> records;
        while (list.executeStep())
            records.push_back(readRun(list, *this));
        return records;
    });
}

RunRecord Library::run(std::int64_t run) const
{
    return guarded("read from", *m_database, [&] {
        SQLite::Statement get(*m_database,
                              std::string(kSelectRuns) + ", train_ids, validation_ids, test_ids FROM runs r WHERE run = ?");
        get.bind(1, run);
        if (!get.executeStep())
            refuseUnknown(run, *this);
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
        refuseUnknown(run, *this);
}

void Library::setRunModel(std::int64_t run, const std::string &modelPath)
{
    setColumn(*m_database, *this, run, "model", modelPath);
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
        if (!exists(*m_database, run))
            refuseUnknown(run, *this);
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

void Library::deleteRun(std::int64_t run)
{
    const RunLock lock = lockRun(run);
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
    if (model.extension() == ".dankmodel" && std::filesystem::is_regular_file(model, ignored) &&
        std::filesystem::weakly_canonical(model.parent_path(), ignored) ==
            std::filesystem::weakly_canonical(m_folder / "models", ignored))
        remove(model);
    remove(runFolder(run));
    guarded("write to", *m_database, [&] {
        SQLite::Statement erase(*m_database, "DELETE FROM runs WHERE run = ?");
        erase.bind(1, run);
        erase.exec();
    });
}

}  // namespace dank
