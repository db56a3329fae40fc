#include "core/store/library.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"
#include "core/store/sql.h"

namespace dank {

Library::Library(std::filesystem::path folder, std::unique_ptr<SQLite::Database> database)
    : m_folder(std::move(folder)), m_database(std::move(database)), m_features(*m_database), m_facts(*m_database),
      m_thumbnails(*m_database), m_texts(*m_database), m_runs(*m_database, m_folder), m_evaluations(*m_database),
      m_choices(*m_database), m_housekeeping(*m_database, m_folder)
{
}
Library::Library(Library &&) noexcept = default;
Library &Library::operator=(Library &&) noexcept = default;
Library::~Library() = default;

Library Library::open(const std::filesystem::path &folder)
{
    createFolder(folder);
    const std::filesystem::path whole = std::filesystem::absolute(folder).lexically_normal();
    // Opening is one at a time: a database that someone is just creating looks damaged or foreign for a moment. The
    // lock is on the folder itself, so it leaves no file behind and works in a folder that cannot be written.
    const FileDescriptor lock(whole, O_RDONLY | O_DIRECTORY);
    while (lock && ::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
    auto database = openLibraryDatabase(whole / "library.sqlite");
    createFolder(whole / "models");
    createFolder(whole / "runs");
    return Library(whole, std::move(database));
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
