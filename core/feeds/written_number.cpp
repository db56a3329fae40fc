#include "core/feeds/written_number.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <string>
#include <system_error>

namespace dank {

namespace {

constexpr double kMilliseconds = 1e11;  // seconds beyond the year 5000

std::optional<double> plainNumber(std::string_view text)
{
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc() && end == text.data() + text.size() && std::isfinite(number) ? std::optional(number)
                                                                                              : std::nullopt;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t from = text.find_first_not_of(kBlank);
    return from == std::string_view::npos ? std::string_view()
                                          : text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

/// Without the marks between groups of three digits, which stand behind one to three others.
std::optional<std::string> withoutGroups(std::string_view text, char mark)
{
    std::string digits;
    if (text.starts_with('0'))
        return std::nullopt;  // "0,125" is a fraction
    std::size_t sinceMark = 0;
    bool marked = false;
    for (const char c : text) {
        if (c == mark) {
            if (sinceMark == 0 || (marked ? sinceMark != 3 : sinceMark > 3))
                return std::nullopt;
            marked = true;
            sinceMark = 0;
        } else if (c >= '0' && c <= '9') {
            digits.push_back(c);
            ++sinceMark;
        } else {
            return std::nullopt;
        }
    }
    return marked && sinceMark == 3 ? std::optional(std::move(digits)) : std::nullopt;
}

std::optional<double> markedNumber(std::string_view text)
{
    const std::size_t comma = text.rfind(','), point = text.rfind('.');
    const auto none = std::string_view::npos;
    if (comma == none)
        if (const auto plain = plainNumber(text))
            return plain;
    // The last of two different marks is the decimal one; the others part thousands.
    const bool commaIsDecimal = comma != none && (point == none || comma > point);
    if (comma != none && point != none) {
        const std::size_t decimal = std::max(comma, point);
        const auto whole = withoutGroups(text.substr(0, decimal), commaIsDecimal ? '.' : ',');
        return whole ? plainNumber(*whole + '.' + std::string(text.substr(decimal + 1))) : std::nullopt;
    }
    for (const char mark : {',', '.', ' '})
        if (const auto whole = withoutGroups(text, mark))
            if (mark != '.' || std::count(text.begin(), text.end(), '.') > 1)
                return plainNumber(*whole);
    if (comma == none || text.find(',') != comma || comma + 1 == text.size())
        return std::nullopt;
    std::string decimal(text);
    decimal[comma] = '.';
    return plainNumber(decimal);
}

}  // namespace

std::optional<double> writtenCount(std::string_view text)
{
    text = trimmed(text);
    double times = 1;
    if (!text.empty()) {
        switch (text.back()) {
        case 'k':
        case 'K': times = 1e3; break;
        case 'm':
        case 'M': times = 1e6; break;
        default: break;
        }
        if (times > 1)
            text = trimmed(text.substr(0, text.size() - 1));
    }
    if (text.empty() || !(text.front() == '-' || (text.front() >= '0' && text.front() <= '9')))
        return std::nullopt;
    const auto number = markedNumber(text);
    // 12.3 thousand is 12,300, not 12,300.000000000002
    return number && times > 1 ? std::optional(std::round(*number * times)) : number;
}

std::optional<double> writtenTime(std::string_view text)
{
    text = trimmed(text);
    if (const auto number = plainNumber(text))
        return *number > kMilliseconds ? *number / 1000 : *number;
    const auto part = [&](std::size_t at, std::size_t digits) {
        int value = -1;
        if (at + digits <= text.size()) {
            const auto [end, failed] = std::from_chars(text.data() + at, text.data() + at + digits, value);
            if (failed != std::errc() || end != text.data() + at + digits)
                value = -1;
        }
        return value;
    };
    const auto is = [&](std::size_t at, std::string_view marks) {
        return at < text.size() && marks.find(text[at]) != std::string_view::npos;
    };
    using namespace std::chrono;
    const int y = part(0, 4), m = part(5, 2), d = part(8, 2);
    if (y < 0 || m < 0 || d < 0 || !is(4, "-./") || text[7] != text[4])
        return std::nullopt;
    const year_month_day day{year(y), month(static_cast<unsigned>(m)), std::chrono::day(static_cast<unsigned>(d))};
    if (!day.ok())
        return std::nullopt;
    double seconds = static_cast<double>(sys_days(day).time_since_epoch().count()) * 86400;
    if (text.size() == 10)
        return seconds;
    const int hour = part(11, 2), minute = part(14, 2);
    if (!is(10, "T _") || hour < 0 || hour > 23 || minute < 0 || minute > 59 || !is(13, ":"))
        return text[10] == '_' ? std::optional(seconds) : std::nullopt;  // "2021.09.20_77": a day and a number
    seconds += hour * 3600 + minute * 60;
    std::size_t at = 16;
    if (is(at, ":") && part(17, 2) >= 0) {
        seconds += part(17, 2);
        at = 19;
        if (is(at, "."))
            at = std::min(text.find_first_not_of("0123456789", at + 1), text.size());
    }
    if (at == text.size() || text.substr(at) == "Z" || text.substr(at) == " UTC")
        return seconds;
    const int offHours = part(at + 1, 2), offMinutes = part(at + (is(at + 3, ":") ? 4 : 3), 2);
    if (!is(at, "+-") || offHours < 0 || offMinutes < 0)
        return std::nullopt;
    return seconds - (text[at] == '-' ? -1 : 1) * (offHours * 3600 + offMinutes * 60);
}

}  // namespace dank
