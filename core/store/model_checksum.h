#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

// Internal to core/store: the checksum of a model's file. It is XXH3-128 of the whole file, its own digits taken as
// zeros, and an entry of the safetensors metadata, which older programs pass over.

namespace dank {

inline constexpr const char *kModelHashKey = "dank_hash";
/// What stands in the entry until sealModel() knows better.
inline const std::string kModelHashBlank(32, '0');

/// Writes the checksum into an encoded header that has kModelHashBlank under kModelHashKey; `tensors` follow it in the
/// file. Throws Error{Shape} where the header has no such entry.
void sealModel(std::vector<std::byte> &header, std::span<const std::span<const std::byte>> tensors);

/// Throws Error{Format}, a part of a sentence, where a file's bytes are not those that were sealed. Nothing where
/// `metadata`, which is what the file says, has no checksum: it is from before there were any.
void checkModelSeal(std::span<const std::byte> file, const std::map<std::string, std::string> &metadata);

}  // namespace dank
