#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dank {

/// Grows whenever the signature of some picture changes: stored ones of two versions must never meet.
inline constexpr int kSignatureVersion = 1;

/// The edges of one part of a picture: 16 × 16 cells, for each the sign of the step in luma to its right and to its
/// lower neighbour (up, down, or neither). A block is 2 rows × 8 columns of cells, two blocks a row of blocks; its bits
/// are the planes right-up, right-down, down-up, down-down, each row by row from the left.
struct SignatureWindow {
    static constexpr std::size_t kCells = 16;
    static constexpr std::size_t kMeans = kCells + 1;  ///< along a side of the grid of means that it is made of
    static constexpr std::size_t kBlocks = 16;
    std::array<std::uint64_t, kBlocks> blocks{};

    /// Of means of luma in 0..255 [kMeans, kMeans]. A step counts that is larger than a quarter of the mean step, and
    /// than noise.
    static SignatureWindow of(std::span<const double> means);
    bool operator==(const SignatureWindow &) const = default;
};

/// What a picture is recognised by under other words. Captions stand at the top, at the bottom, in the middle or in
/// bars of one colour beside the picture, and reposts are cropped and framed. So there are one or two views, without
/// plain frames and, where that is another, without bars that hold words; of each, nine windows: the whole, and what
/// cropping a tenth off one side or two sides next to each other leaves.
struct PictureSignature {
    static constexpr std::size_t kWindows = 9;  ///< of a view; the first is the whole
    static constexpr std::size_t kMostViews = 2;
    std::vector<SignatureWindow> windows;  ///< [views, kWindows]

    std::size_t views() const { return windows.size() / kWindows; }
    bool operator==(const PictureSignature &) const = default;
};

/// Beyond this nothing is worth telling: different pictures lie at 25 to 45.
inline constexpr int kFarthest = 32;

/// How far two windows are apart, 0 (the same edges) … 64 (none in common): in the nine blocks of sixteen that agree
/// best, the share of edges that only one of them has, × 64. What words cover is among the other seven. 64 where what
/// is left shows too little to go by.
double windowDistance(const SignatureWindow &a, const SignatureWindow &b);

/// The least of the distances between windows, rounded; more than kFarthest is told as kFarthest. Symmetric.
int signatureDistance(const PictureSignature &a, const PictureSignature &b);

/// As numbers that a float holds exactly, 22 bits each, for a store of vectors.
std::vector<float> packed(const PictureSignature &signature);
/// How many those are for so many views.
constexpr std::size_t packedLength(std::size_t views)
{
    return views * PictureSignature::kWindows * SignatureWindow::kBlocks * 3;
}
/// The way back. Empty where the numbers are no signature.
std::optional<PictureSignature> unpackedSignature(std::span<const float> numbers);

}  // namespace dank
