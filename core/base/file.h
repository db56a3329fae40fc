#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dank {

/// Reads a regular file whole. Throws Error{File} when it is missing, not a regular file, unreadable,
/// or larger than `limit` bytes.
std::vector<std::byte> readFile(const std::filesystem::path &path, std::uint64_t limit);
std::string readTextFile(const std::filesystem::path &path, std::uint64_t limit);

/// Writes beside `path`, flushes to disk, then renames over it, and flushes the folder: afterwards
/// `path` holds either its old contents or all of the new. Throws Error{Disk}, or Error{File}, also for a `path` that
/// is a device, a pipe or a folder. What a process that was killed in the middle of this left beside it longer than a
/// day ago is removed, once for each folder.
void writeFileAtomically(const std::filesystem::path &path, std::span<const std::byte> bytes);
void writeFileAtomically(const std::filesystem::path &path, std::string_view text);
/// The same for contents in several pieces, one after the other: nothing is copied together.
void writeFileAtomically(const std::filesystem::path &path, std::span<const std::span<const std::byte>> pieces);

/// What lies at `path`, links followed; of type not_found where nothing does. Throws Error{File} where that cannot be
/// told, since a folder may not be searched or a disk fails: that is not the same as that nothing is there.
std::filesystem::file_status statusOf(const std::filesystem::path &path);

/// Size, times and inode of a file as one word: as long as it stays the same, so do the contents. Empty where there is
/// no such file, and where it changed so lately that a second change might not show.
std::string fileStamp(const std::filesystem::path &path);

/// Creates a folder and its parents. Throws Error{Disk} naming the folder and the reason.
void createFolder(const std::filesystem::path &path);

/// A path as UTF-8 text for messages; bytes that are not UTF-8 become U+FFFD.
std::string displayPath(const std::filesystem::path &path);

/// Any bytes made valid UTF-8: each invalid sequence becomes U+FFFD.
std::string sanitizeUtf8(std::string_view bytes);

/// Text made fit to be shown, in one line: what isControl() names (a file name may hold line ends and escape sequences)
/// and bytes that are not UTF-8 become U+FFFD. All that is printed for people goes through this or the next.
std::string printable(std::string_view text);
/// The same for several lines: line feeds stay.
std::string printableLines(std::string_view text);

/// Throws Error{Disk} (no space, read-only, quota) or Error{File} for an errno, naming `path` and `doing`
/// ("write", "open", …).
[[noreturn]] void throwErrno(int errorNumber, std::string_view doing, const std::filesystem::path &path);

}  // namespace dank
