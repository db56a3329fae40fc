#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/file.h"
#include "core/weights/readers.h"
#include "core/weights/tensor_file.h"

// For pickle.cpp alone: the only Python names that a pickle may mention.

namespace dank {

struct KnownName {
    std::string_view module, name;
    enum class What { OrderedDict, RebuildV2, Rebuild, RebuildParameter, Storage } what;
    DType type = DType::F32;
};
inline constexpr std::array kKnownNames{
    KnownName{"collections", "OrderedDict", KnownName::What::OrderedDict},
    KnownName{"torch._utils", "_rebuild_tensor_v2", KnownName::What::RebuildV2},
    KnownName{"torch._utils", "_rebuild_tensor", KnownName::What::Rebuild},  // before PyTorch 0.4
    KnownName{"torch._utils", "_rebuild_parameter", KnownName::What::RebuildParameter},
    KnownName{"torch", "FloatStorage", KnownName::What::Storage, DType::F32},
    KnownName{"torch", "HalfStorage", KnownName::What::Storage, DType::F16},
    KnownName{"torch", "BFloat16Storage", KnownName::What::Storage, DType::BF16},
    KnownName{"torch", "DoubleStorage", KnownName::What::Storage, DType::F64},
    KnownName{"torch", "LongStorage", KnownName::What::Storage, DType::I64},
    KnownName{"torch", "IntStorage", KnownName::What::Storage, DType::I32},
    KnownName{"torch", "ShortStorage", KnownName::What::Storage, DType::I16},
    KnownName{"torch", "CharStorage", KnownName::What::Storage, DType::I8},
    KnownName{"torch", "ByteStorage", KnownName::What::Storage, DType::U8},
    KnownName{"torch", "BoolStorage", KnownName::What::Storage, DType::Bool},
};

/// Which of kKnownNames it is. Throws BadFile, naming what was asked for, when it is none.
inline std::size_t knownName(std::string_view module, std::string_view name)
{
    const auto known = std::find_if(kKnownNames.begin(), kKnownNames.end(),
                                    [&](const KnownName &one) { return one.module == module && one.name == name; });
    if (known != kKnownNames.end())
        return std::size_t(known - kKnownNames.begin());
    const std::string shown =
        printable(sanitizeUtf8(module.substr(0, 80))) + "." + printable(sanitizeUtf8(name.substr(0, 80)));
    if (module.starts_with("torch.nn.modules.") || module.starts_with("torchvision.") || module.starts_with("timm."))
        refuse("it holds a whole network as Python objects (" + shown
               + "), not its weights alone; in Python, save the network's state_dict() instead");
    if (module == "torch" || module.starts_with("torch."))
        refuse("it asks for " + shown
               + ", which this program does not know; in Python, save the tensors as safetensors instead");
    refuse("it asks for " + shown + ", which no weights need; such a file may be an attack");
}

}  // namespace dank
