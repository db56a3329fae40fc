#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace dank {

/// What kind of file weights lie in.
enum class WeightsContainer {
    Safetensors,
    TorchZip,     ///< torch.save since PyTorch 1.6, or TorchScript: a zip archive
    TorchLegacy,  ///< torch.save before
    TorchTar,     ///< torch.save before 2017
    Other,        ///< none that holds weights for this program
};

/// Decides by the first bytes alone; whether the rest is sound, the container's reader finds out.
WeightsContainer containerOf(std::span<const std::byte> bytes);

/// What a file that is Other seems to be and what to do about it, as the end of a sentence without its full stop:
/// "it is a web page, probably an error message saved as a file: download it again".
std::string describeOther(std::span<const std::byte> bytes);

}  // namespace dank
