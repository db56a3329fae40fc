#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/dataset/picture_text.h"

namespace dank {

/// Its letters and digits; those of ASCII in lower case. What is not ASCII counts as letters but for the punctuation
/// and the signs of U+0080 … U+00BF and U+2000 … U+2BFF.
std::string lettersOf(const std::string &text);

/// One reading out of several of the same picture, each of another view of it. Of words that lie over each other the
/// surest stays. What is left is put into lines and those into blocks, from the top down and from left to right, and
/// pieces of a line without one likely word are dropped: texture reads as loose signs.
PictureText mergeReadings(std::span<const std::vector<TextWord>> readings);

/// Lines that a reader found as such, each with its words in their order: those beside each other are joined, then all
/// are put into blocks as above. None is dropped.
PictureText orderLines(std::span<const std::vector<TextWord>> lines);

}  // namespace dank
