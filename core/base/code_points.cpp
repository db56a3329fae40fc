#include "core/base/code_points.h"

#include <clocale>
#include <cwctype>

namespace dank {

char32_t nextCodePoint(std::string_view text, std::size_t &at)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at++);
    if (first < 0x80)
        return first;
    const std::size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || at + more > text.size())
        return kNoCharacter;
    char32_t point = first & (0x3fU >> more);
    for (std::size_t i = 0; i < more; ++i) {
        if ((byte(at + i) & 0xc0) != 0x80)
            return kNoCharacter;
        point = point << 6 | (byte(at + i) & 0x3fU);
    }
    constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (point < kLeast[more] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return kNoCharacter;
    at += more;
    return point;
}

bool isControl(char32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x2028 && point <= 0x202e)
           || (point >= 0x2066 && point <= 0x2069);
}

void appendCodePoint(std::string &text, char32_t point)
{
    const auto add = [&](char32_t bits) { text += static_cast<char>(bits); };
    if (point < 0x80) {
        add(point);
        return;
    }
    if (point < 0x800) {
        add(0xc0 | point >> 6);
    } else {
        if (point < 0x10000) {
            add(0xe0 | point >> 12);
        } else {
            add(0xf0 | point >> 18);
            add(0x80 | (point >> 12 & 0x3f));
        }
        add(0x80 | (point >> 6 & 0x3f));
    }
    add(0x80 | (point & 0x3f));
}

char32_t lowerCase(char32_t point)
{
    if (point < 0x80)
        return point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
    // The C library's table, of a locale that is there everywhere and says nothing of a language.
    static const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return unicode ? static_cast<char32_t>(::towlower_l(static_cast<wint_t>(point), unicode)) : point;
}

std::string_view utf8Prefix(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80)
        --most;
    return text.substr(0, most);
}

}  // namespace dank
