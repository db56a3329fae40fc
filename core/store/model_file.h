#pragma once

#include <filesystem>
#include <string>

#include "core/model/model.h"

namespace dank {

/// Writes a .dankmodel: safetensors whose `__metadata__` holds one JSON document ("dank"), tensors
/// `layers.N.weight`, `layers.N.bias`, `feature.mean`, `feature.scale`, `layer_norm.weight`, `layer_norm.bias`,
/// `reference`; of a pair both or none. Format 2 has layer normalisation, 1 has not, 3 has a blend, 4 has the head that
/// was trained on shuffled upvotes (tensors `shuffled.…` of the same names, its layers' weights as BF16), 5 what
/// fine-tuning changed of its network (tensors `network.…`, and the base's id in the document: the base's own weights
/// are not in it). What scores
/// are worth and rest on (judgement, interval, training range, training pictures, targets of groups, the split's hash)
/// are keys of the document that older programs pass over, and that older files lack. So is the checksum of the whole
/// file, the metadata's "dank_hash" (core/store/model_checksum.h). Atomic. Throws Error{Disk|File}.
void saveModel(const Model &model, const std::filesystem::path &path);

/// Reads one from a stranger: every shape, number and name is checked, and the checksum where it has one. Throws
/// Error{File} or Error{Format} naming the file and the reason; a file of a newer format version is Error{Format}
/// saying so.
Model loadModel(const std::filesystem::path &path);

/// What is to be told of a model's file where one tells of it: empty, or that it is from before there were checksums.
/// Throws Error{File|Format} for what is no safetensors file.
std::string modelFileNote(const std::filesystem::path &path);

}  // namespace dank
