#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/meme.h"

namespace dank {

/// An id may have at most this many bytes: with an extension it is still a file name.
inline constexpr std::size_t kMaxIdBytes = 250;

/// Why a row of that id cannot be used, one clause; empty: it can.
std::string idProblem(const MemeId &id);

/// Where a row's picture is, or why it has none.
struct FoundPicture {
    std::filesystem::path path;
    std::optional<SkipReason> problem;
    std::string detail;
};

/// Finds the pictures of a file of memes by their names: in its folder `memes`, or else `images`, or in the folder that
/// the user named. The folder is listed once, however many rows there are. A picture is `<id>.<ext>`, or the file name
/// in the row's path or address, there or beside the file; names that differ in bytes alone are compared by Unicode's
/// letters (NFC) without regard to case. Nothing outside of the folder is taken, links that lead out neither.
class PictureFinder {
public:
    /// `images` may be empty. Throws Error{File} where a folder is missing or cannot be listed.
    PictureFinder(const std::filesystem::path &file, const std::filesystem::path &images, const JobContext &job);

    FoundPicture find(const std::string &id, const std::string &image) const;
    /// The folder in which a new picture would be found, which need not be there. Throws Error{File} where that is a
    /// link that leads outside the dataset's folder.
    std::filesystem::path folderForNew() const;
    /// The path as a person would name it: relative to the dataset's folder.
    std::string shown(const std::filesystem::path &path) const;

private:
    struct Entry {
        std::string name;
        bool isLink = false;
    };
    /// What `names` has for a name of the same letters.
    template <typename Value>
    const Value *ofSameLetters(const std::unordered_map<std::string, Value> &names, const std::string &name) const;
    const Entry *named(const std::string &name) const;
    const std::vector<Entry> *ofStem(const std::string &stem) const;
    static const Entry &best(const std::vector<Entry> &candidates, const std::string &imageFile);
    FoundPicture listed(const Entry &entry) const;
    FoundPicture checked(const std::filesystem::path &path, bool isLink) const;
    bool isInside(const std::filesystem::path &canonical) const;

    std::string m_fileName;
    std::filesystem::path m_folder;    ///< canonical: what is outside of it is not taken
    std::filesystem::path m_pictures;  ///< canonical, the folder that was listed; empty where there is none
    std::string m_picturesName = "memes";
    bool m_picturesInside = false;
    std::unordered_map<std::string, std::vector<Entry>> m_byStem;
    std::unordered_map<std::string, Entry> m_byName;
    std::unordered_map<std::string, std::string> m_byLetters;  ///< stems and names as they are compared → as they are
};

}  // namespace dank
