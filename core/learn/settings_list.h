#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/learn/train_config.h"

namespace dank {

/// One setting of a training as text, for tables: ("learning_rate", "0.001").
struct Setting {
    std::string key;  ///< as in trainConfigToJson()
    std::string value;

    bool operator==(const Setting &) const = default;
};

/// All of them, in the order of trainConfigToJson(): the same keys for every configuration.
std::vector<Setting> settingsList(const TrainConfig &config);

/// The keys whose values are not the same in all of them, in that order; none for fewer than two.
std::vector<std::string> differingSettings(std::span<const TrainConfig> configs);

}  // namespace dank
