#include "core/nn/used_instructions.h"

#include <string_view>

#include <ATen/Version.h>

#ifdef DANK_ONEDNN
#include <oneapi/dnnl/dnnl.hpp>
#endif

#include "core/base/instruction_set.h"

namespace dank {

std::string usedInstructions()
{
    std::string text = std::string("dank ") + instructionSetName(instructionSet());
    // "CPU capability usage: AVX2", in a list of other things
    const std::string config = at::show_config();
    constexpr std::string_view kUsage = "CPU capability usage: ";
    if (const auto at = config.find(kUsage); at != std::string::npos) {
        const std::string rest = config.substr(at + kUsage.size());
        text += ", LibTorch " + rest.substr(0, rest.find('\n'));
    }
#ifdef DANK_ONEDNN
    const auto name = [](dnnl::cpu_isa isa) {
        switch (isa) {
        case dnnl::cpu_isa::sse41: return "SSE 4.1";
        case dnnl::cpu_isa::avx: return "AVX";
        case dnnl::cpu_isa::avx2: return "AVX2";
        case dnnl::cpu_isa::avx2_vnni: return "AVX2 with VNNI";
        case dnnl::cpu_isa::avx512_core: return "AVX-512";
        case dnnl::cpu_isa::avx512_core_vnni: return "AVX-512 with VNNI";
        case dnnl::cpu_isa::avx512_core_bf16: return "AVX-512 with bfloat16";
        case dnnl::cpu_isa::avx512_core_amx: return "AMX";
        default: return "another";
        }
    };
    text += std::string(", oneDNN ") + name(dnnl::get_effective_cpu_isa());
#endif
    return text;
}

}  // namespace dank
