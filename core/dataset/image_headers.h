#pragma once

#include <string>

#include "core/dataset/byte_source.h"
#include "core/dataset/image_probe.h"

// For image_probe.cpp alone: what each format's headers say.

namespace dank {

/// Says why the picture will not be decoded.
ImageProbe &refuse(ImageProbe &probe, SkipReason reason, std::string detail);
/// The same, for a file that ends before its picture does.
ImageProbe &truncated(ImageProbe &probe);

/// Each follows its format's headers as far as the end marker and sets the probe's size, or says why the picture will
/// not be decoded. The probe's format is set and the file begins with that format's magic.
void probeJpeg(ByteSource &source, ImageProbe &probe);
void probePng(ByteSource &source, ImageProbe &probe);
void probeGif(ByteSource &source, ImageProbe &probe);
void probeWebP(ByteSource &source, ImageProbe &probe);
void probeBmp(ByteSource &source, ImageProbe &probe);

}  // namespace dank
