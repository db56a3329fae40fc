#pragma once

#include <string>
#include <string_view>

#include "core/feeds/feed_builder.h"
#include "core/feeds/feed_text.h"

namespace dank {

/// What parts the cells of a table's first line: ',', ';', a tab or '|', whichever stands there most often outside of
/// quotes; 0 where none does.
char csvDelimiter(std::string_view firstLine);

/// The rows of a table whose first line names its columns (RFC 4180, with any of the delimiters): quoted cells may hold
/// line ends; the apostrophe of csvText() is taken off. `begun`: what was read of `text` before. Throws Error{Format}.
void readCsvRows(FeedText &text, std::string begun, char delimiter, const std::filesystem::path &path,
                 FeedBuilder &into);

}  // namespace dank
