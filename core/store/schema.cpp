#include "core/store/sql.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <thread>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"

namespace dank {
namespace {

constexpr std::int32_t kApplicationId = 0x64616e6b;  // "dank", so that file(1) and we know our own
constexpr int kBusyTimeoutMs = 10'000;

/// A feature vector is 8 KB: it lives in a table with row numbers and a separate index, since a key beside such
/// large rows would make every search read through them.
constexpr const char *kSchema1 = R"sql(
CREATE TABLE backbones(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE);
CREATE TABLE features(
    row INTEGER PRIMARY KEY,
    backbone INTEGER NOT NULL REFERENCES backbones(id),
    image_hash TEXT NOT NULL,
    vector BLOB NOT NULL);              -- float32, little-endian
CREATE UNIQUE INDEX features_key ON features(backbone, image_hash);
CREATE TABLE facts(
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs(
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL,
    created TEXT NOT NULL,              -- ISO 8601, UTC
    dataset TEXT NOT NULL,
    dataset_hash TEXT NOT NULL,
    backbone TEXT NOT NULL,
    weights_file TEXT NOT NULL,
    config TEXT NOT NULL,               -- JSON
    model TEXT NOT NULL,
    note TEXT NOT NULL,
    error TEXT NOT NULL,
    mean_predictor_loss REAL,
    request TEXT NOT NULL,              -- JSON
    train_ids TEXT NOT NULL,            -- JSON; the long columns last, so that lists need not read them
    validation_ids TEXT NOT NULL,
    test_ids TEXT NOT NULL);
CREATE TABLE epochs(
    run INTEGER NOT NULL REFERENCES runs(run) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    train_loss REAL,                    -- NULL: not a number
    validation_loss REAL,
    seconds REAL,
    PRIMARY KEY(run, epoch)) WITHOUT ROWID;
CREATE TABLE exclusions(
    dataset TEXT NOT NULL,
    meme TEXT NOT NULL,
    PRIMARY KEY(dataset, meme)) WITHOUT ROWID;
CREATE TABLE recents(
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    used INTEGER NOT NULL,              -- greater is later
    PRIMARY KEY(kind, path)) WITHOUT ROWID;
)sql";

/// Tables of their own, so that the list of runs need not read past each run's long columns.
constexpr const char *kSchema2 = R"sql(
CREATE TABLE run_marks(
    run INTEGER PRIMARY KEY REFERENCES runs(run) ON DELETE CASCADE,
    locked INTEGER NOT NULL DEFAULT 0,
    trashed TEXT NOT NULL DEFAULT '');  -- ISO 8601, UTC; empty: not in the trash
CREATE TABLE evaluations(
    run INTEGER PRIMARY KEY REFERENCES runs(run) ON DELETE CASCADE,
    verdict TEXT NOT NULL,
    spearman REAL,                      -- NULL: undefined
    spearman_within REAL,
    r2 REAL,
    mae REAL NOT NULL,
    evaluation TEXT NOT NULL,           -- JSON, whole
    cross_validation TEXT);             -- the same; NULL: there is none
)sql";

/// Thumbnails lie in rows as features do, and for the same reason. When a thing was used last was not kept before, but
/// a run's features were used on the day that it began.
constexpr const char *kSchema3 = R"sql(
CREATE TABLE thumbnails(
    row INTEGER PRIMARY KEY,
    image_hash TEXT NOT NULL,
    side INTEGER NOT NULL,              -- the longest that was asked for, pixels
    encoded BLOB NOT NULL);             -- JPEG or PNG
CREATE UNIQUE INDEX thumbnails_key ON thumbnails(image_hash, side);
CREATE TABLE last_used(
    kind TEXT NOT NULL,                 -- features, thumbnails
    name TEXT NOT NULL,                 -- of features the backbone's
    day TEXT NOT NULL,                  -- ISO 8601, UTC
    PRIMARY KEY(kind, name)) WITHOUT ROWID;
INSERT INTO last_used SELECT 'features', backbone, max(substr(created, 1, 10)) FROM runs GROUP BY backbone;
)sql";

constexpr const char *kSchema4 = R"sql(
CREATE TABLE texts(
    row INTEGER PRIMARY KEY AUTOINCREMENT,  -- greater is later
    image_hash TEXT NOT NULL,
    reader TEXT NOT NULL,
    text TEXT NOT NULL,
    confidence REAL NOT NULL,           -- 0..1
    words TEXT NOT NULL);               -- JSON, [[text, x, y, width, height, confidence], …]
CREATE UNIQUE INDEX texts_key ON texts(image_hash, reader);
)sql";

/// What each version added to the one before it; a new library goes through all of them.
constexpr const char *kSteps[] = {kSchema1, kSchema2, kSchema3, kSchema4};
constexpr int kSchemaVersion = static_cast<int>(std::size(kSteps));

[[noreturn]] void refuse(const std::filesystem::path &file, const std::string &why)
{
    throw Error(ErrorKind::Library, "The library '" + displayPath(file) + "' " + why + ". It was left as it is.", file);
}

[[noreturn]] void refuseNewer(const std::filesystem::path &file, std::int64_t version)
{
    refuse(file, "was written by a newer version of Dank Learning (library format " + std::to_string(version)
                     + ", this version knows up to " + std::to_string(kSchemaVersion)
                     + "). Update Dank Learning or choose another library folder");
}

std::uint32_t bigEndian(const unsigned char *bytes)
{
    return std::uint32_t(bytes[0]) << 24 | std::uint32_t(bytes[1]) << 16 | std::uint32_t(bytes[2]) << 8 | bytes[3];
}

/// Looks at the first bytes without SQLite, so that a foreign or newer file is refused before anything could touch it.
void checkHeader(const std::filesystem::path &file)
{
    const FileDescriptor opened(file, O_RDONLY | O_NONBLOCK);
    if (!opened) {
        if (errno == ENOENT)
            return;
        throwErrno(errno, "open", file);
    }
    if (!opened.isRegular())
        refuse(file, "is not a regular file");
    std::array<unsigned char, 100> header{};
    const std::size_t got = opened.read(std::as_writable_bytes(std::span(header)), 0, file);
    if (got == 0)
        return;  // created by someone this very moment, or never filled: a new library
    // Offsets: https://www.sqlite.org/fileformat.html#the_database_header
    if (got < header.size() || std::memcmp(header.data(), "SQLite format 3", 16) != 0)
        refuse(file, "is damaged or is not a library of Dank Learning");
    const auto version = static_cast<std::int32_t>(bigEndian(header.data() + 60));
    const auto application = static_cast<std::int32_t>(bigEndian(header.data() + 68));
    if (application != 0 && application != kApplicationId)
        refuse(file, "belongs to another program");
    if (application == kApplicationId && version > kSchemaVersion)
        refuseNewer(file, version);
}

std::int64_t pragma(SQLite::Database &database, const char *name)
{
    return database.execAndGet(std::string("PRAGMA ") + name).getInt64();
}

bool isWal(SQLite::Database &database)
{
    return database.execAndGet("PRAGMA journal_mode").getString() == "wal";
}

/// Two programs that open a library at once may both want to change its mode, where SQLite does not wait by itself.
void switchToWal(SQLite::Database &database)
{
    for (int attempt = 0; !isWal(database); ++attempt) {
        try {
            SQLite::Statement statement(database, "PRAGMA journal_mode=WAL");
            statement.executeStep();
            return;  // a file system that cannot do WAL stays in the older mode, which is as safe
        } catch (const SQLite::Exception &exception) {
            if (exception.getErrorCode() != SQLITE_BUSY || attempt >= kBusyTimeoutMs / 20)
                throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

/// The version found: 0 for an empty database. Refuses what is not ours.
std::int64_t checkedVersion(SQLite::Database &database, const std::filesystem::path &file)
{
    const std::int64_t version = pragma(database, "user_version");
    const std::int64_t application = pragma(database, "application_id");
    const bool empty = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt64() == 0;
    if (empty && version == 0 && application == 0)
        return 0;
    if (application != kApplicationId)
        refuse(file, "belongs to another program");
    if (version > kSchemaVersion)
        refuseNewer(file, version);
    if (version < 1 || empty)
        refuse(file, "is damaged");
    return version;
}

/// Brings an empty or older database to this version, wholly or not at all.
void upgradeTables(SQLite::Database &database, const std::filesystem::path &file)
{
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    const std::int64_t version = checkedVersion(database, file);
    if (version == kSchemaVersion)
        return;  // another program was quicker
    for (auto step = static_cast<std::size_t>(version); step < std::size(kSteps); ++step)
        database.exec(kSteps[step]);
    database.exec("PRAGMA application_id=" + std::to_string(kApplicationId));
    database.exec("PRAGMA user_version=" + std::to_string(kSchemaVersion));
    transaction.commit();
}

void setCheckpointOnClose(SQLite::Database &database, bool on)
{
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, nullptr);
}

}  // namespace

std::unique_ptr<SQLite::Database> openLibraryDatabase(const std::filesystem::path &file)
{
    checkHeader(file);
    try {
        auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                           kBusyTimeoutMs);
        // The version may be newer in the write-ahead log than in the file: closing after a refusal must not merge.
        setCheckpointOnClose(*database, false);
        sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        // Counts for a new file alone. Twice the usual: a feature vector of 8 KB then overflows into one page instead
        // of two.
        database->exec("PRAGMA page_size=8192");
        const std::int64_t version = checkedVersion(*database, file);
        if (sqlite3_db_readonly(database->getHandle(), "main") != 0 || ::access(file.parent_path().c_str(), W_OK) != 0)
            throw Error(ErrorKind::Disk,
                        "The library '" + displayPath(file)
                            + "' cannot be written: the file or its folder is read-only. Make it "
                              "writable or choose another library folder.",
                        file);
        setCheckpointOnClose(*database, true);
        switchToWal(*database);
        database->exec("PRAGMA synchronous=NORMAL");
        database->exec("PRAGMA foreign_keys=ON");
        if (version < kSchemaVersion)
            upgradeTables(*database, file);
        return database;
    } catch (const SQLite::Exception &exception) {
        throwDatabaseError(exception, "open", file);
    }
}

void throwDatabaseError(const SQLite::Exception &exception, std::string_view doing, const std::filesystem::path &file)
{
    const std::string start = "Cannot " + std::string(doing) + " the library '" + displayPath(file) + "': ";
    switch (exception.getErrorCode() & 0xff) {
    case SQLITE_FULL: throw Error(ErrorKind::Disk, start + "the disk is full. Free some space and try again.", file);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        throw Error(ErrorKind::Disk,
                    start + "the file or its folder is read-only. Make it writable or choose another library folder.",
                    file);
    case SQLITE_CANTOPEN:
        throw Error(ErrorKind::Disk, start + "the folder does not let it be opened or written.", file);
    case SQLITE_IOERR:
        throw Error(ErrorKind::Disk, start + "the disk reports an error (" + exception.what() + ").", file);
    case SQLITE_NOMEM: throw Error(ErrorKind::Memory, start + "out of memory.", file);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        throw Error(ErrorKind::Library, start + "another program keeps it busy. Try again in a moment.", file);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        throw Error(ErrorKind::Library,
                    start + "it is damaged (" + exception.what()
                        + "). Restore it from a backup, or move it aside to start a new one.",
                    file);
    default: throw Error(ErrorKind::Library, start + exception.what() + ".", file);
    }
}

namespace sql {

void noteUse(SQLite::Database &database, const char *kind, const std::string &name)
{
    try {
        if (!first(database, integer, "SELECT 1 FROM last_used WHERE kind = ? AND name = ? AND day >= date('now')",
                   kind, name))
            change(database, "INSERT OR REPLACE INTO last_used(kind, name, day) VALUES(?, ?, date('now'))", kind, name);
    } catch (const Error &) {
        // The library works without.
    }
}

void requireRun(const SQLite::Database &database, std::int64_t run)
{
    if (!first(database, integer, "SELECT 1 FROM runs WHERE run = ?", run))
        refuseUnknownRun(database, run);
}

void refuseUnknownRun(const SQLite::Database &database, std::int64_t run)
{
    const std::filesystem::path folder = std::filesystem::path(database.getFilename()).parent_path();
    throw Error(ErrorKind::Library,
                "There is no run " + std::to_string(run) + " in the library '" + displayPath(folder) + "'.", folder);
}

}  // namespace sql

}  // namespace dank
