#include "core/learn/settings_list.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dank {

namespace {

std::string textOf(const nlohmann::ordered_json &value)
{
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_boolean())
        return value.get<bool>() ? "yes" : "no";
    if (!value.is_array())
        return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    std::string list;
    for (const auto &item : value)
        list += (list.empty() ? "" : ",") + textOf(item);
    return list.empty() ? "none" : list;
}

}  // namespace

std::vector<Setting> settingsList(const TrainConfig &config)
{
    std::vector<Setting> list;
    const auto json = nlohmann::ordered_json::parse(trainConfigToJson(config));
    for (const auto &[key, value] : json.items())
        list.push_back({key, textOf(value)});
    return list;
}

std::vector<std::string> differingSettings(std::span<const TrainConfig> configs)
{
    std::vector<std::string> keys;
    if (configs.empty())
        return keys;
    const std::vector<Setting> first = settingsList(configs.front());
    std::vector<bool> differs(first.size(), false);
    for (const TrainConfig &config : configs.subspan(1)) {
        const std::vector<Setting> other = settingsList(config);
        for (std::size_t i = 0; i < first.size(); ++i)
            differs[i] = differs[i] || other[i].value != first[i].value;
    }
    for (std::size_t i = 0; i < first.size(); ++i)
        if (differs[i])
            keys.push_back(first[i].key);
    return keys;
}

}  // namespace dank
