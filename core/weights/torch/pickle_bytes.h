#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

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

}  // namespace dank
