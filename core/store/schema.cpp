#include "core/store/sql.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <system_error>
#include <thread>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"
#include "core/base/file_system.h"
#include "core/store/tables.h"

namespace dank {
namespace {

constexpr std::int32_t kApplicationId = 0x64616e6b;  // "dank", so that file(1) and we know our own
constexpr int kBusyTimeoutMs = 10'000;

/// The database and what ends its statements, which must outlive it.
struct Connection {
    CancelToken stop;
    SQLite::Database database;

    Connection(const std::string &name, int flags, CancelToken token)
        : stop(std::move(token)), database(name, flags, kBusyTimeoutMs)
    {
    }
};

[[noreturn]] void refuse(const std::filesystem::path &file, const std::string &why)
{
    throw Error(ErrorKind::Library, "The library '" + displayPath(file) + "' " + why + ". It was left as it is.", file);
}

[[noreturn]] void refuseNewer(const std::filesystem::path &file, std::int64_t version)
{
    refuse(file, "was written by a newer version of Dank Learning (library format " + std::to_string(version)
                     + ", this version knows up to " + std::to_string(libraryVersion())
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
    if (application == kApplicationId && version > libraryVersion())
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

std::string shown(const std::string &name)
{
    constexpr std::size_t kLongest = 60;
    return '\'' + printable(name.substr(0, kLongest)) + '\'';
}

struct FoundObject {
    std::string type, name, table, create;
};

/// Whether SQLite made it by itself, for what a statement of ours asks for or for its planner.
bool isOfSqlite(const FoundObject &found)
{
    if (found.type == "index")
        return found.create.empty() && found.name.starts_with("sqlite_autoindex_" + found.table + '_');
    return found.type == "table"
           && (found.create == "CREATE TABLE sqlite_sequence(name,seq)"
               || found.create == "CREATE TABLE sqlite_stat1(tbl,idx,stat)"
               || found.create == "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)");
}

/// What a stranger puts into a database's tables is data; what he puts into its schema is run by whoever asks for the
/// tables, as views, triggers and defaults are. So it has to be ours, object for object, before anything goes through
/// it.
void checkObjects(SQLite::Database &database, std::int64_t version, const std::filesystem::path &file)
{
    const auto refuseChanged = [&](const std::string &what) {
        refuse(file, "was changed by another program: " + what
                         + ". Restore the library from a backup, or choose another library folder");
    };
    std::set<std::string> seen;
    SQLite::Statement objects(database, "SELECT substr(type, 1, 100), substr(name, 1, 100), substr(tbl_name, 1, 100),"
                                        " substr(coalesce(sql, ''), 1, 10000) FROM main.sqlite_master");
    while (objects.executeStep()) {
        const FoundObject found{objects.getColumn(0).getString(), objects.getColumn(1).getString(),
                                objects.getColumn(2).getString(), objects.getColumn(3).getString()};
        if (isOfSqlite(found))
            continue;
        const StoredObject *ours = nullptr;
        for (const StoredObject &object : storedObjects())
            if (object.since <= version && found.type == object.type && found.name == object.name)
                ours = &object;
        if (!ours) {
            const bool known =
                found.type == "table" || found.type == "index" || found.type == "view" || found.type == "trigger";
            refuseChanged("it holds the " + (known ? found.type : std::string("object")) + ' ' + shown(found.name)
                          + ", which Dank Learning does not make");
        }
        if (found.table != ours->table || !isSameStatement(found.create, ours->create))
            refuseChanged("its " + found.type + ' ' + shown(found.name) + " is not as Dank Learning makes it");
        seen.insert(found.name);
    }
    for (const StoredObject &object : storedObjects())
        if (object.since <= version && !seen.contains(object.name))
            refuseChanged(std::string("its ") + object.type + ' ' + shown(object.name) + " is missing");
}

/// The version found: 0 for an empty database. Refuses what is not ours.
std::int64_t checkedVersion(SQLite::Database &database, const std::filesystem::path &file)
{
    const std::int64_t version = pragma(database, "user_version");
    const std::int64_t application = pragma(database, "application_id");
    // Not counted: SQLite counts in one step that nothing can stop.
    const bool empty = !database.execAndGet("SELECT EXISTS(SELECT 1 FROM main.sqlite_master)").getInt();
    if (empty && version == 0 && application == 0)
        return 0;
    if (application != kApplicationId)
        refuse(file, "belongs to another program");
    if (version > libraryVersion())
        refuseNewer(file, version);
    if (version < 1 || empty)
        refuse(file, "is damaged");
    checkObjects(database, version, file);
    return version;
}

/// Brings an empty or older database to this version, wholly or not at all.
void upgradeTables(SQLite::Database &database, const std::filesystem::path &file)
{
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    const std::int64_t version = checkedVersion(database, file);
    if (version == libraryVersion())
        return;  // another program was quicker
    for (const StoredObject &object : storedObjects()) {
        if (object.since <= version)
            continue;
        database.exec(object.create);
        if (object.fill)
            database.exec(object.fill);
    }
    database.exec("PRAGMA application_id=" + std::to_string(kApplicationId));
    database.exec("PRAGMA user_version=" + std::to_string(libraryVersion()));
    transaction.commit();
}

void setCheckpointOnClose(SQLite::Database &database, bool on)
{
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, nullptr);
}

/// Whether this process may write there; with its effective user, as writing goes by.
bool mayWrite(const std::filesystem::path &path)
{
    return uninterrupted([&] { return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS); }) == 0;
}

bool holdsBytes(const std::filesystem::path &file)
{
    std::error_code unknown;
    return std::filesystem::file_size(file, unknown) > 0 && !unknown;
}

/// What was written last and not yet brought into the file itself; empty where it is all there.
std::filesystem::path logLeftOf(const std::filesystem::path &file)
{
    for (const char *ending : {"-wal", "-journal"})
        if (const std::filesystem::path log = file.native() + ending; holdsBytes(log))
            return log;
    return {};
}

/// As https://www.sqlite.org/uri.html has it.
std::string immutableUri(const std::filesystem::path &file)
{
    constexpr const char *kDigits = "0123456789ABCDEF";
    std::string uri = "file://";
    for (const char c : file.native()) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x21 || byte > 0x7e || c == '%' || c == '?' || c == '#')
            uri += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
        else
            uri += c;
    }
    return uri + "?immutable=1";
}

[[noreturn]] void refuseReadOnly(const std::filesystem::path &file)
{
    throw Error(ErrorKind::Disk,
                "The library '" + displayPath(file)
                    + "' cannot be written: the file or its folder is read-only. Make it writable or choose another "
                      "library folder.",
                file);
}

/// What may be done with the connection by whoever has written the file: as little as the stores need. See
/// https://www.sqlite.org/security.html
void confine(Connection &connection, int steps)
{
    sqlite3 *const handle = connection.database.getHandle();
    const auto isStopped = [](void *token) { return static_cast<const CancelToken *>(token)->isCancelled() ? 1 : 0; };
    sqlite3_progress_handler(handle, steps, isStopped, &connection.stop);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    constexpr std::pair<int, int> kLimits[] = {
        {SQLITE_LIMIT_LENGTH, 512 << 20},  // a run's lists, the evaluation of millions of memes
        {SQLITE_LIMIT_SQL_LENGTH, 100'000}, {SQLITE_LIMIT_COLUMN, 100},     {SQLITE_LIMIT_EXPR_DEPTH, 100},
        {SQLITE_LIMIT_COMPOUND_SELECT, 4},  {SQLITE_LIMIT_VDBE_OP, 25'000}, {SQLITE_LIMIT_FUNCTION_ARG, 8},
        {SQLITE_LIMIT_ATTACHED, 1},       // VACUUM attaches
        {SQLITE_LIMIT_TRIGGER_DEPTH, 4},  // ON DELETE CASCADE is one
    };
    for (const auto &[limit, value] : kLimits)
        sqlite3_limit(handle, limit, value);
    connection.database.exec("PRAGMA cell_size_check=ON");
}

/// Whether a disk has no more room or files. What SQLite remembers as the system's error is often that of a later call.
bool isFull(const std::filesystem::path &folder, int systemError)
{
    constexpr std::uint64_t kLeast = 64 << 10;  // the index of a write-ahead log has 32 KB
    struct statvfs disk {};
    return systemError == ENOSPC || systemError == EDQUOT
           || (uninterrupted([&] { return ::statvfs(folder.c_str(), &disk); }) == 0
               && (std::uint64_t{disk.f_bavail} * disk.f_frsize < kLeast || (disk.f_files > 0 && disk.f_favail == 0)));
}

}  // namespace

std::shared_ptr<SQLite::Database> openLibraryDatabase(const std::filesystem::path &file, Access access,
                                                      const CancelToken &stop, int steps)
{
    checkHeader(file);
    const bool folderWritable = mayWrite(file.parent_path()),
               // Such a place has neither the locks nor the shared memory that a write-ahead log goes by.
        apart = access == Access::Read && isNetworkFileSystem(fileSystemOf(file)),
               writable = !apart && folderWritable && (mayWrite(file) || errno == ENOENT);
    const auto exists = [](const std::filesystem::path &path) { return std::filesystem::exists(statusOf(path)); };
    if (!exists(file)) {
        if (!writable)
            refuseReadOnly(file);
        if (!FileDescriptor(file, O_RDWR | O_CREAT, 0644))  // SQLite would not say why
            throwErrno(errno, "create", file);
    }
    // Somebody writes it, or was killed. Otherwise nothing is to be made beside it: it could not be, or it would stay
    // there as read-only as the file.
    const std::filesystem::path log = writable ? std::filesystem::path() : logLeftOf(file);
    const bool isInUse = !log.empty() || (exists(file.native() + "-wal") && exists(file.native() + "-shm"));
    std::shared_ptr<Connection> connection;
    try {
        if (writable)
            connection =
                std::make_shared<Connection>(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, stop);
        else if (isInUse)
            connection = std::make_shared<Connection>(file.string(), SQLite::OPEN_READONLY, stop);
        else
            connection =
                std::make_shared<Connection>(immutableUri(file), SQLite::OPEN_READONLY | SQLite::OPEN_URI, stop);
        SQLite::Database &database = connection->database;
        // The version may be newer in the write-ahead log than in the file: closing after a refusal must not merge.
        setCheckpointOnClose(database, false);
        confine(*connection, steps);
        // Counts for a new file alone. Twice the usual: a feature vector of 8 KB then overflows into one page instead
        // of two.
        database.exec("PRAGMA page_size=8192");
        const std::int64_t version = checkedVersion(database, file);
        if (sql::isReadOnly(database)) {
            if (access == Access::Write || version == 0)
                refuseReadOnly(file);
            if (version < libraryVersion())
                throw Error(ErrorKind::Library,
                            "The library '" + displayPath(file) + "' is of an older format (" + std::to_string(version)
                                + ", this version of Dank Learning reads " + std::to_string(libraryVersion())
                                + ") and is read-only, so that it cannot be brought up to date. Make it writable, or "
                                  "copy its folder to where it can be written.",
                            file);
        } else {
            setCheckpointOnClose(database, true);
            switchToWal(database);
            database.exec("PRAGMA synchronous=NORMAL");
            database.exec("PRAGMA foreign_keys=ON");
            if (version < libraryVersion())
                upgradeTables(database, file);
        }
        return {connection, &connection->database};
    } catch (const SQLite::Exception &exception) {
        const int code = exception.getErrorCode() & 0xff;
        if (!folderWritable && !log.empty() && (code == SQLITE_CANTOPEN || code == SQLITE_READONLY))
            throw Error(ErrorKind::Disk,
                        "The library '" + displayPath(file) + "' was not closed: what was written last lies in '"
                            + displayPath(log)
                            + "', and its folder is read-only, so that it cannot be brought in. Make "
                              "the folder writable, or copy it to where it can be written.",
                        file);
        throwDatabaseError(exception, "open", file,
                           connection ? sqlite3_system_errno(connection->database.getHandle()) : 0);
    }
}

void throwDatabaseError(const SQLite::Exception &exception, std::string_view doing, const std::filesystem::path &file,
                        int systemError)
{
    const std::string start = "Cannot " + std::string(doing) + " the library '" + displayPath(file) + "': ";
    int code = exception.getErrorCode() & 0xff;
    // SQLite calls a full disk so where it writes pages, but not where it makes the files beside the database.
    if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && isFull(file.parent_path(), systemError))
        code = SQLITE_FULL;
    switch (code) {
    case SQLITE_INTERRUPT: throw Cancelled{};  // the progress handler of confine() alone interrupts
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

std::filesystem::path fileOf(const SQLite::Database &database)
{
    const char *name = sqlite3_db_filename(database.getHandle(), "main");
    return name ? name : "";
}

bool isReadOnly(const SQLite::Database &database)
{
    return sqlite3_db_readonly(database.getHandle(), "main") != 0;
}

int systemErrorOf(const SQLite::Database &database)
{
    return sqlite3_system_errno(database.getHandle());
}

void noteUse(SQLite::Database &database, const char *kind, const std::string &name)
{
    if (isReadOnly(database))
        return;
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
    const std::filesystem::path folder = fileOf(database).parent_path();
    throw Error(ErrorKind::Library,
                "There is no run " + std::to_string(run) + " in the library '" + displayPath(folder) + "'.", folder);
}

}  // namespace sql

}  // namespace dank
