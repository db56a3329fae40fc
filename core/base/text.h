#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dank {

/// A number with `digits` figures after a point, whatever the locale; "–" for what is not finite, "0.00" never "-0.00".
std::string fixed(double value, int digits);

/// Columns that UTF-8 text takes where every character is as wide, one for each code point.
std::size_t displayWidth(std::string_view text);

/// The text, or its first `most` code points with "…" behind them.
std::string shortened(std::string_view text, std::size_t most);

/// Lines of text in columns: the first column left-aligned, the others right-aligned, two spaces between. Cells are
/// made printable() first: what somebody else named breaks no line.
std::string textTable(const std::vector<std::vector<std::string>> &rows);

}  // namespace dank
