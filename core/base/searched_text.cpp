#include "core/base/searched_text.h"

#include <algorithm>
#include <clocale>
#include <cstring>
#include <cwctype>
#include <set>

namespace dank {

namespace {

constexpr char32_t kNoCharacter = 0xfffd;

/// The code point at `at`, which moves behind it; kNoCharacter for a byte that begins none.
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

void append(std::string &text, char32_t point)
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

bool isSpace(char32_t point)
{
    return point <= 0x20 || (point >= 0x7f && point <= 0xa0) || (point >= 0x2000 && point <= 0x200a) || point == 0x2028
           || point == 0x2029 || point == 0x3000;
}

/// What turns or hides text and is no letter of it.
bool isDirection(char32_t point)
{
    return point == 0xad || point == 0x61c || point == 0x200e || point == 0x200f || (point >= 0x202a && point <= 0x202e)
           || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

char32_t lowerCase(char32_t point)
{
    if (point < 0x80)
        return point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
    if (point == 0x3c2)  // the sigma that ends a word
        return 0x3c3;
    // The C library's table, of a locale that is there everywhere and says nothing of a language.
    static const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return unicode ? static_cast<char32_t>(::towlower_l(static_cast<wint_t>(point), unicode)) : point;
}

/// searchedText(), and for each byte of it where in `utf8` its code point begins; the last entry is the whole length.
std::string searched(std::string_view utf8, std::vector<std::size_t> *origins)
{
    std::string text;
    text.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t begin = at;
        const char32_t point = nextCodePoint(utf8, at);
        if (isDirection(point))
            continue;
        append(text, isSpace(point) ? ' ' : lowerCase(point));
        if (origins)
            origins->resize(text.size(), begin);
    }
    if (origins)
        origins->push_back(utf8.size());
    return text;
}

}  // namespace

std::string searchedText(std::string_view utf8)
{
    return searched(utf8, nullptr);
}

std::vector<std::string> searchedWords(std::string_view query)
{
    const std::string text = searchedText(query);
    std::set<std::string> words;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        if (end > begin)
            words.insert(text.substr(begin, end - begin));
        begin = end + 1;
    }
    std::vector<std::string> sorted(words.begin(), words.end());
    std::ranges::stable_sort(sorted, std::ranges::greater(), &std::string::size);
    return sorted;
}

std::size_t findWord(std::string_view text, std::string_view word, std::size_t from)
{
    if (from > text.size())
        return std::string_view::npos;
    // Unlike find(), which compares anew at every place.
    const void *found = ::memmem(text.data() + from, text.size() - from, word.data(), word.size());
    return found ? static_cast<std::size_t>(static_cast<const char *>(found) - text.data()) : std::string_view::npos;
}

std::vector<TextSpan> placesOf(const std::vector<std::string> &words, std::string_view text)
{
    std::vector<std::size_t> origins;
    const std::string whole = searched(text, &origins);
    std::vector<TextSpan> found;
    for (const std::string &word : words)
        for (std::size_t at = 0; !word.empty() && (at = findWord(whole, word, at)) != std::string::npos;
             at += word.size())
            found.push_back({origins[at], origins[at + word.size()]});
    std::ranges::sort(found, {}, &TextSpan::begin);
    std::vector<TextSpan> places;
    for (const TextSpan &span : found)
        if (!places.empty() && span.begin <= places.back().end)
            places.back().end = std::max(places.back().end, span.end);
        else
            places.push_back(span);
    return places;
}

std::string plainLine(std::string_view text)
{
    std::string line;
    line.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char32_t point = nextCodePoint(text, at);
        if (isDirection(point))
            continue;
        if (!isSpace(point))
            append(line, point);
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' '))
        line.pop_back();
    return line;
}

}  // namespace dank
