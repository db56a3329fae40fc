#pragma once

#include <memory>

#include "core/pipeline/words/ppocr_files.h"
#include "core/words/text_reader.h"

namespace dank {

class PpocrNetworks;

/// Opens the three and checks that they belong together. Throws Error{Weights} that names what is missing and what to
/// do, or what is wrong.
std::shared_ptr<const PpocrNetworks> openPpocr(const PpocrFiles &files);
/// PP-OCR: finds lines, reads each, computes on `threads` threads. Cheap: networks are shared.
std::unique_ptr<TextReader> makePpocrReader(std::shared_ptr<const PpocrNetworks> networks, int threads);

}  // namespace dank
