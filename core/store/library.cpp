#include "core/store/library.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"
#include "core/store/sql.h"

namespace dank {

namespace {

/// Opening is one at a time: a database that someone is just creating looks damaged or foreign for a moment. The lock
/// is on the folder itself, so it leaves no file behind and works in a folder that cannot be written.
FileDescriptor lockFolder(const std::filesystem::path &folder, const CancelToken &stop)
{
    FileDescriptor lock(folder, O_RDONLY | O_DIRECTORY);
    // Asked for again and again instead of waited for: a stop must be heard.
    while (lock && uninterrupted([&] { return ::flock(lock.get(), LOCK_EX | LOCK_NB); }) != 0 && errno == EWOULDBLOCK) {
        stop.check();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return lock;
}

std::shared_ptr<SQLite::Database> openIn(const std::filesystem::path &folder, Access access, const CancelToken &stop)
{
    createFolder(folder);
    const FileDescriptor lock = lockFolder(folder, stop);
    auto database = openLibraryDatabase(folder / "library.sqlite", access, stop);
    if (!sql::isReadOnly(*database))
        for (const char *name : {"models", "runs"})
            createFolder(folder / name);
    return database;
}

}  // namespace

Library::Library(std::filesystem::path folder, std::shared_ptr<SQLite::Database> database)
    : m_folder(std::move(folder)), m_database(std::move(database)), m_features(*m_database), m_facts(*m_database),
      m_thumbnails(*m_database), m_texts(*m_database), m_runs(*m_database, m_folder), m_evaluations(*m_database),
      m_choices(*m_database), m_housekeeping(*m_database, m_folder)
{
}
Library::Library(Library &&) noexcept = default;
Library &Library::operator=(Library &&) noexcept = default;
Library::~Library() = default;

Library Library::open(const std::filesystem::path &folder, const CancelToken &stop)
{
    const std::filesystem::path whole = std::filesystem::absolute(folder).lexically_normal();
    return Library(whole, openIn(whole, Access::Write, stop));
}

Library Library::openToRead(const std::filesystem::path &folder, const CancelToken &stop)
{
    const std::filesystem::path whole = std::filesystem::absolute(folder).lexically_normal();
    return Library(whole, openIn(whole, Access::Read, stop));
}

bool Library::isReadOnly() const
{
    return sql::isReadOnly(*m_database);
}

std::filesystem::path Library::defaultFolder()
{
    // A relative XDG_DATA_HOME is to be ignored (XDG Base Directory Specification).
    // NOLINTBEGIN(concurrency-mt-unsafe): called before there are threads.
    if (const char *data = std::getenv("XDG_DATA_HOME"); data && data[0] == '/')
        return std::filesystem::path(data) / "dank-learning";
    const char *home = std::getenv("HOME");
    if (!home || home[0] != '/') {
        const passwd *user = ::getpwuid(::getuid());
        home = user ? user->pw_dir : nullptr;
    }
    // NOLINTEND(concurrency-mt-unsafe)
    if (!home || home[0] != '/')
        throw Error(ErrorKind::Disk, "There is no home folder to keep the library in. Name one with --library.");
    return std::filesystem::path(home) / ".local" / "share" / "dank-learning";
}

std::filesystem::path Library::modelPath(std::int64_t run) const
{
    return m_folder / "models" / ("run-" + std::to_string(run) + ".dankmodel");
}

std::filesystem::path Library::runFolder(std::int64_t run) const
{
    return m_folder / "runs" / std::to_string(run);
}

}  // namespace dank
