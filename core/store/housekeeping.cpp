#include "core/store/housekeeping.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/store/sql.h"

namespace dank {
namespace {

namespace fs = std::filesystem;

StoredItem filesIn(const fs::path &folder, const std::string &kind)
{
    StoredItem item{.kind = kind};
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        std::error_code ignored;
        if (at->is_symlink(ignored) || !at->is_regular_file(ignored) || at->file_size(ignored) == 0)
            continue;
        ++item.rows;
        item.bytes += at->file_size(ignored);
    }
    return item;
}

std::uint64_t pragma(const SQLite::Database &database, const char *name)
{
    return static_cast<std::uint64_t>(sql::first(database, sql::integer, std::string("PRAGMA ") + name).value_or(0));
}

/// Where SQLite puts its temporary files: https://www.sqlite.org/tempfiles.html#temporary_file_storage_locations
fs::path temporaryFolder()
{
    for (const char *variable : {"SQLITE_TMPDIR", "TMPDIR"})
        if (const char *folder = std::getenv(variable); folder && *folder)
            return folder;
    return "/var/tmp";
}

/// ISO 8601, UTC.
std::string dayBefore(int days)
{
    const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    const std::chrono::year_month_day day(today - std::chrono::days(days));
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(day.year()), unsigned(day.month()), unsigned(day.day()));
    return text;
}

std::string runList(const std::vector<std::int64_t> &runs)
{
    std::string text = runs.size() == 1 ? "run " : "runs ";
    for (std::size_t i = 0; i < runs.size(); ++i)
        text += (i == 0 ? "" : i + 1 == runs.size() ? " and " : ", ") + std::to_string(runs[i]);
    return text;
}

}  // namespace

std::vector<StoredItem> Housekeeping::items() const
{
    const auto measured = [&](const std::string &kind, const std::string &query) {
        return sql::rows(
            *m_database,
            [&](SQLite::Statement &row) {
                StoredItem item{.kind = kind, .backbone = row.getColumn(0).getString()};
                item.rows = static_cast<std::uint64_t>(row.getColumn(1).getInt64());
                item.bytes = static_cast<std::uint64_t>(row.getColumn(2).getInt64());
                item.lastUsed = row.getColumn(3).getString();
                return item;
            },
            query);
    };
    const auto usedLast = [](const std::string &kind, const std::string &name) {
        return "coalesce((SELECT day FROM last_used WHERE kind = '" + kind + "' AND name = " + name + "), '')";
    };
    std::vector<StoredItem> all =
        measured("features", "SELECT name, count(*), sum(length(image_hash) + length(vector)), "
                                 + usedLast("features", "backbones.name")
                                 + " FROM features JOIN backbones ON backbones.id = backbone GROUP BY backbone");
    for (StoredItem &item : all) {
        item.models = sql::rows(*m_database, sql::integer,
                                "SELECT run FROM runs WHERE backbone = ? AND model <> '' ORDER BY run", item.backbone);
        item.unfinished = sql::rows(
            *m_database, sql::integer,
            "SELECT run FROM runs WHERE backbone = ? AND state NOT IN ('done', 'failed') ORDER BY run", item.backbone);
    }
    // What the user allowed is no memory that could be made again.
    for (const auto &[kind, query] :
         {std::pair("thumbnails", "SELECT '', count(*), sum(length(image_hash) + length(encoded)), "
                                      + usedLast("thumbnails", "''") + " FROM thumbnails"),
          std::pair("texts", "SELECT '', count(*), sum(length(image_hash) + length(text) + length(words)), "
                                 + usedLast("texts", "''") + " FROM texts"),
          std::pair("facts", "SELECT '', count(*), sum(length(key) + length(value)), " + usedLast("facts", "''")
                                 + " FROM facts WHERE key NOT LIKE 'program/%'")})
        for (StoredItem &item : measured(kind, query))
            all.push_back(std::move(item));
    for (StoredItem &item : all)
        item.canBeFreed = true;
    std::erase_if(all, [](const StoredItem &item) { return item.rows == 0; });
    std::stable_sort(all.begin(), all.end(),
                     [](const StoredItem &a, const StoredItem &b) { return a.lastUsed < b.lastUsed; });

    for (StoredItem &item : measured("runs", "SELECT '', count(*), sum(length(config) + length(request) +"
                                             " length(train_ids) + length(validation_ids) + length(test_ids)) +"
                                             " (SELECT coalesce(sum(length(evaluation) +"
                                             " length(coalesce(cross_validation, ''))), 0) FROM evaluations) +"
                                             " 32 * (SELECT count(run) FROM epochs), max(substr(created, 1, 10))"
                                             " FROM runs"))
        all.push_back(std::move(item));
    all.push_back(filesIn(m_folder / "models", "models"));
    all.push_back(filesIn(m_folder / "runs", "checkpoints"));
    all.push_back(filesIn(m_folder / "weights", "weights"));
    all.push_back({.kind = "unused",
                   .rows = pragma(*m_database, "freelist_count"),
                   .bytes = pragma(*m_database, "freelist_count") * pragma(*m_database, "page_size")});
    return all;
}

void Housekeeping::free(const StoredItem &item, const JobContext &job)
{
    constexpr int kStep = 2'000;  // rows a transaction: others wait a moment, and a stop is heard
    std::string key = "row", which = "?1 = ''";
    if (item.kind == "features")
        which = "backbone = (SELECT id FROM backbones WHERE name = ?1)";
    else if (item.kind == "facts")
        key = "key", which += " AND key NOT LIKE 'program/%'";
    else if (item.kind != "thumbnails" && item.kind != "texts")
        throw Error(ErrorKind::Library,
                    "Nothing of the kind '" + item.kind + "' is freed: it cannot be computed again.", m_folder);
    const std::string erase = "DELETE FROM " + item.kind + " WHERE " + key + " IN (SELECT " + key + " FROM " + item.kind
                              + " WHERE " + which + " LIMIT " + std::to_string(kStep) + ")";
    for (std::size_t gone = 0;;) {
        job.cancel.check();
        const int step = sql::change(*m_database, erase, item.backbone);
        gone += static_cast<std::size_t>(step);
        job.report("prune", gone, std::max<std::size_t>(item.rows, gone));
        if (step < kStep)
            break;
    }
    sql::change(*m_database, "DELETE FROM last_used WHERE kind = ? AND name = ?", item.kind, item.backbone);
    if (item.kind == "features")
        sql::change(*m_database,
                    "DELETE FROM backbones WHERE name = ? AND id NOT IN (SELECT DISTINCT backbone FROM features)",
                    item.backbone);
}

void Housekeeping::vacuum(const JobContext &job)
{
    job.cancel.check();
    job.report("vacuum", 0, 0);
    // SQLite writes what is left anew beside its temporary files, and copies it through the write-ahead log.
    const std::uint64_t needed =
        (pragma(*m_database, "page_count") - pragma(*m_database, "freelist_count")) * pragma(*m_database, "page_size");
    for (const fs::path &folder : {m_folder, temporaryFolder()}) {
        std::error_code unknown;
        const fs::space_info space = fs::space(folder, unknown);
        if (!unknown && space.available / 2 < needed)
            throw Error(ErrorKind::Disk,
                        "The library's database cannot be written anew: that needs "
                            + std::to_string(2 * needed / 1'000'000 + 1) + " MB in '" + displayPath(folder)
                            + "', and there are " + std::to_string(space.available / 1'000'000)
                            + ". Free some space there, or leave the room in the file: it is used again.",
                        folder);
    }
    // A connection of its own, which looks for this job's stop after each some hundred vectors.
    const auto database = openLibraryDatabase(sql::fileOf(*m_database), Access::Write, job.cancel, 1'000);
    sql::guarded(*database, "compact", [&] {
        database->exec("VACUUM");
        database->exec("PRAGMA wal_checkpoint(TRUNCATE)");
    });
}

std::vector<StoredItem> chooseItems(const std::vector<StoredItem> &items, const PruneRequest &request)
{
    const std::string since = dayBefore(request.unusedForDays);
    const auto among = [](const std::vector<std::string> &wanted, const auto &is) {
        return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), is);
    };
    std::vector<StoredItem> chosen;
    std::uint64_t left = bytesOf(items);
    for (const StoredItem &item : items) {
        if (!item.canBeFreed || !among(request.kinds, [&](const std::string &kind) { return kind == item.kind; })
            || !among(request.backbones, [&](const std::string &name) {
                   return item.backbone == name || item.backbone.starts_with(name + '/');
               }))
            continue;
        if (request.unusedForDays > 0 && item.lastUsed > since)
            continue;
        if (request.mostBytes > 0 && left <= request.mostBytes)
            break;
        left -= item.bytes;
        chosen.push_back(item);
    }
    return chosen;
}

std::uint64_t bytesOf(const std::vector<StoredItem> &items)
{
    std::uint64_t bytes = 0;
    for (const StoredItem &item : items)
        bytes += item.bytes;
    return bytes;
}

std::string lossOf(const StoredItem &item)
{
    std::string text;
    if (!item.models.empty())
        text += "Without these features the " + std::string(item.models.size() == 1 ? "model" : "models") + " of "
                + runList(item.models) + " find" + (item.models.size() == 1 ? "s" : "") + " no similar memes.";
    if (!item.unfinished.empty())
        text += std::string(text.empty() ? "" : " ") + "Unfinished " + runList(item.unfinished) + " compute"
                + (item.unfinished.size() == 1 ? "s" : "") + " them again before going on.";
    return text;
}

}  // namespace dank
