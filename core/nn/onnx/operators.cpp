#include "core/nn/onnx/operators.h"

#include <algorithm>
#include <cstring>

#include <ATen/ATen.h>

namespace dank {

namespace {

constexpr std::int64_t kLongestList = 1 << 20;  // of whole numbers that say a shape or an axis

}  // namespace

const at::Tensor &OnnxCall::in(std::size_t i) const
{
    if (!has(i))
        refuse("its input " + std::to_string(i + 1) + " is missing");
    return m_inputs[i];
}

void OnnxCall::requireType(std::size_t i) const
{
    if (in(i).scalar_type() != m_placement.type)
        refuse("its input " + std::to_string(i + 1) + " is of another type than its weights");
}

std::vector<std::int64_t> OnnxCall::wholesIn(std::size_t i) const
{
    const at::Tensor &list = in(i);
    if (!at::isIntegralType(list.scalar_type(), false) || list.dim() > 1 || list.numel() > kLongestList)
        refuse("its input " + std::to_string(i + 1) + " is no list of whole numbers");
    const at::Tensor wide = list.to(at::Device(at::kCPU), at::kLong).contiguous();
    return {wide.data_ptr<std::int64_t>(), wide.data_ptr<std::int64_t>() + wide.numel()};
}

double OnnxCall::numberIn(std::size_t i) const
{
    if (in(i).numel() != 1)
        refuse("its input " + std::to_string(i + 1) + " is not one number");
    return in(i).item().toDouble();
}

std::int64_t OnnxCall::wholeIn(std::size_t i) const
{
    const std::vector<std::int64_t> list = wholesIn(i);
    if (list.size() != 1)
        refuse("its input " + std::to_string(i + 1) + " is not one whole number");
    return list.front();
}

bool OnnxCall::isSpare(std::size_t i) const
{
    return has(i) && m_inputs[i].use_count() == 1 && m_inputs[i].storage().use_count() == 1
           && m_inputs[i].is_non_overlapping_and_dense();
}

const OnnxAttribute *OnnxCall::find(const char *name) const
{
    const auto found = std::find_if(m_node.attributes.begin(), m_node.attributes.end(),
                                    [&](const OnnxAttribute &attribute) { return attribute.name == name; });
    return found == m_node.attributes.end() ? nullptr : &*found;
}

const OnnxAttribute *OnnxCall::find(const char *name, OnnxAttribute::Kind kind) const
{
    const OnnxAttribute *const found = find(name);
    if (found && found->kind != kind)
        refuse(std::string("its setting '") + name + "' is of another kind than it has to be");
    return found;
}

std::int64_t OnnxCall::whole(const char *name, std::int64_t otherwise) const
{
    const OnnxAttribute *const found = find(name, OnnxAttribute::Kind::Whole);
    return found ? found->whole : otherwise;
}

double OnnxCall::number(const char *name, double otherwise) const
{
    const OnnxAttribute *const found = find(name, OnnxAttribute::Kind::Number);
    return found ? static_cast<double>(found->number) : otherwise;
}

std::string OnnxCall::text(const char *name, const char *otherwise) const
{
    const OnnxAttribute *const found = find(name, OnnxAttribute::Kind::Text);
    return found ? found->text : otherwise;
}

std::vector<std::int64_t> OnnxCall::wholes(const char *name, std::vector<std::int64_t> otherwise) const
{
    const OnnxAttribute *const found = find(name, OnnxAttribute::Kind::Wholes);
    return found ? found->wholes : std::move(otherwise);
}

std::vector<double> OnnxCall::numbers(const char *name) const
{
    const OnnxAttribute *const found = find(name, OnnxAttribute::Kind::Numbers);
    return found ? std::vector<double>(found->numbers.begin(), found->numbers.end()) : std::vector<double>();
}

const TensorView *OnnxCall::tensor(const char *name) const
{
    const OnnxAttribute *const found = find(name, OnnxAttribute::Kind::Tensor);
    return found ? &found->tensor : nullptr;
}

std::vector<std::int64_t> OnnxCall::wholesOf(const char *setting, std::size_t input) const
{
    return has(input) ? wholesIn(input) : wholes(setting);
}

std::int64_t OnnxCall::axis(std::int64_t asked, std::int64_t dims) const
{
    const std::int64_t axis = asked < 0 ? asked + dims : asked;
    if (axis < 0 || axis >= dims)
        refuse("there is no axis " + std::to_string(asked));
    return axis;
}

std::vector<std::int64_t> OnnxCall::axes(std::vector<std::int64_t> asked, std::int64_t dims) const
{
    for (std::int64_t &one : asked)
        one = axis(one, dims);
    std::vector<std::int64_t> sorted = asked;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
        refuse("an axis is named twice");
    return asked;
}

void OnnxCall::allow(at::IntArrayRef shape) const
{
    std::int64_t left = m_mostElements;
    for (const std::int64_t side : shape) {
        if (side < 0)
            refuse("a side would be " + std::to_string(side));
        if (side > left)
            throw BadNode{"the result would be too large", true};
        left = side == 0 ? left : left / side;
    }
}

void OnnxCall::allowBroadcast(const at::Tensor &a, const at::Tensor &b) const
{
    std::vector<std::int64_t> shape;
    for (std::int64_t i = 0; i < std::max(a.dim(), b.dim()); ++i) {
        const auto side = [&](const at::Tensor &t) { return i < t.dim() ? t.size(t.dim() - 1 - i) : 1; };
        shape.push_back(std::max(side(a), side(b)));
    }
    allow(shape);
}

c10::ScalarType torchType(DType type, const Placement &placement)
{
    switch (type) {
    case DType::F32:
    case DType::F16:
    case DType::BF16:
    case DType::F64: return placement.type;
    case DType::I64: return at::kLong;
    case DType::I32: return at::kInt;
    case DType::I16: return at::kShort;
    case DType::I8: return at::kChar;
    case DType::U8: return at::kByte;
    case DType::Bool: return at::kBool;
    }
    return placement.type;
}

c10::ScalarType torchTypeOf(std::int64_t onnxType, const Placement &placement)
{
    switch (onnxType) {
    case 1:
    case 10:
    case 11:
    case 16: return placement.type;
    case 2: return at::kByte;
    case 3: return at::kChar;
    case 5: return at::kShort;
    case 4:
    case 6: return at::kInt;
    case 7:
    case 12:
    case 13: return at::kLong;
    case 9: return at::kBool;
    default: throw BadNode{"it names a type, " + std::to_string(onnxType) + ", that is not known here"};
    }
}

at::Tensor placedConstant(const TensorView &view, const Placement &placement)
{
    c10::ScalarType lying = torchType(view.type, placement);
    if (view.type == DType::F32)
        lying = at::kFloat;
    else if (view.type == DType::F16)
        lying = at::kHalf;
    else if (view.type == DType::BF16)
        lying = at::kBFloat16;
    else if (view.type == DType::F64)
        lying = at::kDouble;
    at::Tensor copy = at::empty(view.shape, at::TensorOptions().dtype(lying));
    if (!view.bytes.empty())
        std::memcpy(copy.data_ptr(), view.bytes.data(), view.bytes.size());
    if (!copy.is_floating_point())
        return copy;
    copy = copy.to(placement.type);
    return view.shape.empty() ? copy : copy.to(placement.device);
}

}  // namespace dank
