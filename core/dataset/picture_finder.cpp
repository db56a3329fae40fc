#include "core/dataset/picture_finder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <utf8proc.h>

#include "core/base/error.h"
#include "core/base/file.h"

namespace fs = std::filesystem;

namespace dank {

namespace {

std::string lowered(std::string text)
{
    for (char &c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

/// By which names are compared where their bytes differ: composed letters, no case. Empty for what is not UTF-8.
std::string letters(const std::string &name)
{
    utf8proc_uint8_t *mapped = nullptr;
    const auto size = utf8proc_map(
        reinterpret_cast<const utf8proc_uint8_t *>(name.data()), static_cast<utf8proc_ssize_t>(name.size()), &mapped,
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(mapped, std::free);
    return size < 0 ? std::string() : std::string(reinterpret_cast<char *>(mapped), static_cast<std::size_t>(size));
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

/// The file name in a picture's path or address, which may be empty; nothing where it names a place outside the
/// dataset.
std::optional<std::string> imageName(std::string_view media)
{
    const std::size_t scheme = media.starts_with("//") ? 0 : media.find("://");
    if (scheme == std::string_view::npos) {
        // A path: only its last part is used, but one that climbs out is told rather than bent.
        const fs::path path(media.substr(0, media.find('\0')));
        if (path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end()
            || media.find('\0') != std::string_view::npos)
            return std::nullopt;
        return path.filename().native();
    }
    std::string_view rest = media.substr(scheme + (scheme == 0 ? 2 : 3));
    rest = rest.substr(0, rest.find_first_of("?#"));
    const std::size_t slash = rest.rfind('/');
    std::string name = slash == std::string_view::npos ? "" : percentDecoded(rest.substr(slash + 1));  // else a host
    return leavesFolder(name) ? std::nullopt : std::optional(std::move(name));
}

}  // namespace

std::string idProblem(const MemeId &id)
{
    const auto isControl = [](unsigned char byte) { return (byte < 0x20 && byte != 0) || byte == 0x7f; };
    if (std::ranges::any_of(id, isControl))
        return "its id has a control character in it";
    return id.size() > kMaxIdBytes ? "its id is " + std::to_string(id.size()) + " bytes long" : std::string();
}

PictureFinder::PictureFinder(const fs::path &file, const fs::path &images, const JobContext &job)
    : m_fileName(displayPath(file.filename()))
{
    const fs::path wanted = images.empty() ? file.parent_path() : images;
    std::error_code failed;
    m_folder = fs::canonical(wanted, failed);
    if (failed)
        throw Error(ErrorKind::File,
                    images.empty()
                        ? "Cannot find the folder of '" + displayPath(file) + "': " + failed.message() + "."
                        : "Cannot find the folder of pictures '" + displayPath(images) + "': " + failed.message() + ".",
                    wanted);
    fs::path folder = m_folder;
    if (images.empty()) {
        for (const char *const usual : {"images", "memes"})
            if (fs::is_directory(m_folder / usual, failed))
                m_picturesName = usual;
        folder = m_folder / m_picturesName;
    } else {
        m_picturesName = displayPath(images);
    }
    if (!fs::is_directory(statusOf(folder))) {
        if (!images.empty())
            throw Error(ErrorKind::File, "'" + displayPath(images) + "' is no folder of pictures.", images);
        return;
    }
    m_pictures = fs::canonical(folder, failed);
    m_picturesInside = isInside(m_pictures);
    fs::directory_iterator entries(m_pictures, failed);
    if (failed)
        throw Error(ErrorKind::File, "Cannot list the folder '" + displayPath(folder) + "': " + failed.message() + ".",
                    folder);
    for (; entries != fs::directory_iterator(); entries.increment(failed)) {
        job.cancel.check();
        Entry entry{entries->path().filename().native(), entries->is_symlink(failed)};
        std::error_code ignored;
        if (!entry.isLink && entries->is_directory(ignored))
            continue;
        const std::string stem = entries->path().stem().native();
        for (const std::string &name : {stem, entry.name})
            if (const std::string compared = letters(name); !compared.empty() && compared != name)
                m_byLetters.emplace(compared, name);
        m_byStem[stem].push_back(entry);
        m_byName.emplace(entry.name, entry);
    }
}

template <typename Value>
const Value *PictureFinder::ofSameLetters(const std::unordered_map<std::string, Value> &names,
                                          const std::string &name) const
{
    const std::string compared = letters(name);
    auto found = names.find(compared);
    if (const auto other = m_byLetters.find(compared); found == names.end() && other != m_byLetters.end())
        found = names.find(other->second);
    return found == names.end() ? nullptr : &found->second;
}

const PictureFinder::Entry *PictureFinder::named(const std::string &name) const
{
    const auto found = m_byName.find(name);
    return found != m_byName.end() ? &found->second : ofSameLetters(m_byName, name);
}

const std::vector<PictureFinder::Entry> *PictureFinder::ofStem(const std::string &stem) const
{
    if (const auto found = m_byStem.find(stem); found != m_byStem.end())
        return &found->second;
    // Ids are often told apart by case alone, as addresses' parts are; letters beyond ASCII are not.
    const bool ascii = std::ranges::all_of(stem, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return ascii ? nullptr : ofSameLetters(m_byStem, stem);
}

FoundPicture PictureFinder::find(const std::string &id, const std::string &image) const
{
    if (leavesFolder(id))
        return {{}, SkipReason::ImageOutside, "its id would name a file outside the dataset's folder"};
    const std::optional<std::string> inside = imageName(image);
    const std::string name = inside.value_or("");
    if (const auto *const candidates = ofStem(id))
        return listed(best(*candidates, name));
    for (const std::string &file : {id, name})  // an id with its extension
        if (const Entry *const entry = named(file))
            return listed(*entry);
    if (!name.empty()) {
        // As its path says, or beside the file.
        const bool isPath = image.find("://") == std::string::npos && !image.starts_with("//");
        for (const fs::path &place : {isPath ? m_folder / image : m_folder / name, m_folder / name}) {
            std::error_code failed;
            const fs::file_status status = fs::symlink_status(place, failed);
            if (!failed && fs::exists(status) && !fs::is_directory(status))
                return checked(place, fs::is_symlink(status) || place.parent_path() != m_folder);
        }
    }
    if (!inside)
        return {{},
                SkipReason::ImageOutside,
                "there is no " + m_picturesName + "/" + id + ".* and its picture '" + sanitizeUtf8(image.substr(0, 200))
                    + "' lies outside the dataset's folder"};
    std::string detail = "no " + m_picturesName + "/" + id + ".*";
    if (!name.empty())
        detail += " and no " + sanitizeUtf8(name) + " beside " + m_fileName;
    return {{}, SkipReason::ImageMissing, detail};
}

fs::path PictureFinder::folderForNew() const
{
    if (m_pictures.empty())
        return m_folder / m_picturesName;
    if (!m_picturesInside)
        throw Error(ErrorKind::File,
                    "Pictures cannot be put into '" + m_picturesName
                        + "': it is a link that leads outside the dataset's folder. Name another folder with --images.",
                    m_pictures);
    return m_pictures;
}

std::string PictureFinder::shown(const fs::path &path) const
{
    return displayPath(path.lexically_relative(m_folder));
}

bool PictureFinder::isInside(const fs::path &canonical) const
{
    return std::mismatch(m_folder.begin(), m_folder.end(), canonical.begin(), canonical.end()).first == m_folder.end();
}

/// Of several files with the id as their stem: the extension that the row names, then the usual ones, then the
/// alphabet.
const PictureFinder::Entry &PictureFinder::best(const std::vector<Entry> &candidates, const std::string &imageFile)
{
    static constexpr std::array<std::string_view, 10> kUsual{".jpg", ".jpeg", ".png",  ".webp", ".gif",
                                                             ".bmp", ".avif", ".heic", ".heif", ".hif"};
    const std::string wanted = lowered(fs::path(imageFile).extension().native());
    const auto rank = [&](const Entry &entry) {
        const std::string extension = lowered(fs::path(entry.name).extension().native());
        if (!wanted.empty() && extension == wanted)
            return std::ptrdiff_t{-1};
        return std::find(kUsual.begin(), kUsual.end(), extension) - kUsual.begin();
    };
    return *std::min_element(candidates.begin(), candidates.end(), [&](const Entry &a, const Entry &b) {
        return std::pair(rank(a), std::string_view(a.name)) < std::pair(rank(b), std::string_view(b.name));
    });
}

FoundPicture PictureFinder::listed(const Entry &entry) const
{
    if (!m_picturesInside)
        return {{},
                SkipReason::ImageOutside,
                "the folder " + m_picturesName + " is a link that leads outside the dataset's folder"};
    return checked(m_pictures / entry.name, entry.isLink);
}

FoundPicture PictureFinder::checked(const fs::path &path, bool isLink) const
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

}  // namespace dank
