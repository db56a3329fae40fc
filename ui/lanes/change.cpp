#include "ui/lanes/change.h"

#include <algorithm>

namespace dank::ui {

void ChangeEvent::merge(const ChangeEvent &later)
{
    if (const auto *status = later.as<JobStatus>()) {
        detail = *status;
    } else if (later.detail.index() != detail.index()) {
        detail = std::monostate();
    } else if (auto *memes = std::get_if<MemeIds>(&detail)) {
        const auto &more = later.as<MemeIds>()->ids;
        memes->ids.insert(memes->ids.end(), more.begin(), more.end());
    } else if (auto *range = std::get_if<ItemRange>(&detail)) {
        range->first = std::min(range->first, later.as<ItemRange>()->first);
        range->last = std::max(range->last, later.as<ItemRange>()->last);
    }
}

}  // namespace dank::ui
