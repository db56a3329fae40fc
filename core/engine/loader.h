#pragma once

#include <filesystem>
#include <memory>
#include <vector>

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

/// Where openEngine() looks, best first: beside the executable (build tree), in ../lib/dank-learning (installed), where
/// this build would be installed. `self` is the system's link to the executable; where that cannot be read, since /proc
/// is not mounted, the name that the program was started by is taken.
std::vector<std::filesystem::path> engineCandidates(const std::filesystem::path &self = "/proc/self/exe");

/// Opens libdank_engine.so and makes an engine. Takes about half a second: call it off the GUI thread. Throws
/// Error{Engine} with the loader's reason, Error{Memory} where there is no room for it.
std::shared_ptr<Engine> openEngine(const EngineOptions &options = {});

}  // namespace dank
