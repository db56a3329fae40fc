#pragma once

#include <cstdint>
#include <vector>

#include "core/dataset/byte_source.h"
#include "core/dataset/image_probe.h"

namespace dank {

/// A piece of the file.
struct HeifExtent {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// One thing that a HEIF file wants done to its coded picture: a crop, or a turn or mirroring.
struct HeifChange {
    std::int64_t left = 0;
    std::int64_t top = 0;
    std::int64_t width = 0;  ///< of the crop; 0: none
    std::int64_t height = 0;
    int orientation = 1;  ///< as EXIF counts them
};

/// What the boxes of a HEIF file (ISO/IEC 23008-12) say of the picture that it shows first, its primary item.
struct HeifPicture {
    ImageFormat format = ImageFormat::Heic;  ///< by what it is coded with: HEVC or AV1
    std::int64_t width = 0;                  ///< cropped and upright; not judged yet, any number of 32 bits
    std::int64_t height = 0;
    std::vector<HeifChange> changes;  ///< of the coded picture and its transparency, in their order
    /// What a decoder need not see, as pieces of the file to be made 0: the kinds of items such as "Exif" and "mime",
    /// and each picture's links to crops and turns.
    std::vector<HeifExtent> unneeded;
};

/// Follows the boxes as far as each byte that the picture needs, its tiles and its transparency too, and looks into the
/// coded streams: how many pixels a decoder will have to make of them must be allowed as a whole. Decodes nothing.
/// `format` is what its brand says. Throws Refusal; reads at most some KiB at a time.
HeifPicture lookAtHeif(ByteSource &source, ImageFormat format);

}  // namespace dank
