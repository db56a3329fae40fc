#pragma once

#include <string_view>

namespace dank {

/// What a network computes in.
enum class Precision { Float32, BFloat16, Float16 };
const char *precisionName(Precision precision) noexcept;  ///< "fp32", "bf16", "fp16"
Precision precisionFromName(std::string_view name);       ///< throws Error{Format} for another word

}  // namespace dank
