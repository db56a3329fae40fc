#include "core/store/library.h"

#include <fcntl.h>
#include <pwd.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <future>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/store/guarded.h"

namespace dank {
namespace {

constexpr int kMaxRecents = 20;

using Behavior = SQLite::TransactionBehavior;

/// Opening is one at a time: a database that someone is just creating looks damaged or foreign for a moment. The lock
/// is on the folder itself, so it leaves no file behind and works in a folder that cannot be written.
class OpeningLock {
public:
    explicit OpeningLock(const std::filesystem::path &folder)
        : m_descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    {
        while (m_descriptor >= 0 && ::flock(m_descriptor, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    OpeningLock(const OpeningLock &) = delete;
    OpeningLock &operator=(const OpeningLock &) = delete;
    ~OpeningLock()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }

private:
    const int m_descriptor;
};

}  // namespace

Library::Library(std::filesystem::path folder, std::unique_ptr<SQLite::Database> database)
    : m_folder(std::move(folder)), m_database(std::move(database))
{
}
Library::Library(Library &&) noexcept = default;
Library &Library::operator=(Library &&) noexcept = default;
Library::~Library() = default;

Library Library::open(const std::filesystem::path &folder)
{
    createFolder(folder);
    const std::filesystem::path whole = std::filesystem::absolute(folder).lexically_normal();
    const OpeningLock alone(whole);
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

void Library::putFeatures(const std::string &backbone, std::span<const FeatureEntry> entries)
{
    if (entries.empty())
        return;
    guarded("store features in", *m_database, [&] {
        SQLite::Transaction transaction(*m_database, Behavior::IMMEDIATE);
        SQLite::Statement name(*m_database, "INSERT OR IGNORE INTO backbones(name) VALUES(?)");
        name.bind(1, backbone);
        name.exec();
        SQLite::Statement find(*m_database, "SELECT id FROM backbones WHERE name = ?");
        find.bind(1, backbone);
        find.executeStep();
        const std::int64_t id = find.getColumn(0).getInt64();

        SQLite::Statement put(*m_database, "INSERT INTO features(backbone, image_hash, vector) VALUES(?1, ?2, ?3)"
                                           " ON CONFLICT(backbone, image_hash) DO UPDATE SET vector = ?3");
        for (const FeatureEntry &entry : entries) {
            put.bind(1, id);
            put.bind(2, entry.imageHash);
            put.bindNoCopy(3, entry.values.data(), static_cast<int>(entry.values.size_bytes()));
            put.exec();
            put.reset();
        }
        transaction.commit();
    });
}

namespace {

/// The rows of the features table that hold those hashes, each with its place in `hashes`, in the order of the rows: as
/// they lie in the file. Hashes are looked up in their own order, as they lie in the index.
std::vector<std::pair<std::int64_t, std::size_t>> rowsOf(const SQLite::Database &database, std::int64_t backbone,
                                                         std::span<const std::string> hashes)
{
    std::vector<std::pair<std::string_view, std::size_t>> sorted;
    for (std::size_t i = 0; i < hashes.size(); ++i)
        if (!hashes[i].empty())
            sorted.emplace_back(hashes[i], i);
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::pair<std::int64_t, std::size_t>> rows;
    SQLite::Statement find(database, "SELECT row FROM features WHERE backbone = ? AND image_hash = ?");
    find.bind(1, backbone);
    for (const auto &[hash, at] : sorted) {
        find.bindNoCopy(2, hashes[at]);
        if (find.executeStep())
            rows.emplace_back(find.getColumn(0).getInt64(), at);
        find.reset();
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

/// Reads vectors from the table's rows to where they belong: a statement would put each together elsewhere first.
class VectorReader {
public:
    explicit VectorReader(const SQLite::Database &database) : m_handle(database.getHandle()) {}
    ~VectorReader() { sqlite3_blob_close(m_blob); }
    VectorReader(const VectorReader &) = delete;
    VectorReader &operator=(const VectorReader &) = delete;

    /// False where the row holds something of another length.
    bool read(std::int64_t row, std::span<float> out)
    {
        int code = m_blob ? sqlite3_blob_reopen(m_blob, row)
                          : sqlite3_blob_open(m_handle, "main", "features", "vector", row, 0, &m_blob);
        if (code == SQLITE_OK && std::size_t(sqlite3_blob_bytes(m_blob)) == out.size_bytes())
            code = sqlite3_blob_read(m_blob, out.data(), static_cast<int>(out.size_bytes()), 0);
        else if (code == SQLITE_OK)
            return false;
        if (code == SQLITE_OK)
            return true;
        sqlite3_blob_close(std::exchange(m_blob, nullptr));  // it is of no use after an error
        if (code != SQLITE_ERROR)  // which says that it is no blob, or that there is no such row
            throw SQLite::Exception(m_handle, code);
        return false;
    }

private:
    sqlite3 *m_handle;
    sqlite3_blob *m_blob = nullptr;
};

}  // namespace

bool Library::getFeatures(const std::string &backbone, const std::string &imageHash, std::span<float> out) const
{
    return guarded("read features from", *m_database, [&] {
        SQLite::Statement get(*m_database, "SELECT vector FROM features WHERE image_hash = ?2 AND"
                                           " backbone = (SELECT id FROM backbones WHERE name = ?1)");
        get.bind(1, backbone);
        get.bind(2, imageHash);
        if (!get.executeStep())
            return false;
        const SQLite::Column vector = get.getColumn(0);
        const void *const bytes = vector.getBlob();
        if (std::size_t(vector.getBytes()) != out.size_bytes())
            return false;
        if (!out.empty())
            std::memcpy(out.data(), bytes, out.size_bytes());
        return true;
    });
}

std::vector<bool> Library::getFeatures(const std::string &backbone, std::span<const std::string> imageHashes,
                                       std::span<float> out, int threads) const
{
    if (imageHashes.empty())
        return {};
    const std::size_t columns = out.size() / imageHashes.size();
    constexpr std::size_t kFewest = 2'000;  // that are worth another connection, which takes a millisecond to open
    if (threads > 1 && imageHashes.size() >= 2 * kFewest) {
        const std::size_t half = imageHashes.size() / 2;
        const auto lastHashes = imageHashes.subspan(half);
        const auto last = out.subspan(half * columns, lastHashes.size() * columns);
        const auto readLast = [&] { return open(m_folder).getFeatures(backbone, lastHashes, last, threads / 2); };
        std::future<std::vector<bool>> other;
        try {
            other = std::async(std::launch::async, readLast);
        } catch (const std::system_error &) {
            // There is no other thread to be had.
        }
        std::vector<bool> found =
            getFeatures(backbone, imageHashes.first(half), out.first(half * columns), threads - threads / 2);
        std::optional<std::vector<bool>> rest;
        try {
            if (other.valid())
                rest = other.get();
        } catch (const Error &) {
            // Nor another connection: this one does it all.
        }
        if (!rest)
            rest = getFeatures(backbone, lastHashes, last);
        found.insert(found.end(), rest->begin(), rest->end());
        return found;
    }
    std::vector<bool> found(imageHashes.size(), false);
    guarded("read features from", *m_database, [&] {
        // One transaction, or SQLite would lock and unlock the file for each row.
        SQLite::Transaction transaction(*m_database);
        SQLite::Statement name(*m_database, "SELECT id FROM backbones WHERE name = ?");
        name.bind(1, backbone);
        if (!name.executeStep())
            return;
        const std::int64_t id = name.getColumn(0).getInt64();
        VectorReader reader(*m_database);
        for (const auto &[row, at] : rowsOf(*m_database, id, imageHashes))
            found[at] = columns > 0 && reader.read(row, out.subspan(at * columns, columns));
    });
    return found;
}

std::set<std::string> Library::hashesWithFeatures(const std::string &backbone, std::size_t columns) const
{
    return guarded("read features from", *m_database, [&] {
        SQLite::Statement list(*m_database, "SELECT image_hash FROM features WHERE"
                                            " backbone = (SELECT id FROM backbones WHERE name = ?1)"
                                            " AND (?2 = 0 OR length(vector) = ?2) ORDER BY image_hash");
        list.bind(1, backbone);
        list.bind(2, static_cast<std::int64_t>(columns * sizeof(float)));
        std::set<std::string> hashes;
        while (list.executeStep())
            hashes.insert(hashes.end(), list.getColumn(0).getString());
        return hashes;
    });
}

std::vector<std::pair<std::string, std::size_t>> Library::featureCounts() const
{
    return guarded("read features from", *m_database, [&] {
        SQLite::Statement list(*m_database, "SELECT name, (SELECT count(*) FROM features WHERE backbone = id)"
                                            " FROM backbones ORDER BY name");
        std::vector<std::pair<std::string, std::size_t>> counts;
        while (list.executeStep())
            counts.emplace_back(list.getColumn(0).getString(), std::size_t(list.getColumn(1).getInt64()));
        return counts;
    });
}

std::optional<std::string> Library::fact(const std::string &key) const
{
    return guarded("read from", *m_database, [&]() -> std::optional<std::string> {
        SQLite::Statement get(*m_database, "SELECT value FROM facts WHERE key = ?");
        get.bind(1, key);
        if (!get.executeStep())
            return std::nullopt;
        return get.getColumn(0).getString();
    });
}

void Library::setFact(const std::string &key, const std::string &value)
{
    guarded("write to", *m_database, [&] {
        SQLite::Statement put(*m_database, "INSERT OR REPLACE INTO facts(key, value) VALUES(?, ?)");
        put.bind(1, key);
        put.bind(2, value);
        put.exec();
    });
}

std::map<std::string, std::string> Library::factsUnder(const std::string &prefix) const
{
    return guarded("read from", *m_database, [&] {
        SQLite::Statement list(*m_database, "SELECT key, value FROM facts WHERE key >= ?1 AND key < ?2 ORDER BY key");
        std::string past = prefix;
        ++past.back();
        list.bind(1, prefix);
        list.bind(2, past);
        std::map<std::string, std::string> facts;
        while (list.executeStep())
            facts.emplace_hint(facts.end(), list.getColumn(0).getString(), list.getColumn(1).getString());
        return facts;
    });
}

void Library::setFacts(const std::map<std::string, std::string> &facts)
{
    if (facts.empty())
        return;
    guarded("write to", *m_database, [&] {
        SQLite::Transaction transaction(*m_database, Behavior::IMMEDIATE);
        SQLite::Statement put(*m_database, "INSERT OR REPLACE INTO facts(key, value) VALUES(?, ?)");
        for (const auto &[key, value] : facts) {
            put.bind(1, key);
            put.bind(2, value);
            put.exec();
            put.reset();
        }
        transaction.commit();
    });
}

std::set<MemeId> Library::exclusions(const std::string &dataset) const
{
    return guarded("read from", *m_database, [&] {
        SQLite::Statement list(*m_database, "SELECT meme FROM exclusions WHERE dataset = ?");
        list.bind(1, dataset);
        std::set<MemeId> ids;
        while (list.executeStep())
            ids.insert(list.getColumn(0).getString());
        return ids;
    });
}

void Library::setExclusions(const std::string &dataset, const std::set<MemeId> &ids)
{
    guarded("write to", *m_database, [&] {
        SQLite::Transaction transaction(*m_database, Behavior::IMMEDIATE);
        SQLite::Statement clear(*m_database, "DELETE FROM exclusions WHERE dataset = ?");
        clear.bind(1, dataset);
        clear.exec();
        SQLite::Statement put(*m_database, "INSERT INTO exclusions(dataset, meme) VALUES(?, ?)");
        for (const MemeId &id : ids) {
            put.bind(1, dataset);
            put.bind(2, id);
            put.exec();
            put.reset();
        }
        transaction.commit();
    });
}

void Library::addRecent(const std::string &kind, const std::string &path)
{
    guarded("write to", *m_database, [&] {
        SQLite::Transaction transaction(*m_database, Behavior::IMMEDIATE);
        // A counter rather than the clock, which may stand still or go back.
        SQLite::Statement put(*m_database, "INSERT OR REPLACE INTO recents(kind, path, used)"
                                           " VALUES(?, ?, (SELECT coalesce(max(used), 0) + 1 FROM recents))");
        put.bind(1, kind);
        put.bind(2, path);
        put.exec();
        SQLite::Statement trim(*m_database, "DELETE FROM recents WHERE kind = ?1 AND path NOT IN"
                                            " (SELECT path FROM recents WHERE kind = ?1 ORDER BY used DESC LIMIT ?2)");
        trim.bind(1, kind);
        trim.bind(2, kMaxRecents);
        trim.exec();
        transaction.commit();
    });
}

std::vector<std::string> Library::recents(const std::string &kind) const
{
    return guarded("read from", *m_database, [&] {
        SQLite::Statement list(*m_database, "SELECT path FROM recents WHERE kind = ? ORDER BY used DESC");
        list.bind(1, kind);
        std::vector<std::string> paths;
        while (list.executeStep())
            paths.push_back(list.getColumn(0).getString());
        return paths;
    });
}

}  // namespace dank
