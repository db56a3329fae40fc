// A stand-in for libdank_engine.so. FAKE_ABI and FAKE_MODE decide how it misbehaves.

#include <stdexcept>

#include "core/base/error.h"
#include "core/engine/engine_abi.h"
#include "core/engine/loader.h"

extern "C" int dankEngineAbi()
{
    return FAKE_ABI;
}

#if FAKE_MODE != 3  // 3: the factory is missing
extern "C" dank::Engine *dankMakeEngine(const dank::EngineOptions *options)
{
    if (FAKE_MODE == 1)
        throw std::runtime_error("no cores: " + std::to_string(options->threads));
    if (FAKE_MODE == 2)
        throw dank::Error(dank::ErrorKind::Memory, "out of memory");
    return nullptr;
}
#endif
