#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "core/weights/tensor_file.h"

// For core/weights alone: the only Python names that a pickle may mention.

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
std::size_t knownName(std::string_view module, std::string_view name);

}  // namespace dank
