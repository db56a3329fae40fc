#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dank {

/// One cell of a CSV table (RFC 4180): in quotation marks where it holds a comma, a quotation mark or a line end.
std::string csvCell(std::string_view text);

/// A number that reads back to the same double; empty for what is not finite or absent.
std::string csvCell(const std::optional<double> &value);

}  // namespace dank
