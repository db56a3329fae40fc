#include "core/words/reading_order.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <tuple>

namespace dank {
namespace {

constexpr double kMostCovered = 0.3;  // of the smaller box of two words that both stay
constexpr double kSameLine = 0.5;     // of the lower of two words' heights beside each other
constexpr double kMostOver = 0.5;     // of the narrower of two words beside each other: slanted lines' boxes overlap
constexpr double kWidestSpace = 2;    // within a piece of a line, by the height of the words beside it
constexpr double kWidestLeading = 1;  // between lines of a block, by their letters' height
constexpr double kDeepest = 0.7;      // that a slanted line's box reaches into the next one's, likewise
constexpr double kMostOther = 1.8;    // by which letters in one block differ in height
constexpr double kSure = 0.85;        // of a word that no other view has read

/// A word and how many other views read it too.
struct Candidate {
    TextWord word;
    int others = 0;
};
using Piece = std::vector<Candidate>;  ///< words side by side, from left to right

std::size_t countCharacters(const std::string &utf8)
{
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// The share of the smaller box that both have.
double overlap(const TextWord &a, const TextWord &b)
{
    const std::int64_t width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
    const std::int64_t height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
    const std::int64_t smaller = std::min(std::int64_t{a.width} * a.height, std::int64_t{b.width} * b.height);
    if (width <= 0 || height <= 0 || smaller <= 0)
        return 0;
    return static_cast<double>(width * height) / static_cast<double>(smaller);
}

/// The surest words that do not lie over each other.
std::vector<Candidate> surest(std::span<const std::vector<TextWord>> readings)
{
    std::vector<Candidate> candidates;
    for (const std::vector<TextWord> &reading : readings)
        for (const TextWord &word : reading) {
            const std::string letters = lettersOf(word.text);
            if (letters.empty())
                continue;
            const auto reads = [&](const std::vector<TextWord> &other) {
                return &other != &reading && std::any_of(other.begin(), other.end(), [&](const TextWord &theirs) {
                    return overlap(word, theirs) > 0.5 && lettersOf(theirs.text) == letters;
                });
            };
            candidates.push_back({word, static_cast<int>(std::count_if(readings.begin(), readings.end(), reads))});
        }
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate &a, const Candidate &b) {
        return std::tuple(b.word.confidence, a.word.y, a.word.x) < std::tuple(a.word.confidence, b.word.y, b.word.x);
    });
    std::vector<Candidate> kept;
    for (Candidate &candidate : candidates)
        if (std::all_of(kept.begin(), kept.end(),
                        [&](const Candidate &surer) { return overlap(candidate.word, surer.word) <= kMostCovered; }))
            kept.push_back(std::move(candidate));
    return kept;
}

double middle(const TextWord &word)
{
    return word.y + word.height / 2.0;
}

bool isOver(const TextWord &a, const TextWord &b)
{
    return std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x) > kMostOver * std::min(a.width, b.width);
}

/// Words beside each other, from the top down, each line from left to right.
std::vector<Piece> linesOf(std::vector<Candidate> words)
{
    std::stable_sort(words.begin(), words.end(), [](const Candidate &a, const Candidate &b) {
        return std::tuple(middle(a.word), a.word.x) < std::tuple(middle(b.word), b.word.x);
    });
    struct Line {
        Piece words;
        double tops = 0, heights = 0, middles = 0;  ///< sums
        double mean(double sum) const { return sum / static_cast<double>(words.size()); }
    };
    std::vector<Line> lines;
    for (Candidate &word : words) {
        const TextWord &box = word.word;
        const auto isBeside = [&](const Line &line) {
            const double top = line.mean(line.tops), height = line.mean(line.heights);
            const double both = std::min(box.y + box.height * 1.0, top + height) - std::max(box.y * 1.0, top);
            return both > kSameLine * std::min(box.height * 1.0, height)
                   && std::none_of(line.words.begin(), line.words.end(),
                                   [&](const Candidate &other) { return isOver(box, other.word); });
        };
        auto line = std::find_if(lines.rbegin(), lines.rend(), isBeside);
        if (line == lines.rend()) {
            lines.emplace_back();
            line = lines.rbegin();
        }
        line->tops += box.y;
        line->heights += box.height;
        line->middles += middle(box);
        line->words.push_back(std::move(word));
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line &a, const Line &b) { return a.mean(a.middles) < b.mean(b.middles); });
    std::vector<Piece> sorted;
    for (Line &line : lines) {
        std::stable_sort(line.words.begin(), line.words.end(),
                         [](const Candidate &a, const Candidate &b) { return a.word.x < b.word.x; });
        sorted.push_back(std::move(line.words));
    }
    return sorted;
}

/// A line cut at its wide gaps.
std::vector<Piece> piecesOf(Piece line)
{
    std::vector<Piece> pieces;
    for (Candidate &next : line) {
        if (!pieces.empty()) {
            const TextWord &last = pieces.back().back().word;
            const int gap = next.word.x - (last.x + last.width);
            if (gap <= kWidestSpace * std::max(last.height, next.word.height)) {
                pieces.back().push_back(std::move(next));
                continue;
            }
        }
        pieces.push_back({std::move(next)});
    }
    return pieces;
}

bool isSure(const Candidate &candidate)
{
    return candidate.others > 0 || candidate.word.confidence >= kSure;
}

/// Without single letters that may be a scratch; nothing where no word is long and sure enough to be no accident.
Piece textIn(Piece piece)
{
    bool isText = false;
    std::erase_if(piece, [&](const Candidate &candidate) {
        const std::size_t letters = countCharacters(lettersOf(candidate.word.text));
        const bool twoLetters = letters == 2 && candidate.others > 0 && candidate.word.confidence >= kSure;
        isText = isText || twoLetters || (letters >= 3 && isSure(candidate));
        return letters == 1 && !isSure(candidate);
    });
    return isText ? piece : Piece{};
}

/// A line of a block as a box. Heights are those of its letters, without the slope that a long line may have.
struct Box {
    explicit Box(const Piece &piece)
    {
        std::vector<int> heights;
        for (const auto &[word, others] : piece) {
            left = heights.empty() ? word.x : std::min(left, word.x);
            top = heights.empty() ? word.y : std::min(top, word.y);
            right = std::max(right, word.x + word.width);
            bottom = std::max(bottom, word.y + word.height);
            heights.push_back(word.height);
        }
        std::sort(heights.begin(), heights.end());
        letters = heights[heights.size() / 2];
    }

    /// Whether a block goes on with `next`.
    bool isAbove(const Box &next) const
    {
        const int larger = std::max(letters, next.letters), smaller = std::min(letters, next.letters);
        const int gap = next.top - bottom;
        return std::min(right, next.right) > std::max(left, next.left) && gap < kWidestLeading * larger
               && gap > -kDeepest * larger && larger <= kMostOther * smaller;
    }

    int left = 0, top = 0, right = 0, bottom = 0, letters = 0;
};

/// Lines below each other, so that text in columns is read column by column: a panel, a speech bubble.
struct Block {
    std::vector<Piece> lines;
    Box last;
};

/// In the order of their first lines.
std::vector<Block> blocksOf(std::vector<Piece> pieces)
{
    std::vector<Block> blocks;
    for (Piece &piece : pieces) {  // from the top down and from left to right
        const Box box(piece);
        Block *nearest = nullptr;
        for (Block &block : blocks)
            if (block.last.isAbove(box) && (!nearest || block.last.bottom > nearest->last.bottom))
                nearest = &block;
        if (nearest) {
            nearest->lines.push_back(std::move(piece));
            nearest->last = box;
        } else {
            blocks.push_back({{std::move(piece)}, box});
        }
    }
    return blocks;
}

/// Piece by piece in the order of their blocks.
PictureText textOf(std::vector<Piece> pieces)
{
    PictureText merged;
    double weights = 0;
    for (Block &block : blocksOf(std::move(pieces)))
        for (Piece &line : block.lines) {
            for (std::size_t i = 0; i < line.size(); ++i) {
                TextWord &word = line[i].word;
                merged.text += (i > 0 ? " " : merged.text.empty() ? "" : "\n") + word.text;
                const auto weight = static_cast<double>(countCharacters(word.text));
                merged.confidence += weight * word.confidence;
                weights += weight;
                merged.words.push_back(std::move(word));
            }
        }
    if (weights > 0)
        merged.confidence /= weights;
    return merged;
}

}  // namespace

std::string lettersOf(const std::string &text)
{
    std::string letters;  // 0xE2 0x80 … 0xAF begin U+2000 … U+2BFF
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            if (std::isalnum(byte))
                letters += static_cast<char>(std::tolower(byte));
        } else if (byte == 0xC2) {  // U+0080 … U+00BF
            ++i;
        } else if (byte == 0xE2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xB0) {
            i += 2;
        } else {
            letters += text[i];
        }
    }
    return letters;
}

PictureText mergeReadings(std::span<const std::vector<TextWord>> readings)
{
    std::vector<Piece> pieces;
    for (Piece &line : linesOf(surest(readings)))
        for (Piece &piece : piecesOf(std::move(line)))
            if (Piece text = textIn(std::move(piece)); !text.empty())
                pieces.push_back(std::move(text));

    return textOf(std::move(pieces));
}

PictureText orderLines(std::span<const std::vector<TextWord>> lines)
{
    // Each as if it were one word, which stands for its own.
    std::vector<Candidate> whole;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].empty())
            continue;
        TextWord line = lines[i].front();
        for (const TextWord &word : lines[i]) {
            const int right = std::max(line.x + line.width, word.x + word.width);
            const int bottom = std::max(line.y + line.height, word.y + word.height);
            line.x = std::min(line.x, word.x);
            line.y = std::min(line.y, word.y);
            line.width = right - line.x;
            line.height = bottom - line.y;
        }
        line.text = std::to_string(i);
        whole.push_back({std::move(line), 0});
    }
    std::vector<Piece> pieces;
    for (Piece &row : linesOf(std::move(whole)))
        for (const Piece &joined : piecesOf(std::move(row))) {
            Piece &piece = pieces.emplace_back();
            for (const Candidate &line : joined)
                for (const TextWord &word : lines[std::stoul(line.word.text)])
                    piece.push_back({word, 0});
        }
    return textOf(std::move(pieces));
}

}  // namespace dank
