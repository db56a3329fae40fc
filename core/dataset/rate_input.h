#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "core/base/job.h"

namespace dank {

/// The files to rate behind a mix of files and folders, in the order given. A folder gives, sorted by name and with
/// its subfolders, every file that is named like a picture or a film or begins like one, also of a kind that cannot be
/// read, and a folder that cannot be listed itself; hidden files and other files in it are passed over. A path that
/// does not exist stays, so that it gets its own reason, and so does a picture's link that leads nowhere. Symbolic
/// links to folders are not followed. Reports stage "find".
std::vector<std::filesystem::path> expandRatePaths(std::span<const std::filesystem::path> paths,
                                                   const JobContext &job = {});

}  // namespace dank
