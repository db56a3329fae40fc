#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dank {

/// A caption, and what it reads as without one of its words.
struct WordLeftOut {
    std::string word;
    std::string rest;
};
inline constexpr std::size_t kMaxExplainedWords = 60;
inline constexpr std::size_t kMaxExplainedBytes = 4096;

/// A caption of any length cut, between two letters, to what is looked at.
std::string explainedCaption(std::string_view caption);
/// Each word of such a caption left out, at most the first kMaxExplainedWords. Words are what stands between white
/// space (of ASCII); for display they are cut at 100 bytes.
std::vector<WordLeftOut> eachWordLeftOut(std::string_view caption);

}  // namespace dank
