#include "core/nn/onnx/onnx_tensors.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace dank {

namespace fs = std::filesystem;
using namespace protobuf;

namespace {

static_assert(std::endian::native == std::endian::little, "tensors are taken as they lie in the file");

constexpr std::size_t kMostSides = 16;
constexpr std::int64_t kMostSide = std::int64_t{1} << 40;

/// A tensor's numbers as they lie in one of the fields for them.
struct Numbers {
    Bytes packed;                  ///< one packed field, of fixed width or of varints
    std::vector<std::byte> loose;  ///< of fixed width, one a field
    std::vector<std::int64_t> wholes;
    bool isThere = false;
};

void addFixed(const Field &field, Wire wire, Numbers &numbers)
{
    numbers.isThere = true;
    if (field.wire == Wire::Length && numbers.packed.empty() && numbers.loose.empty()) {
        numbers.packed = field.bytes;
        return;
    }
    if (field.wire != wire && field.wire != Wire::Length)
        refuse("a tensor's numbers are written as something else");
    numbers.loose.insert(numbers.loose.end(), numbers.packed.begin(), numbers.packed.end());
    numbers.packed = {};
    numbers.loose.insert(numbers.loose.end(), field.bytes.begin(), field.bytes.end());
}

void addVarints(const Field &field, Numbers &numbers)
{
    numbers.isThere = true;
    addWholes(field, numbers.wholes);
}

void addEntry(Bytes bytes, std::map<std::string, std::string> &entries)
{
    std::string key, value;
    Message message(bytes);
    for (Field field; message.next(field);) {
        if (field.number == 1)
            key = field.text();
        else if (field.number == 2)
            value = field.text();
    }
    if (entries.size() < 16)
        entries[key] = value;
}

std::uint64_t elementsOf(const std::vector<std::int64_t> &shape, const std::string &name)
{
    std::uint64_t elements = 1;
    for (const std::int64_t side : shape) {
        if (side < 0 || side > kMostSide)
            refuse("tensor " + shown(name) + " has a side of " + std::to_string(side));
        if (side != 0 && elements > static_cast<std::uint64_t>(kMostSide) / static_cast<std::uint64_t>(side))
            refuse("tensor " + shown(name) + " is too large");
        elements *= static_cast<std::uint64_t>(side);
    }
    return elements;
}

std::vector<std::byte> narrowed(const std::vector<std::int64_t> &wholes, std::size_t width)
{
    std::vector<std::byte> bytes(wholes.size() * width);
    for (std::size_t i = 0; i < wholes.size(); ++i)
        std::memcpy(&bytes[i * width], &wholes[i], width);
    return bytes;
}

std::vector<std::byte> widened(Bytes raw, std::size_t width, bool isSigned, DType as)
{
    std::vector<std::int64_t> wholes(raw.size() / width);
    for (std::size_t i = 0; i < wholes.size(); ++i) {
        std::memcpy(&wholes[i], &raw[i * width], width);
        const auto unused = static_cast<int>(64 - 8 * width);
        if (isSigned)
            wholes[i] = wholes[i] << unused >> unused;
    }
    return narrowed(wholes, dtypeSize(as));
}

}  // namespace

TensorView OnnxTensors::tensor(Bytes bytes, std::string &name)
{
    TensorView view;
    std::int64_t type = 0, location = 0;
    Numbers raw, floats, int32s, int64s, doubles, uint64s;
    std::map<std::string, std::string> external;
    Message message(bytes);
    for (Field field; message.next(field);) {
        switch (field.number) {
        case 1: addWholes(field, view.shape); break;
        case 2: type = field.whole(); break;
        case 3: refuse("a tensor lies in segments"); break;
        case 4: addFixed(field, Wire::Four, floats); break;
        case 5: addVarints(field, int32s); break;
        case 6: refuse("tensor " + shown(name) + " holds texts"); break;
        case 7: addVarints(field, int64s); break;
        case 8: name = field.text(); break;
        case 9: raw.packed = field.message(), raw.isThere = true; break;
        case 10: addFixed(field, Wire::Eight, doubles); break;
        case 11: addVarints(field, uint64s); break;
        case 13: addEntry(field.message(), external); break;
        case 14: location = field.whole(); break;
        default: break;
        }
        if (view.shape.size() > kMostSides)
            refuse("a tensor has more than " + std::to_string(kMostSides) + " sides");
    }
    const std::uint64_t elements = elementsOf(view.shape, name);
    if (location == 1)
        raw.packed = bytesOutside(external, name), raw.isThere = true;
    const auto fits = [&](std::size_t size, std::size_t width) {
        if (size / width != elements || size % width != 0)
            refuse("tensor " + shown(name) + " has " + std::to_string(size) + " bytes, and its shape takes "
                   + std::to_string(elements) + " numbers of " + std::to_string(width));
    };
    // As it lies in the file where that is what we want, else unpacked.
    const auto fixed = [&](DType as, const Numbers &own) {
        view.type = as;
        view.bytes = raw.isThere ? raw.packed : !own.loose.empty() ? keep(own.loose) : own.packed;
        fits(view.bytes.size(), dtypeSize(as));
    };
    const auto wholes = [&](DType as, const Numbers &own, std::size_t width, bool isSigned) {
        view.type = as;
        if (raw.isThere) {
            fits(raw.packed.size(), width);
            view.bytes = dtypeSize(as) == width ? raw.packed : keep(widened(raw.packed, width, isSigned, as));
            return;
        }
        fits(own.wholes.size(), 1);
        view.bytes = keep(narrowed(own.wholes, dtypeSize(as)));
    };
    switch (type) {
    case 1: fixed(DType::F32, floats); break;
    case 2: wholes(DType::U8, int32s, 1, false); break;
    case 3: wholes(DType::I8, int32s, 1, true); break;
    case 4: wholes(DType::I32, int32s, 2, false); break;
    case 5: wholes(DType::I16, int32s, 2, true); break;
    case 6: wholes(DType::I32, int32s, 4, true); break;
    case 7: wholes(DType::I64, int64s, 8, true); break;
    case 9:
        wholes(DType::Bool, int32s, 1, false);
        if (std::any_of(view.bytes.begin(), view.bytes.end(), [](std::byte b) { return b > std::byte{1}; }))
            refuse("tensor " + shown(name) + " has something that is neither true nor false");
        break;
    case 10: wholes(DType::F16, int32s, 2, false); break;
    case 11: fixed(DType::F64, doubles); break;
    case 12: wholes(DType::I64, uint64s, 4, false); break;
    case 13: wholes(DType::I64, uint64s, 8, true); break;
    case 16: wholes(DType::BF16, int32s, 2, false); break;
    default: refuse("tensor " + shown(name) + " is of type " + std::to_string(type) + ", which is not read here");
    }
    return view;
}

/// A tensor's bytes in a file beside this one.
Bytes OnnxTensors::bytesOutside(const Entries &entries, const std::string &name)
{
    const auto text = [&](const char *key) {
        const auto found = entries.find(key);
        return found == entries.end() ? std::string() : found->second;
    };
    const std::string location = text("location");
    const fs::path asked(location);
    if (location.empty() || location.find('\0') != std::string::npos || asked.is_absolute()
        || std::distance(asked.begin(), asked.end()) != 1 || asked == ".." || asked == ".")
        refuse("tensor " + shown(name) + " lies in the file " + shown(location)
               + ", and only a file in the same folder may hold tensors");
    if (!m_mayLookBeside)
        refuse("tensor " + shown(name) + " lies in another file, " + shown(location));
    const fs::path file = m_path.parent_path() / asked;
    std::error_code ignored;
    if (fs::is_symlink(file, ignored) || !fs::is_regular_file(file, ignored))
        refuse("tensor " + shown(name) + " lies in the file " + shown(location)
               + ", which is not beside it or is no regular file");
    auto &mapped = m_mapped[location];
    if (!mapped.owner) {
        mapped = mapFile(file);
        m_owner->files.push_back(mapped.owner);
        m_outside.insert(file);
    }
    const auto number = [&](const char *key, std::uint64_t otherwise) {
        const std::string digits = text(key);
        if (digits.empty())
            return otherwise;
        if (digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string::npos)
            refuse("tensor " + shown(name) + " has no number for its " + key);
        return static_cast<std::uint64_t>(std::stoull(digits));
    };
    const std::uint64_t offset = number("offset", 0);
    if (offset > mapped.bytes.size())
        refuse("tensor " + shown(name) + " begins behind the end of " + shown(location));
    const std::uint64_t length = number("length", mapped.bytes.size() - offset);
    if (length > mapped.bytes.size() - offset)
        refuse("tensor " + shown(name) + " ends behind the end of " + shown(location));
    return mapped.bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
}

}  // namespace dank
