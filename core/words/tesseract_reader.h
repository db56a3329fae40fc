#pragma once

#include <memory>
#include <string>

#include "core/words/text_reader.h"

namespace dank {

/// Tesseract on several views of the picture (core/image/text_views.h), in search of sparse text. Throws as
/// makeTextReader().
std::unique_ptr<TextReader> makeTesseractReader(const std::string &languages);

/// "5.3.0"
std::string tesseractVersion();

}  // namespace dank
