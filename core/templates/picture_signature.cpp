#include "core/templates/picture_signature.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/error.h"
#include "core/base/vectorised.h"

namespace dank {

namespace {

constexpr double kNoise = 1.5;  // grey levels that JPEG may move a cell's mean
constexpr double kScale = 64;
constexpr std::uint32_t kCounted = 9;       // blocks of 16
constexpr std::uint32_t kLeastInBlock = 8;  // edges of both, to tell anything
constexpr std::uint32_t kLeastInWindow = 240;
constexpr std::uint32_t kLeastShare = 4;    // of all edges a quarter must lie in the counted blocks
constexpr std::uint32_t kLeastTurns = 140;  // in the counted blocks; two memes of one template have some 220
constexpr int kPartBits = 22;
constexpr std::size_t kParts = 3;
constexpr std::uint64_t kPartMask = (std::uint64_t{1} << kPartBits) - 1;

/// Of edges, how many have no such edge beside or below them in their block, or are what is beside or below none. One
/// soft light in the middle fills a picture with edges that all say the same; turns are what tells it from another.
DANK_INLINED std::uint32_t turnsOf(std::uint64_t edges)
{
    constexpr std::uint64_t kNotLastInRow = 0x7f7f7f7f7f7f7f7f, kUpperRows = 0x00ff00ff00ff00ff;
    return static_cast<std::uint32_t>(std::popcount((edges ^ edges >> 1) & kNotLastInRow)
                                      + std::popcount((edges ^ edges >> 8) & kUpperRows));
}

DANK_INLINED double distanceOf(const SignatureWindow &a, const SignatureWindow &b)
{
    // In one word, so that they compare by the first: share of edges that differ, differing edges, edges, place.
    constexpr std::size_t kBlocks = SignatureWindow::kBlocks;
    std::array<std::uint32_t, kBlocks> blocks;
    std::uint32_t all = 0;
    for (std::uint32_t i = 0; i < kBlocks; ++i) {
        const auto differ = static_cast<std::uint32_t>(std::popcount(a.blocks[i] ^ b.blocks[i]));
        const auto both = static_cast<std::uint32_t>(std::popcount(a.blocks[i]) + std::popcount(b.blocks[i]));
        const std::uint32_t share = both < kLeastInBlock ? 0xfff : differ * 2048 / both;
        blocks[i] = share << 20 | differ << 12 | both << 4 | i;
        all += both;
    }
    // Each block's rank by counting: quicker than sorting so few, and without branches.
    std::uint32_t differ = 0, edges = 0, turns = 0;
    for (std::size_t i = 0; i < kBlocks; ++i) {
        std::uint32_t rank = 0;
        for (std::size_t k = 0; k < kBlocks; ++k)
            rank += blocks[k] < blocks[i] ? 1 : 0;
        const std::uint32_t counts = rank < kCounted ? 0xff : 0;
        differ += blocks[i] >> 12 & counts;
        edges += blocks[i] >> 4 & counts;
        turns += turnsOf(a.blocks[i] & b.blocks[i]) & counts;
    }
    const bool tooLittle = edges < kLeastInWindow || edges * kLeastShare < all || turns < kLeastTurns;
    return tooLittle ? kScale : kScale * differ / edges;
}

using Windows = std::span<const SignatureWindow>;

DANK_INLINED void lowerToLeast(const Windows &some, const Windows &others, double *const &least)
{
    for (const SignatureWindow &one : some)
        for (const SignatureWindow &other : others)
            *least = std::min(*least, distanceOf(one, other));
}

double leastBetween(Windows some, Windows others, double least)
{
    vectorised<lowerToLeast>(some, others, &least);
    return least;
}

}  // namespace

SignatureWindow SignatureWindow::of(std::span<const double> means)
{
    if (means.size() != kMeans * kMeans)
        throw Error(ErrorKind::Shape, "A signature is made of 17 × 17 means.");
    const auto at = [&](std::size_t row, std::size_t column) { return means[row * kMeans + column]; };
    const auto across = [&](std::size_t row, std::size_t column) { return at(row, column + 1) - at(row, column); };
    const auto down = [&](std::size_t row, std::size_t column) { return at(row + 1, column) - at(row, column); };
    double sum = 0;
    for (std::size_t row = 0; row < kCells; ++row)
        for (std::size_t column = 0; column < kCells; ++column)
            sum += std::abs(across(row, column)) + std::abs(down(row, column));
    const double least = std::max(kNoise, sum / (2 * kCells * kCells) / 4);
    SignatureWindow window;
    for (std::size_t row = 0; row < kCells; ++row)
        for (std::size_t column = 0; column < kCells; ++column) {
            const std::size_t bit = (row % 2) * 8 + column % 8;
            const double steps[] = {across(row, column), -across(row, column), down(row, column), -down(row, column)};
            for (std::size_t plane = 0; plane < 4; ++plane)
                if (steps[plane] > least)
                    window.blocks[row / 2 * 2 + column / 8] |= std::uint64_t{1} << (plane * 16 + bit);
        }
    return window;
}

double windowDistance(const SignatureWindow &a, const SignatureWindow &b)
{
    return distanceOf(a, b);
}

int signatureDistance(const PictureSignature &a, const PictureSignature &b)
{
    // Whole pictures against all windows first: what is far apart then is not near elsewhere.
    constexpr double kPromising = 26;
    double least = kScale;
    for (std::size_t view = 0; view < a.views(); ++view)
        least = leastBetween(std::span(a.windows).subspan(view * PictureSignature::kWindows, 1), b.windows, least);
    for (std::size_t view = 0; view < b.views(); ++view)
        least = leastBetween(std::span(b.windows).subspan(view * PictureSignature::kWindows, 1), a.windows, least);
    if (least <= kPromising)
        least = leastBetween(a.windows, b.windows, least);
    return std::min(static_cast<int>(std::lround(least)), kFarthest);
}

std::vector<float> packed(const PictureSignature &signature)
{
    std::vector<float> numbers;
    numbers.reserve(packedLength(signature.views()));
    for (const SignatureWindow &window : signature.windows)
        for (const std::uint64_t block : window.blocks)
            for (std::size_t part = 0; part < kParts; ++part)
                numbers.push_back(static_cast<float>(block >> (kPartBits * part) & kPartMask));
    return numbers;
}

std::optional<PictureSignature> unpackedSignature(std::span<const float> numbers)
{
    PictureSignature signature;
    for (std::size_t views = 1; views <= PictureSignature::kMostViews; ++views)
        if (numbers.size() == packedLength(views))
            signature.windows.resize(views * PictureSignature::kWindows);
    if (signature.windows.empty())
        return std::nullopt;
    std::size_t at = 0;
    for (SignatureWindow &window : signature.windows)
        for (std::uint64_t &block : window.blocks)
            for (std::size_t part = 0; part < kParts; ++part, ++at) {
                const float number = numbers[at];
                if (!(number >= 0 && number <= static_cast<float>(kPartMask)) || number != std::floor(number))
                    return std::nullopt;
                block |= static_cast<std::uint64_t>(number) << (kPartBits * part);
            }
    return signature;
}

}  // namespace dank
