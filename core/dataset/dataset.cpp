#include "core/dataset/dataset.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/dataset/image_probe.h"
#include "core/dataset/tinydb.h"

namespace fs = std::filesystem;

namespace dank {

namespace {

constexpr std::uint64_t kMaxDbBytes = 2ull << 30;
constexpr std::size_t kMaxIdBytes = 250;  // with an extension it is still a file name

std::string lowered(std::string text)
{
    for (char &c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string percentDecoded(std::string_view text)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        const char *const from = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() && std::from_chars(from, from + 2, byte, 16).ptr == from + 2) {
            decoded.push_back(static_cast<char>(byte));
            i += 2;
        } else {
            decoded.push_back(text[i]);
        }
    }
    return decoded;
}

/// Could this text, used as a file name, name something elsewhere?
bool leavesFolder(std::string_view name)
{
    return name == "." || name == ".." || name.find('/') != std::string_view::npos
           || name.find('\0') != std::string_view::npos;
}

/// The file name in what "media" says, which may be empty; nothing where it names a place outside the dataset.
std::optional<std::string> mediaName(std::string_view media)
{
    const std::size_t scheme = media.find("://");
    if (scheme == std::string_view::npos) {
        // A path: only its last part is used, but one that climbs out is told rather than bent.
        const fs::path path(media.substr(0, media.find('\0')));
        if (path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end()
            || media.find('\0') != std::string_view::npos)
            return std::nullopt;
        return path.filename().native();
    }
    std::string_view rest = media.substr(scheme + 3);
    rest = rest.substr(0, rest.find_first_of("?#"));
    const std::size_t slash = rest.rfind('/');
    std::string name = slash == std::string_view::npos ? "" : percentDecoded(rest.substr(slash + 1));  // else a host
    return leavesFolder(name) ? std::nullopt : std::optional(std::move(name));
}

struct FolderEntry {
    std::string name;
    bool isLink = false;
};

/// Where a row's picture is, or why it has none.
struct Located {
    fs::path path;
    std::optional<SkipReason> problem;
    std::string detail;
};

/// Finds pictures by name: the memes folder is listed once, however many rows there are.
class Pictures {
public:
    Pictures(const fs::path &dbJson, const JobContext &job) : m_dbName(displayPath(dbJson.filename()))
    {
        std::error_code failed;
        m_folder = fs::canonical(dbJson.parent_path(), failed);
        if (failed)
            throw Error(ErrorKind::File,
                        "Cannot find the folder of '" + displayPath(dbJson) + "': " + failed.message() + ".", dbJson);
        const fs::path memes = m_folder / "memes";
        if (!fs::is_directory(memes, failed))
            return;
        m_memes = fs::canonical(memes, failed);
        m_memesInside = isInside(m_memes);
        fs::directory_iterator entries(m_memes, failed);
        if (failed)
            throw Error(ErrorKind::File,
                        "Cannot list the folder '" + displayPath(memes) + "': " + failed.message() + ".", memes);
        for (; entries != fs::directory_iterator(); entries.increment(failed)) {
            job.cancel.check();
            FolderEntry entry{entries->path().filename().native(), entries->is_symlink(failed)};
            std::error_code ignored;
            if (!entry.isLink && entries->is_directory(ignored))
                continue;
            m_byStem[entries->path().stem().native()].push_back(entry);
            m_byName.emplace(entry.name, entry.isLink);
        }
    }

    Located locate(const std::string &id, const std::string &media) const
    {
        if (leavesFolder(id))
            return {{}, SkipReason::ImageOutside, "its id would name a file outside the dataset's folder"};
        const std::optional<std::string> inside = mediaName(media);
        const std::string name = inside.value_or("");
        const auto byStem = m_byStem.find(id);
        if (byStem != m_byStem.end())
            return inMemes(best(byStem->second, name));
        if (const auto byName = m_byName.find(id); byName != m_byName.end())  // an id with its extension
            return inMemes({byName->first, byName->second});
        if (const auto byName = m_byName.find(name); byName != m_byName.end())
            return inMemes({byName->first, byName->second});
        if (!name.empty()) {
            const fs::path beside = m_folder / name;
            std::error_code failed;
            const fs::file_status status = fs::symlink_status(beside, failed);
            if (!failed && fs::exists(status) && !fs::is_directory(status))
                return checked(beside, fs::is_symlink(status));
        }
        if (!inside)
            return {{},
                    SkipReason::ImageOutside,
                    "there is no memes/" + id + ".* and its media '" + sanitizeUtf8(media.substr(0, 200))
                        + "' lies outside the dataset's folder"};
        std::string detail = "no memes/" + id + ".*";
        if (!name.empty())
            detail += " and no " + sanitizeUtf8(name) + " beside " + m_dbName;
        return {{}, SkipReason::ImageMissing, detail};
    }

    /// The path as a person would name it: relative to the dataset's folder.
    std::string shown(const fs::path &path) const { return displayPath(path.lexically_relative(m_folder)); }

private:
    bool isInside(const fs::path &canonical) const
    {
        return std::mismatch(m_folder.begin(), m_folder.end(), canonical.begin(), canonical.end()).first
               == m_folder.end();
    }

    /// Of several files with the id as their stem: media's extension, then the usual ones, then the alphabet.
    static const FolderEntry &best(const std::vector<FolderEntry> &candidates, const std::string &mediaFile)
    {
        static constexpr std::array<std::string_view, 6> kUsual{".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"};
        const std::string wanted = lowered(fs::path(mediaFile).extension().native());
        const auto rank = [&](const FolderEntry &entry) {
            const std::string extension = lowered(fs::path(entry.name).extension().native());
            if (!wanted.empty() && extension == wanted)
                return std::ptrdiff_t{-1};
            return std::find(kUsual.begin(), kUsual.end(), extension) - kUsual.begin();
        };
        return *std::min_element(candidates.begin(), candidates.end(), [&](const auto &a, const auto &b) {
            return std::pair(rank(a), std::string_view(a.name)) < std::pair(rank(b), std::string_view(b.name));
        });
    }

    Located inMemes(const FolderEntry &entry) const
    {
        if (!m_memesInside)
            return {{}, SkipReason::ImageOutside, "the folder memes is a link that leads outside the dataset's folder"};
        return checked(m_memes / entry.name, entry.isLink);
    }

    Located checked(const fs::path &path, bool isLink) const
    {
        if (!isLink)  // its folder is canonical already
            return {path, {}, {}};
        std::error_code failed;
        const fs::path target = fs::canonical(path, failed);
        if (failed)
            return {{}, SkipReason::ImageMissing, shown(path) + " is a link to a file that is not there"};
        if (!isInside(target))
            return {{}, SkipReason::ImageOutside, shown(path) + " is a link that leads outside the dataset's folder"};
        return {target, {}, {}};
    }

    std::string m_dbName;
    fs::path m_folder;  ///< canonical
    fs::path m_memes;   ///< canonical
    bool m_memesInside = false;
    std::unordered_map<std::string, std::vector<FolderEntry>> m_byStem;
    std::unordered_map<std::string, bool> m_byName;  ///< is it a link?
};

bool hasControlCharacter(std::string_view text)
{
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != 0) || byte == 0x7f;
    });
}

/// A row's key as a number; 0 where it is none.
std::uint64_t rowNumber(std::string_view key)
{
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(key.data(), key.data() + key.size(), number);
    return failed == std::errc() && end == key.data() + key.size() ? number : 0;
}

/// Fit for a list and a JSON document: no control characters, not endless.
std::string shownId(const std::string &id)
{
    std::string shown = sanitizeUtf8(std::string_view(id).substr(0, kMaxIdBytes));
    for (char &c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    return shown;
}

}  // namespace

Dataset Dataset::load(const fs::path &dbJson, const JobContext &job)
{
    std::error_code failed;
    if (fs::is_directory(dbJson, failed))
        throw Error(ErrorKind::File, "'" + displayPath(dbJson) + "' is a folder. Open the db.json in it instead.",
                    dbJson);
    job.report("load", 0, 0);
    std::string text = readTextFile(dbJson, kMaxDbBytes);
    Dataset dataset;
    dataset.m_path = fs::absolute(dbJson, failed).lexically_normal();
    dataset.m_hash = hashText(text);
    TinyTable table = parseTinyDb(std::move(text), dbJson, job);
    std::vector<TinyRow> &rows = table.rows;
    if (rows.empty())
        throw Error(ErrorKind::Dataset, "'" + displayPath(dbJson) + "' holds no memes: its table is empty.", dbJson);

    const Pictures pictures(dataset.m_path, job);
    std::unordered_set<std::string> seen;
    seen.reserve(rows.size());
    const auto take = [&](std::size_t i) {
        TinyRow &row = rows[i];
        const std::uint64_t number = rowNumber(row.key);
        const MemeId id = row.id.empty() ? std::move(row.key) : std::move(row.id);
        const auto skip = [&](SkipReason reason, std::string detail) {
            dataset.m_skipped.push_back({shownId(id), reason, std::move(detail)});
        };
        if (row.problem.empty() && hasControlCharacter(id))
            row.problem = "its id has a control character in it";
        if (row.problem.empty() && id.size() > kMaxIdBytes)
            row.problem = "its id is " + std::to_string(id.size()) + " bytes long";
        if (!row.problem.empty())
            return skip(SkipReason::RowMalformed, "row " + std::to_string(i + 1) + ": " + row.problem);
        if (!seen.insert(id).second)
            return skip(SkipReason::DuplicateId,
                        "row " + std::to_string(i + 1) + ": an earlier row has this id, and the first one counts");
        if (!row.hasUpvotes)
            return skip(SkipReason::UpvotesMissing, "row " + std::to_string(i + 1) + " has no \"ups\"");
        if (!row.upvotes)
            return skip(SkipReason::UpvotesInvalid, "row " + std::to_string(i + 1) + ": \"ups\" is " + row.upvotesText
                                                        + ", not a whole number from 0 to 2147483647");
        const Located located = pictures.locate(id, row.media);
        if (located.problem)
            return skip(*located.problem, located.detail);
        const ImageProbe probe = probeImageFile(located.path);
        if (probe.problem)
            return skip(*probe.problem, pictures.shown(located.path) + ": " + probe.detail);
        if (row.author == "None" || row.author == "[deleted]")
            row.author.clear();
        dataset.m_records.push_back({id, located.path, *row.upvotes, std::move(row.title), std::move(row.author),
                                     std::move(row.media), row.created, probe.width, probe.height, number,
                                     RowColumns(table.columns, i)});
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        job.cancel.check();
        if (i % 64 == 0)
            job.report("load", i, rows.size());
        take(i);
    }
    job.report("load", rows.size(), rows.size());
    dataset.indexById();
    return dataset;
}

Dataset Dataset::fromRecords(fs::path path, std::vector<MemeRecord> records, std::vector<Skipped> skipped)
{
    Dataset dataset;
    std::error_code failed;
    const fs::path absolute = fs::absolute(path, failed);
    dataset.m_path = failed ? std::move(path) : absolute.lexically_normal();
    dataset.m_records = std::move(records);
    dataset.m_skipped = std::move(skipped);
    std::string content;
    for (const MemeRecord &record : dataset.m_records)
        content += record.id + '\n' + std::to_string(record.upvotes) + '\n';
    dataset.m_hash = hashText(content);
    dataset.indexById();
    return dataset;
}

std::string Dataset::name() const
{
    const fs::path folder = m_path.parent_path().filename();
    return displayPath(folder.empty() ? m_path.stem() : folder);
}

const MemeRecord *Dataset::find(const MemeId &id) const
{
    const auto found = std::lower_bound(m_byId.begin(), m_byId.end(), id, [&](std::size_t index, const MemeId &wanted) {
        return m_records[index].id < wanted;
    });
    return found != m_byId.end() && m_records[*found].id == id ? &m_records[*found] : nullptr;
}

Dataset Dataset::without(const std::set<MemeId> &ids) const
{
    Dataset rest;
    rest.m_path = m_path;
    rest.m_hash = m_hash;
    rest.m_skipped = m_skipped;
    for (const MemeRecord &record : m_records) {
        if (ids.contains(record.id))
            rest.m_skipped.push_back({record.id, SkipReason::Excluded, "set aside by you"});
        else
            rest.m_records.push_back(record);
    }
    rest.indexById();
    return rest;
}

void Dataset::indexById()
{
    m_byId.resize(m_records.size());
    std::iota(m_byId.begin(), m_byId.end(), std::size_t{0});
    std::stable_sort(m_byId.begin(), m_byId.end(),
                     [&](std::size_t a, std::size_t b) { return m_records[a].id < m_records[b].id; });
}

}  // namespace dank
