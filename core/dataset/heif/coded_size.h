#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace dank {

/// How large the pictures of a coded stream are: what a decoder allocates, whatever the file around it claims.
struct CodedSize {
    std::int64_t width = 0;
    std::int64_t height = 0;
};

/// Of a sequence parameter set of HEVC (ITU-T H.265, 7.3.2.2), with its unit's two bytes of header in front; cropping
/// is not taken off. Empty where it ends too early.
std::optional<CodedSize> hevcCodedSize(std::span<const std::byte> unit);

/// Of the payload of a sequence header of AV1 (AV1 bitstream specification, 5.5): the largest frame that may follow.
std::optional<CodedSize> av1CodedSize(std::span<const std::byte> payload);

}  // namespace dank
