#pragma once

#include <filesystem>
#include <vector>

namespace dank {

/// Whether a file is an ONNX network, by its bytes. Throws Error{Format} for a damaged file that is called .onnx.
bool isOnnxFile(const std::filesystem::path &file);

/// Copies an ONNX network, its description and the files that hold tensors of it into the library, as
/// weights/own/<hash>/, where models that were made with it find it; one that is there already stays. It is built once
/// as the check. Throws Error{Weights|Format|File|Disk} and leaves nothing by half.
void keepOwnNetwork(const std::filesystem::path &file, const std::filesystem::path &library);

/// The networks that keepOwnNetwork() has kept.
std::vector<std::filesystem::path> keptOwnNetworks(const std::filesystem::path &library);

}  // namespace dank
