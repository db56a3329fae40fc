#include "core/store/fine_tuned_run.h"

#include <nlohmann/json.hpp>

namespace dank {

std::int64_t fineTunedRun(const RunRecord &record)
{
    const nlohmann::json made = nlohmann::json::parse(record.request, nullptr, false);
    const auto at = [](const nlohmann::json &object, const char *key) {
        return object.is_object() && object.contains(key) ? object[key] : nlohmann::json();
    };
    const nlohmann::json from = at(at(made, "fine_tune"), "from");
    return from.is_number_integer() ? from.get<std::int64_t>() : 0;
}

}  // namespace dank
