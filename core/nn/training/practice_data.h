#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/image.h"
#include "core/base/random.h"
#include "core/dataset/feature_matrix.h"
#include "core/learn/split.h"

namespace dank {

/// Seeded random features and targets to time a training on, with nothing to learn in them.
struct PracticeData {
    FeatureMatrix features;      ///< [rows, columns], each in 0..1
    std::vector<float> targets;  ///< [rows], each in 0..1
    Split split;                 ///< every tenth row held out
};

inline PracticeData makePracticeData(std::size_t rows, std::size_t columns)
{
    PracticeData data;
    data.features.columns = columns;
    data.features.values.resize(rows * columns);
    Random random(3);
    for (float &value : data.features.values)
        value = static_cast<float>(random.uniform());
    for (std::size_t row = 0; row < rows; ++row) {
        data.features.ids.push_back(std::to_string(row));
        data.targets.push_back(static_cast<float>(random.uniform()));
        (row % 10 == 0 ? data.split.validation : data.split.train).push_back(row);
    }
    return data;
}

/// Square pictures of blocks of seeded random colours, from fine to coarse in turn.
inline std::vector<Image> practicePictures(std::size_t count, int side)
{
    std::vector<Image> images;
    Random random(5);
    for (std::size_t i = 0; i < count; ++i) {
        Image image{side, side, {}};
        const int grain = 4 << (i % 6), blocks = side / grain + 1;
        std::vector<std::uint8_t> colours(static_cast<std::size_t>(3 * blocks * blocks));
        for (std::uint8_t &colour : colours)
            colour = static_cast<std::uint8_t>(random.below(256));
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x)
                for (int c = 0; c < 3; ++c)
                    image.rgb.push_back(colours[static_cast<std::size_t>(((y / grain) * blocks + x / grain) * 3 + c)]);
        images.push_back(std::move(image));
    }
    return images;
}

}  // namespace dank
