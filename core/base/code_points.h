#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dank {

/// U+FFFD, what stands for bytes that are no text.
inline constexpr char32_t kNoCharacter = 0xfffd;

/// The code point at `at` in UTF-8, which moves behind it; kNoCharacter, and one byte on, for a byte that begins none.
char32_t nextCodePoint(std::string_view text, std::size_t &at);

/// What must not reach a terminal, or a line of somebody else's text: the control characters (C0, DEL, C1), what ends a
/// line or a paragraph, and what turns the order of the text around it (embeddings, overrides, isolates). The marks of
/// right-to-left scripts (U+200E, U+200F, U+061C) turn nothing around and belong to such texts.
bool isControl(char32_t point);

/// Adds it to UTF-8 text.
void appendCodePoint(std::string &text, char32_t point);

/// Lower case by Unicode's simple mapping, one code point for one, whatever the locale.
char32_t lowerCase(char32_t point);

/// At most so many bytes of UTF-8 text, not cut through a code point.
std::string_view utf8Prefix(std::string_view text, std::size_t most);

}  // namespace dank
