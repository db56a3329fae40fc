#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace dank {

/// Whether the scans of a JPEG without end marker, all of which begin in `bytes`, carry every coefficient of every
/// component to its last bit. Whether the last of them is whole is for a decoder to say. False for arithmetic coding,
/// whose decoders do not notice an end.
bool jpegScansAreComplete(std::span<const std::byte> bytes);

/// Whether a JPEG without end marker has all its rows: its scans are complete and libjpeg-turbo, which decodes it at an
/// eighth of its size, misses nothing. Throws std::bad_alloc.
bool jpegHasAllRows(std::vector<std::byte> bytes);

}  // namespace dank
