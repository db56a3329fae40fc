#pragma once

#include <string>
#include <vector>

namespace dank {

/// One word that a reader found in a picture.
struct TextWord {
    std::string text;                         ///< UTF-8
    int x = 0, y = 0, width = 0, height = 0;  ///< its box, in pixels of the upright picture
    double confidence = 0;                    ///< the reader's own, 0..1

    bool operator==(const TextWord &) const = default;
};

/// What a reader found in a picture; empty where the picture has no words.
struct PictureText {
    std::string text;             ///< UTF-8, a line of the picture a line, without an end of line after the last
    double confidence = 0;        ///< mean of its words' confidences by their length, 0..1; 0 where there is none
    std::vector<TextWord> words;  ///< in reading order

    bool operator==(const PictureText &) const = default;
};

}  // namespace dank
