#pragma once

#include <optional>
#include <string_view>

namespace dank {

/// A count as people and pages write it: "1992", "1,992", "1 992", "12.3k", "1,2 M", "5.0", "1e3". A comma or a point
/// before three last digits parts thousands where there are several, or where it is a comma; otherwise it is the
/// decimal mark. Nothing for any other text.
std::optional<double> writtenCount(std::string_view text);

/// Seconds since 1970 UTC: digits (milliseconds where they would lie beyond the year 5000), or a date such as
/// "2021-09-20", "2021-09-20T08:15:00Z", "2021-09-20 08:15:00+02:00". Nothing for any other text: of "07-06-2020" it is
/// not known which is the month.
std::optional<double> writtenTime(std::string_view text);

}  // namespace dank
