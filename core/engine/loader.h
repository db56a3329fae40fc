#pragma once

#include <memory>

#include "core/engine/engine.h"

namespace dank {

struct EngineOptions {
    int threads = 0;  ///< compute threads, 0 for one per core
};

/// Has the engine's threads sleep when they have waited for each other for some microseconds, unless the environment
/// says otherwise: spinning longer, they take the processor from the very thread that they wait for, and beside another
/// busy program an epoch then takes seconds instead of a tenth of one. To be called first in main(), since it changes
/// the environment.
void letThreadsSleep();

/// Opens libdank_engine.so beside the executable (build tree) or in ../lib/dank-learning (installed) and makes an
/// engine. Takes about half a second: call it off the GUI thread. Throws Error{Engine} with the loader's reason.
std::shared_ptr<Engine> openEngine(const EngineOptions &options = {});

}  // namespace dank
