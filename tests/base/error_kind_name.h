#pragma once

#include "core/base/error.h"
#include "core/base/names.h"

namespace dank {

/// A short name of a kind ("weights"), for what a test compares.
inline const char *errorKindName(ErrorKind kind) noexcept
{
    static constexpr const char *kNames[] = {"file",    "format",   "dataset", "weights",  "device", "memory", "disk",
                                             "library", "mismatch", "shape",   "diverged", "engine", "network"};
    return nameIn(kNames, kind);
}

}  // namespace dank
