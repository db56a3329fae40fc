#include "core/words/ctc.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {
namespace {

constexpr float kSpaceGain = 100;
constexpr std::size_t kNothing = 0;
constexpr std::size_t kMostCharacters = 100'000, kLongestCharacter = 16;

/// U+FF01 … U+FF5E are EF BC 81 … EF BD 9E.
std::string narrow(const std::string &character)
{
    if (character.size() != 3 || character[0] != '\xEF' || (character[1] != '\xBC' && character[1] != '\xBD'))
        return character;
    const int point = ((static_cast<unsigned char>(character[1]) & 0x3F) << 6)
                      | (static_cast<unsigned char>(character[2]) & 0x3F);  // of its last 12 bits
    constexpr int kFirst = 0xF01, kLast = 0xF5E;
    return point >= kFirst && point <= kLast ? std::string(1, static_cast<char>('!' + point - kFirst)) : character;
}

}  // namespace

CharacterClasses::CharacterClasses(std::string_view dictionary, std::string_view name)
{
    const auto refuse = [&](const std::string &why) {
        throw Error(ErrorKind::Format, std::string(name) + " is no list of characters, one a line: " + why + ".");
    };
    if (sanitizeUtf8(dictionary) != dictionary)
        refuse("it is not UTF-8");
    while (!dictionary.empty()) {
        const std::size_t end = std::min(dictionary.find('\n'), dictionary.size());
        std::string_view line = dictionary.substr(0, end);
        dictionary.remove_prefix(std::min(end + 1, dictionary.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.size() > kLongestCharacter)
            refuse("line " + std::to_string(m_characters.size() + 1) + " has more than "
                   + std::to_string(kLongestCharacter) + " bytes");
        m_characters.push_back(narrow(std::string(line)));
        if (m_characters.size() > kMostCharacters)
            refuse("it has more than " + std::to_string(kMostCharacters) + " lines");
    }
    if (m_characters.empty())
        refuse("it is empty");
}

std::vector<LineWord> readLine(std::span<const float> likely, const CharacterClasses &classes)
{
    if (likely.size() % classes.size() != 0)
        throw Error(ErrorKind::Shape, "A line's likelihoods are of another number of characters.");
    const std::size_t steps = likely.size() / classes.size();
    std::vector<LineWord> words;
    std::size_t before = kNothing, characters = 0;
    bool isOpen = false;  // the last word may go on
    const auto close = [&] {
        if (isOpen)
            words.back().confidence /= static_cast<double>(characters);
        isOpen = false;
    };
    for (std::size_t step = 0; step < steps; ++step) {
        const std::span<const float> row = likely.subspan(step * classes.size(), classes.size());
        auto best = static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
        // Where nothing is likeliest, a space may be meant. Where a character is, it would swallow commas and
        // apostrophes.
        if (best == kNothing && row[classes.space()] * kSpaceGain > row[best])
            best = classes.space();
        const double to = static_cast<double>(step + 1) / static_cast<double>(steps);
        if (best == classes.space()) {
            close();
        } else if (best != kNothing && best == before) {
            words.back().to = to;
        } else if (best != kNothing) {
            if (!isOpen) {
                words.push_back({{}, static_cast<double>(step) / static_cast<double>(steps), to, 0});
                characters = 0;
                isOpen = true;
            }
            LineWord &word = words.back();
            word.text += classes[best];
            word.to = to;
            word.confidence += std::clamp(static_cast<double>(row[best]), 0.0, 1.0);
            ++characters;
        }
        before = best;
    }
    close();
    return words;
}

std::vector<TextWord> wordsInPicture(const std::vector<LineWord> &line, const TextQuad &quad, int width, int height)
{
    std::vector<TextWord> words;
    for (const LineWord &word : line) {
        double left = width, top = height, right = 0, bottom = 0;
        for (const double along : {word.from, word.to})
            for (const auto &[from, to] :
                 {std::pair(quad.corners[0], quad.corners[1]), {quad.corners[3], quad.corners[2]}}) {
                const double x = from.x + along * (to.x - from.x), y = from.y + along * (to.y - from.y);
                left = std::min(left, x);
                right = std::max(right, x);
                top = std::min(top, y);
                bottom = std::max(bottom, y);
            }
        const auto pixel = [](double at, int most) { return std::clamp(static_cast<int>(std::lround(at)), 0, most); };
        const int x = pixel(left, width - 1), y = pixel(top, height - 1);
        words.push_back({sanitizeUtf8(word.text), x, y, std::max(1, pixel(right, width) - x),
                         std::max(1, pixel(bottom, height) - y), word.confidence});
    }
    return words;
}

}  // namespace dank
