#include "core/backbone/precision.h"

#include <string>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

const char *precisionName(Precision precision) noexcept
{
    switch (precision) {
    case Precision::Float32: return "fp32";
    case Precision::BFloat16: return "bf16";
    case Precision::Float16: return "fp16";
    }
    return "?";
}

Precision precisionFromName(std::string_view name)
{
    for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16})
        if (name == precisionName(precision))
            return precision;
    throw Error(ErrorKind::Format,
                "There is no precision \"" + sanitizeUtf8(name) + "\"; choose auto, fp32, bf16 or fp16.");
}

}  // namespace dank
