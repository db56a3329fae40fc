#pragma once

#include <filesystem>
#include <string>

#include "core/feeds/feed_builder.h"

namespace dank {

/// The rows of a JSON document, in whichever of these layouts it is: TinyDB's tables of rows by number, tables that are
/// lists, a bare list, a Reddit listing or a post of one, the four layouts of pandas, one single row. Text that is not
/// UTF-8, lone surrogates and Python's NaN are repaired rather than refused. The layout's name is what `into` begins
/// with, `packed` behind it. Throws Error{Format} with line and column.
void readJsonRows(std::string text, const std::filesystem::path &path, const std::string &packed, FeedBuilder &into);

/// One line of JSON lines: a row, or why it is none. `text` holds strict JSON where it is JSON.
RawRow readJsonLine(std::string text);

}  // namespace dank
