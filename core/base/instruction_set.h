#pragma once

#include <string_view>

namespace dank {

/// Generations of a processor's vector instructions, each with all of those before it.
enum class InstructionSet {
    Baseline,  ///< what every processor of its kind has
    Avx2,      ///< x86-64-v3: AVX2 and FMA
    Avx512,    ///< x86-64-v4
};
const char *instructionSetName(InstructionSet set) noexcept;  ///< "baseline", "avx2", "avx512"

/// What this processor has.
InstructionSet processorInstructionSet() noexcept;

/// What is used of a processor that has `has` where DANK_ISA says `asked`: all of it for "" and "auto", no more than
/// AVX2 for "avx2". Throws Error{Format} for another word, and for what the processor lacks.
InstructionSet chosenInstructionSet(std::string_view asked, InstructionSet has);

/// What this program uses: as chosenInstructionSet() says of this processor and the environment, and the same for as
/// long as the process lives. Thread-safe. Throws as that does.
InstructionSet instructionSet();
/// DANK_ISA names one, rather than the processor alone.
bool isInstructionSetForced();

/// Hands what DANK_ISA says on to the libraries that choose by the processor themselves: LibTorch, oneDNN, OpenBLAS and
/// OpenCV read variables of their own when they are loaded. To be called in main(), before there are threads and before
/// the engine is opened. Throws as instructionSet() does.
void forceInstructionSet();

}  // namespace dank
