#pragma once

#include <cstddef>
#include <span>

namespace dank {

/// What a file of ISO's base media kind is, by its brands.
enum class MediaKind {
    None,  ///< not of that kind
    Film,
    Heic,  ///< a picture, as a rule coded with HEVC
    Avif,  ///< a picture or a sequence of pictures, as a rule coded with AV1
};

/// By the first bytes of a file: the main brand, and those that it says to be compatible with.
MediaKind mediaKind(std::span<const std::byte> head);

/// Whether HEIC and AVIF are read: whether libheif was found when this was built.
bool readsHeif() noexcept;

}  // namespace dank
