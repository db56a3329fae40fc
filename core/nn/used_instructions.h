#pragma once

#include <string>

namespace dank {

/// Which vector instructions this program, LibTorch and oneDNN use here, as each says itself: "dank avx2, LibTorch
/// AVX2, oneDNN AVX2". Throws as instructionSet() does.
std::string usedInstructions();

}  // namespace dank
