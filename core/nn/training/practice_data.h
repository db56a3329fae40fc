#pragma once

#include <cstddef>
#include <string>
#include <vector>

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

}  // namespace dank
