#include "core/feeds/json_repair.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>

#include "core/base/file.h"

namespace dank {

namespace {

/// The UTF-16 unit of an escape \uXXXX at `at`, or nothing.
std::optional<unsigned> escapedUnit(std::string_view text, std::size_t at)
{
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u')
        return {};
    unsigned unit = 0;
    const char *const end = text.data() + at + 6;
    const auto [stopped, failed] = std::from_chars(end - 4, end, unit, 16);
    return failed == std::errc() && stopped == end ? std::optional(unit) : std::nullopt;
}

/// Is this what JSON cannot hold: not a number, or one beyond a double?
bool isBeyond(std::string_view token)
{
    if (token == "NaN" || token == "Infinity" || token == "-Infinity")
        return true;
    if (token.size() >= 4096 || (token.size() <= 300 && token.find_first_of("eE") == std::string_view::npos))
        return false;
    const std::string number(token);
    char *stopped = nullptr;
    return std::isinf(std::strtod(number.c_str(), &stopped)) && *stopped == '\0';
}

}  // namespace

void repairJson(std::string &text)
{
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        text = sanitizeUtf8(text);
    std::string repaired;  // as far as `copied`; costs nothing where there is nothing to replace
    std::size_t copied = 0;
    const auto replace = [&](std::size_t at, std::size_t length, std::string_view with) {
        repaired.append(text, copied, at - copied).append(with);
        copied = at + length;
    };
    constexpr std::string_view kInNumber = "0123456789.+-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    bool inString = false;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (inString && c == '\\') {
            const auto unit = escapedUnit(text, at), low = escapedUnit(text, at + 6);
            const bool isHigh = unit && *unit >= 0xd800 && *unit <= 0xdbff;
            const bool isPair = isHigh && low && *low >= 0xdc00 && *low <= 0xdfff;
            if (unit && !isPair && *unit >= 0xd800 && *unit <= 0xdfff)
                replace(at, 6, "\\ufffd");
            at += isPair ? 12 : unit ? 6 : 2;
        } else if (inString || c == '"') {
            inString = inString ? c != '"' : true;
            ++at;
        } else if (c == 'N' || c == 'I' || c == '-' || (c >= '0' && c <= '9')) {
            const std::size_t end = std::min(text.find_first_not_of(kInNumber, at + 1), text.size());
            const std::string_view token = std::string_view(text).substr(at, end - at);
            if (isBeyond(token))
                replace(at, token.size(), '"' + std::string(token) + '"');
            at = end;
        } else {
            ++at;
        }
    }
    if (copied > 0)
        text = std::move(repaired.append(text, copied));
}

}  // namespace dank
