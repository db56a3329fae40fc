#pragma once

#include <filesystem>
#include <string>

#include "core/feeds/feed_builder.h"

namespace dank {

/// The rows of a JSON document, in whichever of these layouts it is: TinyDB's tables of rows by number, tables that are
/// lists, a bare list, a Reddit listing or a post of one, the four layouts of pandas, one single row. Text that is not
/// UTF-8, lone surrogates and Python's NaN are repaired rather than refused. Returns the layout's name.
/// Throws Error{Format} with line and column.
std::string readJsonRows(std::string text, const std::filesystem::path &path, FeedBuilder &into);

/// One line of JSON lines: a row, or why it is none. `text` holds strict JSON where it is JSON.
RawRow readJsonLine(std::string text);

}  // namespace dank
