#pragma once

#include "core/base/instruction_set.h"

/// vectorised<function>(arguments…): calls a DANK_INLINED function that is compiled for several generations of vector
/// instructions, by the one that instructionSet() says. For loops that the compiler turns into such instructions; what
/// the function calls must be inlined, by DANK_INLINED if need be. Sums may be fused (a × b + c rounded once) where a
/// file's compile options do not forbid it, so that the last digits can differ between processors.
#if defined(__x86_64__) && __GNUC__ >= 12 && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)                     \
    && !defined(__SANITIZE_THREAD__)
#define DANK_X86_LEVELS 1
#define DANK_V3 __attribute__((target("arch=x86-64-v3")))
#define DANK_V4 __attribute__((target("arch=x86-64-v4")))
#else
#define DANK_X86_LEVELS 0
#endif
#define DANK_INLINED __attribute__((always_inline)) inline

namespace dank {

#if DANK_X86_LEVELS

template <auto function, typename... Arguments>
DANK_V3 void onAvx2(const Arguments &...arguments)
{
    function(arguments...);
}

template <auto function, typename... Arguments>
DANK_V4 void onAvx512(const Arguments &...arguments)
{
    function(arguments...);
}

template <auto function, typename... Arguments>
void vectorised(const Arguments &...arguments)
{
    switch (instructionSet()) {
    case InstructionSet::Avx512: return onAvx512<function>(arguments...);
    case InstructionSet::Avx2: return onAvx2<function>(arguments...);
    case InstructionSet::Baseline: break;
    }
    function(arguments...);
}

#else

template <auto function, typename... Arguments>
void vectorised(const Arguments &...arguments)
{
    function(arguments...);
}

#endif

}  // namespace dank
