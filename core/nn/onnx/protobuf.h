#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/file.h"

// The wire format of ONNX files, Protocol Buffers as far as they use it; for core/nn/onnx alone.

namespace dank::protobuf {

using Bytes = std::span<const std::byte>;

/// Why a file is refused, as the end of a sentence. Never leaves core/nn/onnx.
struct BadOnnx {
    std::string why;
};

[[noreturn]] inline void refuse(std::string why)
{
    throw BadOnnx{std::move(why)};
}

/// A name from a file, made fit for a message: short and printable.
inline std::string shown(std::string_view name)
{
    return '"' + printable(sanitizeUtf8(name.substr(0, 60))) + '"';
}

enum class Wire { Varint = 0, Eight = 1, Length = 2, Four = 5 };

struct Field {
    std::uint32_t number = 0;
    Wire wire = Wire::Varint;
    std::uint64_t value = 0;  ///< of Varint
    Bytes bytes;              ///< of the others

    std::int64_t whole() const
    {
        if (wire != Wire::Varint)
            refuse("a whole number is written as something else");
        return static_cast<std::int64_t>(value);
    }
    Bytes message() const
    {
        if (wire != Wire::Length)
            refuse("a part is written as a number");
        return bytes;
    }
    float number32() const
    {
        if (wire != Wire::Four)
            refuse("a number is written as something else");
        float number_ = 0;
        std::memcpy(&number_, bytes.data(), sizeof number_);
        return number_;
    }
    std::string text(std::size_t most = 4096) const
    {
        const Bytes raw = message();
        if (raw.size() > most)
            refuse("a name has " + std::to_string(raw.size()) + " bytes");
        return std::string(reinterpret_cast<const char *>(raw.data()), raw.size());
    }
};

/// The fields of one message in turn.
class Message {
public:
    explicit Message(Bytes bytes) : m_rest(bytes) {}

    bool next(Field &field)
    {
        if (m_rest.empty())
            return false;
        const std::uint64_t key = varint();
        field.number = static_cast<std::uint32_t>(key >> 3);
        field.wire = static_cast<Wire>(key & 7);
        if (key >> 3 == 0 || key >> 32 != 0)
            refuse("a field has no valid number");
        switch (field.wire) {
        case Wire::Varint: field.value = varint(); break;
        case Wire::Eight: field.bytes = take(8); break;
        case Wire::Four: field.bytes = take(4); break;
        case Wire::Length: field.bytes = take(varint()); break;
        default: refuse("a field has no valid type");
        }
        return true;
    }

    bool isDone() const { return m_rest.empty(); }
    std::uint64_t varint()
    {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (m_rest.empty())
                refuse("it ends inside a number");
            const auto byte = std::to_integer<std::uint64_t>(m_rest.front());
            m_rest = m_rest.subspan(1);
            value |= (byte & 0x7F) << shift;
            if (byte < 0x80)
                return value;
        }
        refuse("a number has more than ten bytes");
    }

private:
    Bytes take(std::uint64_t size)
    {
        if (size > m_rest.size())
            refuse("a part is said to have " + std::to_string(size) + " bytes and " + std::to_string(m_rest.size())
                   + " are left");
        const Bytes part = m_rest.first(static_cast<std::size_t>(size));
        m_rest = m_rest.subspan(static_cast<std::size_t>(size));
        return part;
    }

    Bytes m_rest;
};

/// Of a list of whole numbers, packed into one field or one a field.
inline void addWholes(const Field &field, std::vector<std::int64_t> &list)
{
    if (field.wire == Wire::Varint) {
        list.push_back(field.whole());
        return;
    }
    Message packed(field.message());
    while (!packed.isDone())
        list.push_back(static_cast<std::int64_t>(packed.varint()));
}

}  // namespace dank::protobuf
