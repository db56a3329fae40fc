#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dank {

/// Text as it is searched, so that equal words are equal bytes: each code point in lower case (simple mapping, no
/// locale), controls and line ends as spaces, direction marks left out, bytes that are no UTF-8 as U+FFFD. Accents
/// stay.
std::string searchedText(std::string_view utf8);

/// The words of what someone looks for, as searchedText() has them: each once, the longest first. Signs of any kind are
/// part of a word; nothing but white space parts them.
std::vector<std::string> searchedWords(std::string_view query);

/// The first place of `word` in a searchedText() from `from` on, npos for none. Takes time linear in both.
std::size_t findWord(std::string_view text, std::string_view word, std::size_t from = 0);

/// Bytes [begin, end) of a text.
struct TextSpan {
    std::size_t begin = 0, end = 0;

    bool operator==(const TextSpan &) const = default;
};

/// Where a UTF-8 text has any of those searchedWords(), parts of words too: ascending, none touching another.
std::vector<TextSpan> placesOf(const std::vector<std::string> &words, std::string_view text);

/// One line of valid UTF-8 that cannot disturb its surroundings: white space and controls are one space, and there are
/// no direction marks.
std::string plainLine(std::string_view text);

}  // namespace dank
