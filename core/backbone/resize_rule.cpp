#include "core/backbone/resize_rule.h"

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

const char *resizeRuleName(ResizeRule rule) noexcept
{
    switch (rule) {
    case ResizeRule::Warp: return "warp";
    case ResizeRule::Crop: return "crop";
    case ResizeRule::Letterbox: return "letterbox";
    case ResizeRule::Whole: return "whole";
    }
    return "warp";
}

ResizeRule resizeRuleFromName(std::string_view name)
{
    for (const ResizeRule rule : {ResizeRule::Warp, ResizeRule::Crop, ResizeRule::Letterbox})
        if (name == resizeRuleName(rule))
            return rule;
    throw Error(ErrorKind::Format,
                "There is no resize rule \"" + sanitizeUtf8(name) + "\"; choose warp, crop or letterbox.");
}

}  // namespace dank
