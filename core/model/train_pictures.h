#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dank {

/// A picture that the model learned from, to show beside one that looks like it.
struct TrainPicture {
    std::size_t row = 0;  ///< into Model::trainIds
    std::string hash;     ///< hashFile() of the picture
    std::int64_t upvotes = 0;
    std::string file;  ///< where it was in its dataset's folder; empty for elsewhere

    bool operator==(const TrainPicture &) const = default;
};

/// The most TrainPictures that a model keeps; of more training rows, these are evenly spread.
inline constexpr std::size_t kMaxTrainPictures = 20'000;
/// Throws Error{Format} for rows beyond `trainRows` or not ascending, hashes that are none, negative upvotes, and files
/// that leave the dataset's folder.
void validateTrainPictures(std::span<const TrainPicture> pictures, std::size_t trainRows);

}  // namespace dank
