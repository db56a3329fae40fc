#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/feeds/feed.h"

namespace dank::ui {

// How the user said that files of memes are to be read, so that the next one opens the same way. Kept in
// windowSettings(), one for all libraries; of each kind the 200 that were said last. Thread-safe.

/// What was chosen for files of this FeedSample::shape(); one that is empty: as it is guessed. None where nothing was
/// chosen, or what is kept makes no sense.
std::optional<FeedMapping> rememberedColumns(const std::string &shape);
/// Returns whether it is kept: names of columns that are too long are not.
bool rememberColumns(const std::string &shape, const FeedMapping &map);

/// The folder of the pictures of one file; empty: beside it, or that folder is gone.
std::filesystem::path rememberedPictures(const std::filesystem::path &file);
void rememberPictures(const std::filesystem::path &file, const std::filesystem::path &images);

}  // namespace dank::ui
