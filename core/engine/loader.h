#pragma once

#include <memory>

#include "core/engine/engine.h"

namespace dank {

struct EngineOptions {
    int threads = 0;  ///< compute threads, 0 for one per core
};

/// Opens libdank_engine.so beside the executable (build tree) or in ../lib/dank-learning (installed) and makes an
/// engine. Takes about half a second: call it off the GUI thread. Throws Error{Engine} with the loader's reason.
std::shared_ptr<Engine> openEngine(const EngineOptions &options = {});

}  // namespace dank
