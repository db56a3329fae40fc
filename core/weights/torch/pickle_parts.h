#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "core/base/file.h"
#include "core/weights/readers.h"
#include "core/weights/torch/pickle.h"

// For pickle.cpp alone.

namespace dank {

/// A pickle's bytes, taken one after the other. Every function throws BadFile where they end, or where the pickle is
/// larger than Pickle::kMaxBytes.
class PickleBytes {
public:
    explicit PickleBytes(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    /// How many were taken.
    std::size_t at() const { return m_at; }

    std::span<const std::byte> take(std::uint64_t count)
    {
        if (count > m_bytes.size() - m_at)
            refuse("it ends inside its pickle");
        if (m_at + count > Pickle::kMaxBytes)
            refuse("its pickle is larger than 64 MB, more than weights need");
        const auto taken = m_bytes.subspan(m_at, std::size_t(count));
        m_at += std::size_t(count);
        return taken;
    }
    unsigned byte() { return std::to_integer<unsigned>(take(1).front()); }
    /// A little-endian number of `size` ≤ 8 bytes.
    std::uint64_t number(std::size_t size)
    {
        std::uint64_t value = 0;
        std::memcpy(&value, take(size).data(), size);
        return value;
    }
    /// Up to the next line feed, without it; at most 255 bytes.
    std::string_view line()
    {
        const auto rest = m_bytes.subspan(m_at);
        const auto window = rest.first(std::min<std::size_t>(rest.size(), 256));
        const auto end = std::find(window.begin(), window.end(), std::byte{'\n'});
        if (end == window.end())
            throw BadFile{window.size() < rest.size() ? "its pickle asks for a name that is too long"
                                                      : "it ends inside its pickle"};
        const auto taken = take(std::uint64_t(end - window.begin()) + 1);
        return {reinterpret_cast<const char *>(taken.data()), taken.size() - 1};
    }

private:
    std::span<const std::byte> m_bytes;
    std::size_t m_at = 0;
};

/// The only Python names that a pickle may mention.
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

/// Is it what a training keeps beside the weights: its arguments, counts, times, paths, settings of common frameworks?
/// Told by its name for the message alone; none of it is made.
inline bool isOfTraining(std::string_view module, std::string_view name)
{
    using namespace std::string_view_literals;
    constexpr std::array kModules{"argparse"sv,
                                  "collections"sv,
                                  "pathlib"sv,
                                  "datetime"sv,
                                  "decimal"sv,
                                  "fractions"sv,
                                  "uuid"sv,
                                  "numpy"sv,
                                  "numpy.core.multiarray"sv,
                                  "numpy._core.multiarray"sv,
                                  "numpy.core.numeric"sv,
                                  "numpy._core.numeric"sv,
                                  "easydict"sv};
    constexpr std::array kFrameworks{"omegaconf"sv,         "yacs"sv,     "mmcv"sv, "mmengine"sv, "ignite"sv,
                                     "pytorch_lightning"sv, "lightning"sv};
    constexpr std::array kBuiltins{"set"sv,   "frozenset"sv, "complex"sv, "bytearray"sv,
                                   "slice"sv, "range"sv,     "xrange"sv};
    if (module == "builtins" || module == "__builtin__")
        return std::ranges::find(kBuiltins, name) != kBuiltins.end();
    if (module == "_codecs")
        return name == "encode";  // how protocol 2 writes bytes
    return std::ranges::find(kModules, module) != kModules.end()
           || std::ranges::find(kFrameworks, module.substr(0, module.find('.'))) != kFrameworks.end();
}

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
    if (isOfTraining(module, name))
        refuse("it is a checkpoint of a training, with more than weights in it (" + shown
               + "); if you trust it, save its state_dict alone in Python, as in "
                 "torch.save(checkpoint[\"state_dict\"], \"weights.pth\")");
    refuse("it asks for " + shown + ", which no weights need; such a file may be an attack");
}

}  // namespace dank
