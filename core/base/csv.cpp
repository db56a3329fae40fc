#include "core/base/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace dank {

namespace {

constexpr std::string_view kComputed = "=+-@\t\r";

bool isNumber(std::string_view text)
{
    double value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

/// Does it begin with what is computed, whatever apostrophes are before it?
bool isGuarded(std::string_view text)
{
    const std::size_t first = text.find_first_not_of('\'');
    return first != std::string_view::npos && kComputed.find(text[first]) != std::string_view::npos;
}

}  // namespace

std::string csvText(std::string_view text)
{
    std::string cell(text);
    if (isGuarded(text) && !isNumber(text))
        cell.insert(0, 1, '\'');
    return cell;
}

std::string_view uncomputed(std::string_view cell)
{
    return cell.starts_with('\'') && isGuarded(cell) ? cell.substr(1) : cell;
}

std::string csvCell(std::string_view text)
{
    const std::string cell = csvText(text);
    if (cell.find_first_of(",\"\r\n") == std::string::npos)
        return cell;
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csvComment(std::string_view text)
{
    constexpr std::string_view kSeparators = ",;\t";
    std::string line = "# ";
    for (const char c : text) {
        if (kComputed.find(c) != std::string_view::npos && kSeparators.find(line.back()) != std::string_view::npos)
            line += '\'';
        line += c == '\n' || c == '\r' ? ' ' : c;
    }
    return line;
}

std::string csvCell(const std::optional<double> &value)
{
    if (!value || !std::isfinite(*value))
        return {};
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, *value).ptr};
}

}  // namespace dank
