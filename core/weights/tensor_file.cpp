#include "core/weights/tensor_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/base/error.h"

static_assert(std::endian::native == std::endian::little, "tensor bytes are used in place");

namespace dank {
namespace {

struct TypeInfo {
    DType type;
    std::string_view name;
    std::size_t size;
};
constexpr std::array kTypes{
    TypeInfo{DType::F32, "F32", 4},   TypeInfo{DType::F16, "F16", 2}, TypeInfo{DType::BF16, "BF16", 2},
    TypeInfo{DType::F64, "F64", 8},   TypeInfo{DType::I64, "I64", 8}, TypeInfo{DType::I32, "I32", 4},
    TypeInfo{DType::I16, "I16", 2},   TypeInfo{DType::I8, "I8", 1},   TypeInfo{DType::U8, "U8", 1},
    TypeInfo{DType::Bool, "BOOL", 1},
};

const TypeInfo &typeInfo(DType type)
{
    return *std::ranges::find(kTypes, type, &TypeInfo::type);
}

float halfToFloat(std::uint16_t half)
{
    const std::uint32_t sign = std::uint32_t(half & 0x8000u) << 16;
    std::uint32_t exponent = (half >> 10) & 0x1fu;
    std::uint32_t mantissa = half & 0x3ffu;
    if (exponent == 0x1f)
        return std::bit_cast<float>(sign | 0x7f800000u | mantissa << 13);
    if (exponent == 0) {
        if (mantissa == 0)
            return std::bit_cast<float>(sign);
        // A subnormal half is a normal float: shift its leading one into place.
        const int shift = std::countl_zero(mantissa) - 21;
        mantissa = (mantissa << shift) & 0x3ffu;
        exponent = std::uint32_t(1 - shift);
    }
    return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
}

template <typename Stored, typename Convert>
std::vector<float> convertAll(std::span<const std::byte> bytes, Convert convert)
{
    std::vector<float> values(bytes.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;  // by copy: a tensor may begin at any byte of the file
        std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = convert(stored);
    }
    return values;
}

}  // namespace

std::size_t dtypeSize(DType type) noexcept
{
    return typeInfo(type).size;
}
const char *dtypeName(DType type) noexcept
{
    return typeInfo(type).name.data();
}
std::optional<DType> dtypeOf(std::string_view name)
{
    const auto found = std::ranges::find(kTypes, name, &TypeInfo::name);
    return found == kTypes.end() ? std::nullopt : std::optional(found->type);
}

std::int64_t TensorView::elements() const
{
    return std::int64_t(bytes.size() / dtypeSize(type));
}

std::vector<float> TensorView::toFloat() const
{
    switch (type) {
    case DType::F32: {
        std::vector<float> values(bytes.size() / sizeof(float));
        if (!values.empty())
            std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
        return values;
    }
    case DType::F16: return convertAll<std::uint16_t>(bytes, halfToFloat);
    case DType::BF16:
        return convertAll<std::uint16_t>(
            bytes, [](std::uint16_t stored) { return std::bit_cast<float>(std::uint32_t(stored) << 16); });
    case DType::F64: return convertAll<double>(bytes, [](double stored) { return static_cast<float>(stored); });
    default: break;
    }
    throw Error(ErrorKind::Format,
                std::string("A tensor of type ") + dtypeName(type) + " cannot be read as floating-point numbers.");
}

TensorFile::TensorFile(std::filesystem::path path, std::map<std::string, TensorView> tensors,
                       std::map<std::string, std::string> metadata, std::shared_ptr<const void> owner)
    : m_state(std::make_shared<const State>(
        State{std::move(path), std::move(tensors), std::move(metadata), std::move(owner)}))
{
}

const TensorView *TensorFile::find(const std::string &name) const
{
    const auto found = m_state->tensors.find(name);
    return found == m_state->tensors.end() ? nullptr : &found->second;
}

}  // namespace dank
