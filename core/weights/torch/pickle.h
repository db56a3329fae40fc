#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/weights/tensor_file.h"

// For core/weights alone: PyTorch's files hold their tensors' names and shapes as a Python pickle.

namespace dank {

/// One value of a pickle. What it means depends on its kind; Pickle's functions ask for it.
struct PickleValue {
    enum class Kind : std::uint8_t {
        None,
        Bool,         ///< number
        Int,          ///< number
        Float,        ///< its value is of no use here
        Text,         ///< number: where it begins, index: how long it is
        Tuple,        ///< index: which container
        List,         ///< index: which container
        Dict,         ///< index: which container
        OrderedDict,  ///< index: which container
        Global,       ///< index: which of the known names
        Storage,      ///< index into storages()
        Tensor,       ///< index into tensors()
    };
    std::int64_t number = 0;
    std::uint32_t index = 0;
    Kind kind = Kind::None;

    bool isDict() const { return kind == Kind::Dict || kind == Kind::OrderedDict; }
};

/// A run of numbers outside the pickle, named by its key.
struct PickledStorage {
    std::string_view key;
    DType type = DType::F32;
    std::uint64_t elements = 0;
};

/// A tensor: a window onto a storage. Nothing about it is checked yet.
struct PickledTensor {
    std::uint32_t storage = 0;
    std::uint32_t shape = 0, stride = 0;  ///< tuples' indices
    std::uint64_t offset = 0;             ///< in elements
};

/// A pickle read the way a state dict needs it and no further: protocol 2 (what Python 2 wrote in old files
/// included), its few instructions, and a handful of names (OrderedDict, the functions that rebuild a tensor, the
/// storage types), which stand for themselves. Nothing is looked up, imported or run. Every instruction or name that
/// no state dict uses is refused. What it allocates is bounded by the bytes read times a
/// small factor, and by the constants below.
class Pickle {
public:
    static constexpr std::size_t kMaxMemo = 1'000'000;
    static constexpr std::size_t kMaxStack = 100'000;
    static constexpr std::size_t kMaxDepth = 32;
    /// Far above what 100,000 tensors take: a pickle holds names and shapes, their numbers lie elsewhere.
    static constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
    static constexpr std::size_t kMaxItems = 4'000'000;
    static constexpr std::size_t kMaxContainers = 1'000'000;

    /// Reads the pickle at the beginning of `bytes`, which must outlive the result. Throws BadFile.
    static Pickle read(std::span<const std::byte> bytes);

    const PickleValue &value() const { return m_value; }
    /// How many bytes the pickle took; others may follow.
    std::size_t size() const { return m_size; }

    std::string_view text(const PickleValue &text) const;
    /// Of a tuple or list; of a dict, each key followed by its value.
    std::span<const PickleValue> items(const PickleValue &container) const;
    /// The tuple with that index, as in PickledTensor.
    std::span<const PickleValue> tuple(std::uint32_t index) const { return m_containers[index].items; }
    /// A dict's value under a text key; nothing when the key is not there. Throws BadFile when it is there twice.
    std::optional<PickleValue> find(const PickleValue &dict, std::string_view key) const;

    const std::vector<PickledStorage> &storages() const { return m_storages; }
    const std::vector<PickledTensor> &tensors() const { return m_tensors; }

private:
    friend class PickleReader;
    struct Container {
        std::vector<PickleValue> items;
        std::uint8_t depth = 1;
    };

    std::span<const std::byte> m_bytes;
    PickleValue m_value;
    std::size_t m_size = 0;
    std::vector<Container> m_containers;
    std::vector<PickledStorage> m_storages;
    std::vector<PickledTensor> m_tensors;
};

}  // namespace dank
