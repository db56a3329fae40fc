#include "core/base/searched_text.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "core/base/code_points.h"

namespace dank {

namespace {

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

/// Lower case as words are compared in.
char32_t folded(char32_t point)
{
    return point == 0x3c2 ? 0x3c3 : lowerCase(point);  // the sigma that ends a word is a sigma
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
        appendCodePoint(text, isSpace(point) ? ' ' : folded(point));
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
            appendCodePoint(line, point);
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' '))
        line.pop_back();
    return line;
}

}  // namespace dank
