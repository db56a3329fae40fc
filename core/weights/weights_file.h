#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "core/weights/tensor_file.h"

namespace dank {

/// Named tensors from any file that this program can read: safetensors, what torch.save wrote in its zip or its older
/// form, or a model of Keras' as HDF5 or as TensorFlow.js' model.json with its shards beside it. The container is
/// decided by the file's bytes, never by its name. Throws Error{File} or Error{Format} naming the file and what it
/// seems to be instead (a web page, TorchScript, …) or what is wrong with it.
///
/// Of Keras': one of the networks that tensorflow/keras_names.h knows, under the names that the same network has in
/// PyTorch, with kConventionKey and kRecognisedKey in its metadata.
///
/// Of torch.save's: a state dict, that is a dict of named tensors, or a dict with one under "state_dict" or "model";
/// other entries are passed over. Nothing in the file is ever run, looked up or written to disk: what a state dict
/// does not use is refused by name. Checked whole before any tensor is handed out: checksums (zip), every storage
/// there, used, and of the size announced, every tensor inside its storage, nothing after the last. Tensors that do not
/// lie in row-major order are copied into it. What it allocates is bounded by the file's size times a small factor.
TensorFile openWeightsFile(const std::filesystem::path &path);

/// In a TensorFile's metadata: how a network with these numbers is built and fed (core/backbone/convention.h), or
/// kUnsaid where its file can be read in several ways. None: as its publisher in PyTorch does.
inline constexpr const char *kConventionKey = "dank.convention";
inline constexpr const char *kUnsaid = "unsaid";
/// In a TensorFile's metadata: what was recognised in a file of Keras', for people.
inline constexpr const char *kRecognisedKey = "dank.recognised";

/// The same on bytes in memory; `name` stands for the path in messages. What the result needs is copied unless there
/// is an `owner` that keeps it.
TensorFile parseWeightsFile(std::span<const std::byte> bytes, const std::filesystem::path &name = "memory",
                            std::shared_ptr<const void> owner = nullptr);

/// Whether a file is TensorFlow.js' model.json, whose numbers lie in files beside it. Throws Error{File} when it cannot
/// be read.
bool liesInSeveralFiles(const std::filesystem::path &path);

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
