#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/meme.h"
#include "core/feeds/feed.h"

namespace dank {

/// How a file of memes was read.
struct FeedSource {
    std::string layout;  ///< "TinyDB", "CSV", …; empty where it was not read from a file
    FeedMapping mapping;
    std::vector<FeedTable> tables;
    FeedOptions options;  ///< as it was asked for, by which it is read again
};

/// A file of memes, without them.
struct MemeFile {
    std::filesystem::path path;  ///< absolute
    std::string hash;            ///< of the file's bytes, and of what was said about its columns
    FeedSource source;
    bool hasUpvotes = true;  ///< does it tell upvotes at all?
};

/// Takes a meme, or a row that is none with its reason.
using OnMeme = std::function<void(std::variant<MemeRecord, Skipped> &&row)>;

/// Reads a file of memes: the db.json that the paper's author wrote, or any other that core/feeds reads; hands on every
/// row in the file's order and keeps none. Pictures are looked for as PictureFinder says; content decides what they
/// are. The columns of a record have their values once all were read. Throws Error{File|Format|Dataset}; a bad row is
/// never an exception. Checks `job.cancel`, reports stage "load".
MemeFile readMemes(const std::filesystem::path &file, const FeedOptions &options, const JobContext &job,
                   const OnMeme &onMeme);

}  // namespace dank
