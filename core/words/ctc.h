#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dataset/picture_text.h"
#include "core/image/text_quads.h"

namespace dank {

/// What a recogniser's classes mean: nothing, then the characters of a dictionary, then the space.
class CharacterClasses {
public:
    /// `dictionary`: a character a line. The wide forms of ASCII (U+FF01 …) are read as ASCII. Throws Error{Format}
    /// that calls it `name` where it is no UTF-8, a line has more than 16 bytes, or there are more than 100,000.
    CharacterClasses(std::string_view dictionary, std::string_view name);

    std::size_t size() const { return m_characters.size() + 2; }
    std::size_t space() const { return m_characters.size() + 1; }
    const std::string &operator[](std::size_t one) const { return m_characters.at(one - 1); }

private:
    std::vector<std::string> m_characters;
};

/// A word of a line of text.
struct LineWord {
    std::string text;
    double from = 0, to = 0;  ///< where along the line, 0..1
    double confidence = 0;    ///< mean of its characters', 0..1
};

/// The most likely words of a line (Graves et al. 2006, greedily): in each step the most likely class, repeats once,
/// without nothing. `likely` is [steps, classes.size()], of each step adding up to 1. What a recogniser of many scripts
/// loses is the space, so beside nothing its likelihood counts a hundred times. Throws Error{Shape} for another size.
std::vector<LineWord> readLine(std::span<const float> likely, const CharacterClasses &classes);

/// The words as they lie in the picture whose line `quad` is, in a picture of that size.
std::vector<TextWord> wordsInPicture(const std::vector<LineWord> &line, const TextQuad &quad, int width, int height);

}  // namespace dank
