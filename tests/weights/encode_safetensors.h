#pragma once

#include "core/weights/safetensors.h"

/// The bytes of a whole safetensors file, as writeSafetensors() writes them.
inline std::vector<std::byte> encodeSafetensors(std::span<const dank::TensorToWrite> tensors,
                                                const std::map<std::string, std::string> &metadata)
{
    std::vector<std::byte> file = dank::encodeSafetensorsHeader(tensors, metadata);
    for (const dank::TensorToWrite &tensor : tensors)
        file.insert(file.end(), tensor.bytes.begin(), tensor.bytes.end());
    return file;
}
