#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/file.h"

namespace dank {

std::string fixed(double value, int digits)
{
    if (!std::isfinite(value))
        return "–";
    char buffer[400];  // the longest double in fixed notation has 309 digits before its point
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, digits).ptr;
    const std::string text(buffer, end);
    const bool zero = text.find_first_not_of("-0.") == std::string::npos;
    return zero && text.starts_with('-') ? text.substr(1) : text;  // a minus before nothing says nothing
}

std::size_t displayWidth(std::string_view text)
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string shortened(std::string_view text, std::size_t most)
{
    std::size_t end = 0;
    for (; end < text.size() && most > 0; --most)
        for (++end; end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80;)
            ++end;
    return std::string(text.substr(0, end)) + (end < text.size() ? "…" : "");
}

std::string textTable(const std::vector<std::vector<std::string>> &cells)
{
    std::vector<std::vector<std::string>> rows = cells;
    std::vector<std::size_t> widths;
    for (auto &row : rows) {
        std::ranges::transform(row, row.begin(), printable);
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], displayWidth(row[i]));
    }
    std::string text;
    for (const auto &row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string space(widths[i] - displayWidth(row[i]), ' ');
            line += (i == 0 ? row[i] + space : "  " + space + row[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

}  // namespace dank
