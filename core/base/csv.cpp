#include "core/base/csv.h"

#include <charconv>
#include <cmath>

namespace dank {

std::string csvCell(std::string_view text)
{
    if (text.find_first_of(",\"\r\n") == std::string_view::npos)
        return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csvCell(const std::optional<double> &value)
{
    if (!value || !std::isfinite(*value))
        return {};
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, *value).ptr};
}

}  // namespace dank
