#include "core/dataset/heif/coded_size.h"

#include <algorithm>
#include <vector>

#include "core/dataset/byte_source.h"

namespace dank {
namespace {

/// Bits from the high one down. What is behind the end reads as 0 and is remembered.
class BitReader {
public:
    explicit BitReader(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    std::uint32_t bit()
    {
        if (m_at >= m_bytes.size() * 8) {
            m_short = true;
            return 0;
        }
        const std::uint32_t byte = byteAt(m_bytes, m_at / 8);
        return byte >> (7 - m_at++ % 8) & 1;
    }

    /// At most 32.
    std::uint32_t bits(int count)
    {
        std::uint32_t value = 0;
        for (; count > 0; --count)
            value = value << 1 | bit();
        return value;
    }

    void skip(int count)
    {
        for (; count > 0; --count)
            bit();
    }

    /// HEVC's ue(v), AV1's uvlc(): as many bits behind a one as zeros stand before it, less than 32.
    std::int64_t exponential()
    {
        int zeros = 0;
        while (!m_short && zeros < 32 && bit() == 0)
            ++zeros;
        if (zeros == 32)
            m_short = true;
        return m_short ? 0 : (std::int64_t{1} << zeros) - 1 + bits(zeros);
    }

    bool isShort() const { return m_short; }

private:
    std::span<const std::byte> m_bytes;
    std::size_t m_at = 0;
    bool m_short = false;
};

/// Without the 3 that an encoder puts behind two zeros, so that no start code comes about.
std::vector<std::byte> unescaped(std::span<const std::byte> escaped)
{
    std::vector<std::byte> bytes;
    int zeros = 0;
    for (const std::byte byte : escaped) {
        if (zeros >= 2 && byte == std::byte{3}) {
            zeros = 0;
            continue;
        }
        zeros = byte == std::byte{0} ? zeros + 1 : 0;
        bytes.push_back(byte);
    }
    return bytes;
}

}  // namespace

std::optional<CodedSize> hevcCodedSize(std::span<const std::byte> unit)
{
    constexpr std::size_t kHeader = 2;
    constexpr int kProfile = 88, kLevel = 8, kSubLayers = 8;
    const std::vector<std::byte> bytes = unescaped(unit.subspan(std::min(unit.size(), kHeader)));
    BitReader reader(bytes);
    reader.skip(4);
    const int subLayers = static_cast<int>(reader.bits(3));  // less one
    reader.skip(1 + kProfile + kLevel);
    std::uint32_t present = 0;  // two bits for each: profile, level
    if (subLayers > 0)
        present = reader.bits(2 * kSubLayers);
    for (int i = 0; i < subLayers; ++i) {
        const std::uint32_t flags = present >> (2 * (kSubLayers - 1 - i)) & 3;
        reader.skip((flags & 2 ? kProfile : 0) + (flags & 1 ? kLevel : 0));
    }
    reader.exponential();  // its number
    if (reader.exponential() == 3)
        reader.skip(1);  // planes coded one by one
    CodedSize size;
    size.width = reader.exponential();
    size.height = reader.exponential();
    return reader.isShort() ? std::nullopt : std::optional(size);
}

std::optional<CodedSize> av1CodedSize(std::span<const std::byte> payload)
{
    BitReader reader(payload);
    reader.skip(3 + 1);  // profile, still picture
    if (reader.bit()) {  // reduced: a still picture
        reader.skip(5);  // level
    } else {
        bool hasModel = false;
        int delayBits = 0;
        if (reader.bit()) {  // timing
            reader.skip(32);
            reader.skip(32);
            if (reader.bit())
                reader.exponential();
            hasModel = reader.bit() != 0;
            if (hasModel) {
                delayBits = static_cast<int>(reader.bits(5)) + 1;
                reader.skip(32 + 5 + 5);
            }
        }
        const bool hasDelays = reader.bit() != 0;
        for (std::uint32_t points = reader.bits(5) + 1; points > 0; --points) {
            reader.skip(12);
            if (reader.bits(5) > 7)
                reader.skip(1);  // tier
            if (hasModel && reader.bit())
                reader.skip(2 * delayBits + 1);
            if (hasDelays && reader.bit())
                reader.skip(4);
        }
    }
    const int widthBits = static_cast<int>(reader.bits(4)) + 1;
    const int heightBits = static_cast<int>(reader.bits(4)) + 1;
    CodedSize size;
    size.width = std::int64_t{reader.bits(widthBits)} + 1;
    size.height = std::int64_t{reader.bits(heightBits)} + 1;
    return reader.isShort() ? std::nullopt : std::optional(size);
}

}  // namespace dank
