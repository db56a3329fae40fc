#pragma once

#include "core/base/error.h"
#include "core/engine/extractor.h"
#include "core/engine/machine.h"
#include "core/engine/parts.h"
#include "core/engine/pictures.h"
#include "core/engine/rater.h"
#include "core/engine/trainer.h"
#include "core/engine/weights_shelf.h"
#include "core/engine/word_reading.h"

namespace dank {

/// The heavy half of the program (LibTorch, OpenCV, Tesseract) behind small interfaces, so that window and command line
/// can open it late and off their main thread. All calls may be made from any thread; each long one takes a JobContext.
/// Errors are dank::Error, a stop is dank::Cancelled. The parts live as long as the engine.
class Engine {
public:
    virtual ~Engine() = default;

    virtual Extractor &extractor() = 0;
    virtual Trainer &trainer() = 0;
    virtual Rater &rater() = 0;
    virtual WeightsShelf &shelf() = 0;
    virtual Machine &machine() = 0;
    virtual Pictures &pictures() = 0;
    virtual WordReading &words() = 0;
    virtual Parts &parts() { throw Error(ErrorKind::Engine, "This engine computes no parts of a dataset."); }
};

}  // namespace dank
