#include "core/store/event_file.h"

#include <array>
#include <bit>

namespace dank {

namespace {

constexpr std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ (value & 1 ? 0x82f63b78u : 0);
        table[i] = value;
    }
    return table;
}();

template <typename Value>
void putLittleEndian(std::string &out, Value value)
{
    for (std::size_t byte = 0; byte < sizeof value; ++byte)
        out += static_cast<char>((value >> (8 * byte)) & 0xff);
}

// Protocol buffers' wire format: a field is its number and kind, then the value.
enum class Wire { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

void putVarint(std::string &out, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        out += static_cast<char>((value & 0x7f) | 0x80);
    out += static_cast<char>(value);
}

void putKey(std::string &out, std::uint32_t field, Wire wire)
{
    putVarint(out, (field << 3) | static_cast<std::uint32_t>(wire));
}

void putBytes(std::string &out, std::uint32_t field, std::string_view bytes)
{
    putKey(out, field, Wire::Bytes);
    putVarint(out, bytes.size());
    out += bytes;
}

std::string eventAt(double wallTime)
{
    std::string event;
    putKey(event, 1, Wire::Fixed64);
    putLittleEndian(event, std::bit_cast<std::uint64_t>(wallTime));
    return event;
}

/// What TFRecord stores: a checksum of data that itself holds checksums would be a poor one.
std::uint32_t masked(std::uint32_t crc)
{
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) noexcept
{
    std::uint32_t crc = 0xffffffffu;
    for (const char byte : bytes)
        crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~crc;
}

EventFile::EventFile(double wallTime)
{
    std::string event = eventAt(wallTime);
    putBytes(event, 3, "brain.Event:2");
    write(event);
}

void EventFile::add(double wallTime, std::int64_t step, std::span<const EventScalar> scalars)
{
    std::string summary;
    for (const EventScalar &scalar : scalars) {
        std::string value;
        putBytes(value, 1, scalar.tag);
        putKey(value, 2, Wire::Fixed32);
        putLittleEndian(value, std::bit_cast<std::uint32_t>(scalar.value));
        putBytes(summary, 1, value);
    }
    std::string event = eventAt(wallTime);
    putKey(event, 2, Wire::Varint);
    putVarint(event, static_cast<std::uint64_t>(step));
    putBytes(event, 5, summary);
    write(event);
}

void EventFile::write(std::string_view event)
{
    std::string length;
    putLittleEndian(length, static_cast<std::uint64_t>(event.size()));
    m_bytes += length;
    putLittleEndian(m_bytes, masked(crc32c(length)));
    m_bytes += event;
    putLittleEndian(m_bytes, masked(crc32c(event)));
}

}  // namespace dank
