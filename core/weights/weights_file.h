#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/weights/container.h"
#include "core/weights/tensor_file.h"

namespace dank {

/// Named tensors from any file that this program can read: safetensors, or what torch.save wrote in its zip or its
/// older form. The container is decided by the file's bytes, never by its name. Throws Error{File} or Error{Format}
/// naming the file and what it seems to be instead (a web page, TorchScript, HDF5, …) or what is wrong with it.
TensorFile openWeightsFile(const std::filesystem::path &path);

/// Whether a file is TorchScript, a network that is a program: a zip archive with code. False for everything else, a
/// damaged archive included. Throws Error{File} when it cannot be read.
bool isTorchScript(const std::filesystem::path &path);

/// 32 hex digits that name the tensors: equal for the same names, types, shapes and bytes, whatever the container,
/// its metadata and the tensors' order. Reads every byte once. Not for security.
std::string contentHash(const TensorFile &file);

/// Writes the tensors as safetensors, atomically and without copying them together. The same tensors and metadata give
/// the same file, whatever they were read from: first those with the largest elements, so that each lies aligned, then
/// by name. Throws Error{Disk} or Error{File}.
void convertToSafetensors(const TensorFile &file, const std::filesystem::path &out,
                          const std::map<std::string, std::string> &metadata);

}  // namespace dank
