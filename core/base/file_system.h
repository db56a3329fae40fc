#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace dank {

/// The kind of file system that a path lies on, as Linux calls it ("ext4", "nfs4", "fuse.sshfs"); of a path that is not
/// there, its nearest folder that is. Empty where it cannot be told.
std::string fileSystemOf(const std::filesystem::path &path);

/// The same for an absolute path without links, by the text of a /proc/self/mountinfo.
std::string fileSystemIn(std::string_view mountinfo, const std::filesystem::path &path);

/// Other machines may write to the same files. Kinds that are not known are taken for local.
bool isNetworkFileSystem(std::string_view kind) noexcept;

}  // namespace dank
