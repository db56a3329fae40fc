#include "core/store/fine_tuned_run.h"

#include <nlohmann/json.hpp>

namespace dank {

bool isFineTuning(const RunRecord &record)
{
    const nlohmann::json made = nlohmann::json::parse(record.request, nullptr, false);
    return made.is_object() && made.contains("fine_tune");
}

}  // namespace dank
