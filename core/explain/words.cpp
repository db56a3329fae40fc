#include "core/explain/words.h"

#include <algorithm>

#include "core/base/file.h"

namespace dank {

namespace {

/// Not through the middle of a code point.
std::string_view cut(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80)
        --most;
    return text.substr(0, most);
}

}  // namespace

std::string explainedCaption(std::string_view caption)
{
    return std::string(cut(caption, kMaxExplainedBytes));
}

std::vector<WordLeftOut> eachWordLeftOut(std::string_view caption)
{
    constexpr std::string_view kSpace = " \t\n\r\f\v";
    constexpr std::size_t kMaxWordBytes = 100;
    std::vector<WordLeftOut> words;
    for (std::size_t end = 0; words.size() < kMaxExplainedWords;) {
        const std::size_t begin = caption.find_first_not_of(kSpace, end);
        if (begin == std::string_view::npos)
            break;
        end = std::min(caption.find_first_of(kSpace, begin), caption.size());
        words.push_back({printable(cut(caption.substr(begin, end - begin), kMaxWordBytes)),
                         std::string(caption.substr(0, begin)) + std::string(caption.substr(end))});
    }
    return words;
}

}  // namespace dank
