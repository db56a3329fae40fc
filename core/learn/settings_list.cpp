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
    std::vector<std::vector<Setting>> lists;
    for (const TrainConfig &config : configs)
        lists.push_back(settingsList(config));
    std::vector<std::string> keys;
    for (std::size_t i = 0; !lists.empty() && i < lists.front().size(); ++i)
        if (std::any_of(lists.begin(), lists.end(), [&](const auto &list) { return list[i] != lists.front()[i]; }))
            keys.push_back(lists.front()[i].key);
    return keys;
}

}  // namespace dank
