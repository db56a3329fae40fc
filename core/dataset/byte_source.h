#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "core/base/file_descriptor.h"

namespace dank {

/// A file's bytes, in memory or on disk; the latter through a small window that follows the reads.
class ByteSource {
public:
    explicit ByteSource(std::span<const std::byte> bytes) : m_size(bytes.size()), m_window(bytes) {}
    ByteSource(int fd, std::uint64_t size) : m_fd(fd), m_size(size), m_buffer(kWindow) {}

    std::uint64_t size() const { return m_size; }

    /// `count` ≤ kWindow bytes at `offset`, or empty where the file has fewer. Valid until the next call.
    std::span<const std::byte> at(std::uint64_t offset, std::size_t count)
    {
        if (count > m_size || offset > m_size - count)
            return {};
        if (m_fd >= 0 && (offset < m_start || offset + count > m_start + m_window.size()))
            fill(offset);
        if (offset < m_start || offset + count > m_start + m_window.size())
            return {};
        return m_window.subspan(static_cast<std::size_t>(offset - m_start), count);
    }

    /// As much as there is at `offset`, up to `count` ≤ kWindow bytes.
    std::span<const std::byte> upTo(std::uint64_t offset, std::size_t count)
    {
        if (offset >= m_size)
            return {};
        return at(offset, static_cast<std::size_t>(std::min<std::uint64_t>(count, m_size - offset)));
    }

    int readError() const { return m_error; }

    static constexpr std::size_t kWindow = 1 << 12;

private:
    void fill(std::uint64_t offset)
    {
        std::size_t filled = 0;
        while (filled < m_buffer.size()) {
            std::byte *const to = m_buffer.data() + filled;
            const std::size_t left = m_buffer.size() - filled;
            const auto from = static_cast<off_t>(offset + filled);
            const ssize_t got = uninterrupted([&] { return ::pread(m_fd, to, left, from); });
            if (got < 0)
                m_error = errno;
            if (got <= 0)
                break;
            filled += static_cast<std::size_t>(got);
        }
        m_start = offset;
        m_window = std::span<const std::byte>(m_buffer).first(filled);
    }

    int m_fd = -1;
    std::uint64_t m_size;
    std::uint64_t m_start = 0;
    std::vector<std::byte> m_buffer;
    std::span<const std::byte> m_window;
    int m_error = 0;
};

inline std::uint32_t byteAt(std::span<const std::byte> bytes, std::size_t i)
{
    return std::to_integer<std::uint32_t>(bytes[i]);
}

inline std::uint32_t big16(std::span<const std::byte> b, std::size_t i)
{
    return byteAt(b, i) << 8 | byteAt(b, i + 1);
}

inline std::uint32_t big32(std::span<const std::byte> b, std::size_t i)
{
    return big16(b, i) << 16 | big16(b, i + 2);
}

inline std::uint32_t little16(std::span<const std::byte> b, std::size_t i)
{
    return byteAt(b, i) | byteAt(b, i + 1) << 8;
}

inline std::uint32_t little32(std::span<const std::byte> b, std::size_t i)
{
    return little16(b, i) | little16(b, i + 2) << 16;
}

inline bool beginsWith(std::span<const std::byte> bytes, std::string_view text, std::size_t at = 0)
{
    return bytes.size() >= at + text.size() && std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

}  // namespace dank
