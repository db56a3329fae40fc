#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/feeds/feed.h"

namespace dank::cli {

/// Which memes a command works on, and how their file is to be read.
struct FeedChoice {
    std::string file;              ///< a file of memes, or the folder that holds one
    std::vector<std::string> map;  ///< FIELD=COLUMN
    std::string images;

    /// Throws UsageError for a mapping that makes no sense.
    FeedOptions options() const;
};

/// FEED, --map and --images.
std::shared_ptr<FeedChoice> addFeed(CLI::App &app);

}  // namespace dank::cli
