#include "core/store/merge/merge_source.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

#include "core/backbone/backbone_id.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_system.h"
#include "core/store/merge/merge_libraries.h"

namespace dank {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostName = 300;  // bytes of a backbone's id

/// Networks' ids, by their network; not the looks, which are kept like features.
using Ids = std::map<std::string, std::set<std::string>>;

void note(Ids &ids, const std::string &name)
{
    if (const auto id = BackboneId::tryParse(name))
        ids[id->network].insert(name);
}

std::string list(const std::set<std::string> &names)
{
    std::string text;
    for (const std::string &name : names)
        text += (text.empty() ? "" : ", ") + printable(name);
    return text;
}

}  // namespace

void MergeSource::refuse(const std::string &why) const
{
    throw Error(ErrorKind::Library,
                "The library '" + displayPath(folder) + "' " + why
                    + ". It is damaged, or nothing that Dank Learning made. What was joined before stays.",
                folder);
}

MergeSource openMergeSource(const fs::path &given, const fs::path &into, const CancelToken &stop)
{
    const fs::path named = given.filename() == "library.sqlite" ? given.parent_path() : given;
    const fs::path folder = fs::absolute(named).lexically_normal(), file = folder / "library.sqlite";
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        throw Error(ErrorKind::Library,
                    '\'' + displayPath(folder) + "' holds no library: there is no library.sqlite in it.", folder);
    if (fs::equivalent(file, into / "library.sqlite", ignored))
        throw Error(ErrorKind::Library,
                    "The library '" + displayPath(folder) + "' cannot be joined into itself. Leave it out.", folder);
    if (fs::file_size(file, ignored) == 0)
        throw Error(ErrorKind::Library,
                    "The library '" + displayPath(folder)
                        + "' is empty: nothing was written to it yet. Leave it out, or "
                          "extract into it first.",
                    folder);
    MergeSource source{folder, openLibraryDatabase(file, Access::Read, stop), {}};
    for (auto &[id, name] : sql::rows(
             *source.database,
             [](SQLite::Statement &row) {
                 return std::pair(row.getColumn(0).getInt64(), row.getColumn(1).getString());
             },
             "SELECT id, name FROM backbones WHERE EXISTS (SELECT 1 FROM features WHERE backbone = id) ORDER BY id"))
        source.backbones.emplace(id, std::move(name));
    for (const auto &[id, name] : source.backbones)
        if (name.size() > kMostName || printable(name) != name)
            source.refuse("names a backbone as no version does");
    return source;
}

void refuseForeignBackbones(std::span<const MergeSource> sources, const fs::path &into, const CancelToken &stop)
{
    Ids known;
    std::error_code ignored;
    if (fs::exists(into, ignored)) {
        const auto target = openLibraryDatabase(into, Access::Read, stop);
        for (const std::string &name : sql::rows(*target, sql::text, "SELECT name FROM backbones"))
            note(known, name);
    }
    for (const MergeSource &source : sources) {
        Ids here;
        for (const auto &[row, name] : source.backbones)
            note(here, name);
        for (const auto &[network, ids] : here) {
            const auto found = known.find(network);
            if (found == known.end()) {
                known[network] = ids;
                continue;
            }
            std::set<std::string> foreign;
            std::set_difference(ids.begin(), ids.end(), found->second.begin(), found->second.end(),
                                std::inserter(foreign, foreign.end()));
            if (!foreign.empty())
                throw Error(ErrorKind::Mismatch,
                            "The library '" + displayPath(source.folder) + "' holds features of " + list(foreign)
                                + ", but those to join it with are of " + list(found->second)
                                + ": other weights, another precision or another way of resizing, which no model takes "
                                  "for the same. Nothing was joined. Extract that part again by the same --weights, "
                                  "--precision and --resize, leave the library out, or say --all-backbones to keep "
                                  "both side by side.",
                            into);
        }
    }
}

void requireLocalLibrary(const fs::path &folder)
{
    const std::string kind = fileSystemOf(folder);
    if (isNetworkFileSystem(kind))
        throw Error(
            ErrorKind::Disk,
            "The library '" + displayPath(folder) + "' would lie on a network file system (" + kind
                + "), where a database's locks do not hold between machines and two writers damage it. Keep it on "
                  "a disk of this machine, as --library /tmp/part, and copy the folder once the command has "
                  "ended; `dank merge` reads copies from anywhere.",
            folder);
}

}  // namespace dank
