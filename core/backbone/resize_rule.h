#pragma once

#include <string_view>

namespace dank {

/// How a picture of any shape becomes inputSide × inputSide.
enum class ResizeRule {
    Warp,       ///< stretched to the square, the paper's
    Crop,       ///< the short side becomes cropSide, the middle is kept: what the weights' publishers do
    Letterbox,  ///< the long side fits, the rest is mid grey
    Whole,      ///< not resized: for a backbone that takes whole pictures, and nobody else
};
const char *resizeRuleName(ResizeRule rule) noexcept;  ///< "warp", "crop", "letterbox", "whole"
/// Throws Error{Format}; "whole" is not for asking.
ResizeRule resizeRuleFromName(std::string_view name);

}  // namespace dank
