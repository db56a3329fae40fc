#pragma once

#include <filesystem>
#include <string>

#include "core/base/file_descriptor.h"

namespace dank {

/// A lock on a folder, held until the descriptor goes: between reading and writing a file in it that is replaced each
/// time, so that what two programs change in the same moment is all kept. Waits for seconds while another has it, then
/// throws Error{Library} with `busy`, a sentence. None where the folder cannot be opened; some file systems have no
/// locks, there whoever writes last is right. A Library that is being opened takes the same lock for a moment on its
/// own folder: do not open one while holding it.
FileDescriptor lockFolder(const std::filesystem::path &folder, const std::string &busy);

}  // namespace dank
