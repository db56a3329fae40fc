#include "core/base/instruction_set.h"

#include <cstdlib>
#include <string>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {
namespace {

constexpr const char *kVariable = "DANK_ISA";

std::string_view asked()
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the environment changes before there are threads, if at all.
    const char *const value = std::getenv(kVariable);
    return value ? value : "";
}

}  // namespace

const char *instructionSetName(InstructionSet set) noexcept
{
    switch (set) {
    case InstructionSet::Baseline: return "baseline";
    case InstructionSet::Avx2: return "avx2";
    case InstructionSet::Avx512: return "avx512";
    }
    return "";
}

InstructionSet processorInstructionSet() noexcept
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl"))
        return InstructionSet::Avx512;
    return avx2 ? InstructionSet::Avx2 : InstructionSet::Baseline;
#else
    return InstructionSet::Baseline;
#endif
}

InstructionSet chosenInstructionSet(std::string_view asked, InstructionSet has)
{
    if (asked.empty() || asked == "auto")
        return has;
    if (asked != "avx2")
        throw Error(ErrorKind::Format, std::string(kVariable) + " is \"" + printable(asked.substr(0, 60))
                                           + "\" in the environment. It can be avx2, to use nothing newer than that, "
                                             "or auto. Unset it, or set it to one of them.");
    if (has < InstructionSet::Avx2)
        throw Error(ErrorKind::Format, std::string(kVariable)
                                           + " asks for avx2 in the environment, which this processor does not have. "
                                             "Unset it.");
    return InstructionSet::Avx2;
}

InstructionSet instructionSet()
{
    static const InstructionSet chosen = chosenInstructionSet(asked(), processorInstructionSet());
    return chosen;
}

bool isInstructionSetForced()
{
    return !asked().empty() && asked() != "auto";
}

void forceInstructionSet()
{
    if (instructionSet() != InstructionSet::Avx2 || !isInstructionSetForced())
        return;
    constexpr const char *kAvx2[][2] = {
        {"ATEN_CPU_CAPABILITY", "avx2"},
        {"ONEDNN_MAX_CPU_ISA", "AVX2"},
        {"OPENBLAS_CORETYPE", "Haswell"},
        {"OPENCV_CPU_DISABLE", "AVX512F,AVX512-COMMON,AVX512-SKX,AVX512-CNL,AVX512-CLX,AVX512-ICL"},
    };
    for (const auto &[name, value] : kAvx2)
        ::setenv(name, value, 1);  // NOLINT(concurrency-mt-unsafe): called before there are threads
}

}  // namespace dank
