#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/// Writes ONNX files by hand, right ones and wrong ones: Protocol Buffers' fields, and on them the messages of
/// onnx.proto.
namespace encode {

inline std::string varint(std::uint64_t value)
{
    std::string bytes;
    for (; value >= 0x80; value >>= 7)
        bytes += static_cast<char>(value | 0x80);
    return bytes + static_cast<char>(value);
}

inline std::string number(int field, std::uint64_t value)
{
    return varint(static_cast<std::uint64_t>(field) << 3) + varint(value);
}

inline std::string part(int field, const std::string &bytes)
{
    return varint(static_cast<std::uint64_t>(field) << 3 | 2) + varint(bytes.size()) + bytes;
}

inline std::string whole(const std::string &name, std::int64_t value)
{
    return part(1, name) + number(3, static_cast<std::uint64_t>(value)) + number(20, 2);
}

inline std::string real(const std::string &name, float value)
{
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return part(1, name) + varint(2 << 3 | 5) + bytes + number(20, 1);
}

inline std::string wholes(const std::string &name, const std::vector<std::int64_t> &values)
{
    std::string bytes = part(1, name);
    for (const std::int64_t value : values)
        bytes += number(8, static_cast<std::uint64_t>(value));
    return bytes + number(20, 7);
}

inline std::string text(const std::string &name, const std::string &value)
{
    return part(1, name) + part(4, value) + number(20, 3);
}

inline std::string branch(const std::string &name, const std::string &graph)
{
    return part(1, name) + part(6, graph) + number(20, 5);
}

inline std::string node(const std::string &type, const std::vector<std::string> &inputs,
                        const std::vector<std::string> &outputs, const std::vector<std::string> &settings = {},
                        const std::string &domain = {})
{
    std::string bytes;
    for (const std::string &input : inputs)
        bytes += part(1, input);
    for (const std::string &output : outputs)
        bytes += part(2, output);
    bytes += part(4, type);
    for (const std::string &setting : settings)
        bytes += part(5, setting);
    return part(1, bytes + (domain.empty() ? "" : part(7, domain)));
}

inline std::string shape(const std::vector<std::int64_t> &sides)
{
    std::string bytes;
    for (const std::int64_t side : sides)
        bytes += number(1, static_cast<std::uint64_t>(side));
    return bytes;
}

template <typename Number>
std::string raw(const std::vector<Number> &values)
{
    std::string bytes(values.size() * sizeof(Number), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return part(9, bytes);
}

/// `type`: 1 float, 6 int32, 7 int64, 9 bool.
inline std::string constant(const std::string &name, int type, const std::vector<std::int64_t> &sides,
                            const std::string &numbers)
{
    return part(5, shape(sides) + number(2, static_cast<std::uint64_t>(type)) + part(8, name) + numbers);
}

/// Of floats; -1 for a side that is open.
inline std::string value(int field, const std::string &name, const std::vector<std::int64_t> &sides)
{
    std::string dimensions;
    for (const std::int64_t side : sides)
        dimensions += part(1, side < 0 ? part(2, "n") : number(1, static_cast<std::uint64_t>(side)));
    return part(field, part(1, name) + part(2, part(1, number(1, 1) + part(2, dimensions))));
}

inline std::string model(const std::string &graph, int opset = 17)
{
    return number(1, 8) + part(7, graph) + part(8, number(2, static_cast<std::uint64_t>(opset)));
}

/// A graph that takes x and gives y.
inline std::string simple(const std::string &nodes, const std::vector<std::int64_t> &sides = {-1}, int opset = 17)
{
    return model(nodes + value(11, "x", sides) + value(12, "y", {}), opset);
}

}  // namespace encode
