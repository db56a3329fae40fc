#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dank {

/// Text that a spreadsheet shows instead of computing it, as OWASP advises: an apostrophe goes before what begins with
/// = + - @, a tab or a carriage return. What is a number stays one. One apostrophe more goes before what begins with
/// apostrophes and then one of those, so that uncomputed() gives back just what went in.
std::string csvText(std::string_view text);
/// The text that csvText() was given.
std::string_view uncomputed(std::string_view cell);

/// One cell of a CSV table (RFC 4180) with csvText(): in quotation marks where it holds a comma, a quotation mark or a
/// line end.
std::string csvCell(std::string_view text);

/// A comment line before a table, "# " and the text without its line ends, without one behind it. Spreadsheets take it
/// for cells: none of them can be computed.
std::string csvComment(std::string_view text);

/// A number that reads back to the same double; empty for what is not finite or absent.
std::string csvCell(const std::optional<double> &value);

}  // namespace dank
