#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>

#include "core/base/job.h"
#include "core/feeds/feed.h"

namespace dank {

/// A file as it was given; of a folder its db.json, or else its only file whose name is one of a feed.
std::filesystem::path feedPath(const std::filesystem::path &given);

/// Is this how a file of memes is called: .json, .ndjson, .jsonl, .csv or .tsv, perhaps with .gz or .zst behind it?
bool hasFeedName(const std::filesystem::path &file);

/// Reads a file of memes, in whatever layout and packing it is, told by its content:
///
/// | Layout | Is | Read |
/// |---|---|---|
/// | TinyDB, tables, JSON list, Reddit listing or post, pandas' layouts, one object | one JSON document | whole, up to
/// 2 GB | | JSON lines | the first line is an object, and the next one begins one | by lines | | CSV, TSV, semicolons |
/// anything else whose first line has a delimiter | in pieces |
///
/// each plain, gzip's or Zstandard's, as UTF-8 or UTF-16. Throws Error{File|Format}; a bad row is never an exception.
/// Checks `job.cancel`.
Feed readFeed(const std::filesystem::path &path, const FeedOptions &options, const JobContext &job);

/// Takes a row of a feed of which all but `rows` and `tables` is known; its columns' values are, once all were read.
using OnFeedRow = std::function<void(const Feed &feed, FeedRow &&row)>;

/// readFeed() with each row handed on in its order and none kept: how long a file of JSON lines or CSV is, memory does
/// not tell. Reports stage "load"; how many rows
/// a long file has is what the bytes read so far promise.
Feed readFeed(const std::filesystem::path &path, const FeedOptions &options, const JobContext &job,
              const OnFeedRow &onRow);

}  // namespace dank
