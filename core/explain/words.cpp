#include "core/explain/words.h"

#include <algorithm>

#include "core/base/code_points.h"
#include "core/base/file.h"

namespace dank {

std::string explainedCaption(std::string_view caption)
{
    return std::string(utf8Prefix(caption, kMaxExplainedBytes));
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
        words.push_back({printable(utf8Prefix(caption.substr(begin, end - begin), kMaxWordBytes)),
                         std::string(caption.substr(0, begin)) + std::string(caption.substr(end))});
    }
    return words;
}

}  // namespace dank
