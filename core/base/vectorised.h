#pragma once

#include <cstddef>  // says whether this is glibc

/// DANK_VECTORISED before a function's definition: it is compiled for several generations of vector instructions, and
/// the processor's own is chosen when the program starts. For loops that the compiler turns into such instructions;
/// what the function calls must be inlined, by DANK_INLINED if need be. Sums may be fused (a × b + c rounded once)
/// where a file's compile options do not forbid it, so that the last digits can differ between processors.
/// DANK_LESSER_CPU, an option of CMake's: none for AVX-512, to test here what a processor without it computes.
#if defined(__x86_64__) && defined(__GLIBC__) && __GNUC__ >= 12 && !defined(__clang__)                                 \
    && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define DANK_X86_LEVELS 1
#ifdef DANK_LESSER_CPU
#define DANK_VECTORISED __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define DANK_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#else
#define DANK_X86_LEVELS 0
#define DANK_VECTORISED
#endif
#define DANK_INLINED __attribute__((always_inline)) inline
