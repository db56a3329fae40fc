#include "core/weights/torch/torch_format.h"

#include <cstring>
#include <optional>

#include "core/base/file.h"
#include "core/weights/bad_file.h"
#include "core/weights/safetensors_format.h"

namespace dank {
namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t kMaxRepeats = 4;  // of the file's bytes, by tensors that share them

std::map<std::string, std::uint32_t> tensorsOf(const Pickle &pickle, const PickleValue &dict)
{
    std::map<std::string, std::uint32_t> names;
    const auto pairs = pickle.items(dict);
    for (std::size_t i = 0; i < pairs.size(); i += 2) {
        if (pairs[i + 1].kind != Kind::Tensor)
            continue;
        if (pairs[i].kind != Kind::Text)
            refuse("it holds a tensor whose name is not a text");
        std::string name(pickle.text(pairs[i]));
        if (sanitizeUtf8(name) != name)
            refuse("the name of tensor " + shownName(name) + " is not valid UTF-8");
        if (name == kMetadataKey)
            refuse("it holds a tensor with the name " + shownName(name) + ", which no safetensors file can hold");
        const auto [entry, isNew] = names.emplace(std::move(name), pairs[i + 1].index);
        if (!isNew)
            refuse("tensor " + shownName(entry->first) + " is there twice");
    }
    return names;
}

std::vector<std::int64_t> sizes(const Pickle &pickle, std::uint32_t tuple, const std::string &name, const char *what)
{
    const auto items = pickle.tuple(tuple);
    if (items.size() > kMaxDimensions)
        refuse("tensor " + shownName(name) + " has more than 16 dimensions");
    std::vector<std::int64_t> result;
    result.reserve(items.size());
    for (const PickleValue &item : items) {
        if (item.kind != Kind::Int || item.number < 0 || item.number > kMaxDimension)
            refuse("tensor " + shownName(name) + " has an impossible " + what);
        result.push_back(item.number);
    }
    return result;
}

bool isRowMajor(const std::vector<std::int64_t> &shape, const std::vector<std::int64_t> &stride)
{
    std::int64_t expected = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        if (shape[i] == 1)
            continue;
        if (stride[i] != expected)
            return false;
        expected *= shape[i];
    }
    return true;
}

/// Copies a window of a storage into row-major order.
void gather(const std::byte *from, const std::vector<std::int64_t> &shape, const std::vector<std::int64_t> &stride,
            std::size_t itemSize, std::span<std::byte> to)
{
    std::vector<std::int64_t> at(shape.size(), 0);
    std::int64_t offset = 0;
    for (std::size_t done = 0; done < to.size(); done += itemSize) {
        std::memcpy(to.data() + done, from + std::size_t(offset) * itemSize, itemSize);
        for (std::size_t i = shape.size(); i-- > 0;) {
            offset += stride[i];
            if (++at[i] < shape[i])
                break;
            offset -= at[i] * stride[i];
            at[i] = 0;
        }
    }
}

}  // namespace

std::map<std::string, std::uint32_t> namedTensors(const Pickle &pickle)
{
    const PickleValue &top = pickle.value();
    if (!top.isDict())
        refuse("what it holds is not a dict of named tensors; in Python, save a network's state_dict()");
    std::map<std::string, std::uint32_t> names;
    for (const char *const key : {"state_dict", "model_state_dict", "model"}) {
        if (const std::optional<PickleValue> inner = pickle.find(top, key); inner && inner->isDict())
            names = tensorsOf(pickle, *inner);
        if (!names.empty())
            return names;
    }
    names = tensorsOf(pickle, top);
    if (names.empty())
        refuse("it holds no named tensors");
    return names;
}

std::map<std::string, TensorView> viewTensors(const Pickle &pickle, const std::map<std::string, std::uint32_t> &names,
                                              std::span<const std::span<const std::byte>> storages,
                                              std::uint64_t fileSize, TensorBuffers &buffers)
{
    std::map<std::string, TensorView> tensors;
    std::uint64_t gathered = 0, total = 0;
    for (const auto &[name, index] : names) {
        const PickledTensor &tensor = pickle.tensors()[index];
        const PickledStorage &storage = pickle.storages()[tensor.storage];
        const std::size_t itemSize = dtypeSize(storage.type);
        std::vector<std::int64_t> shape = sizes(pickle, tensor.shape, name, "dimension");
        const std::vector<std::int64_t> stride = sizes(pickle, tensor.stride, name, "stride");
        const std::optional<std::uint64_t> bytes = shapeBytes(shape, itemSize);
        if (!bytes || shape.size() != stride.size())
            refuse("tensor " + shownName(name) + " has an impossible shape");
        if (tensor.offset > storage.elements)
            refuse("tensor " + shownName(name) + " lies outside its storage");

        // Each step is at most 2^48 and there are at most 2^48 of them: compared by division, nothing overflows.
        std::uint64_t room = storage.elements - tensor.offset;  // elements from the tensor's first on
        if (*bytes > 0) {
            if (room == 0)
                refuse("tensor " + shownName(name) + " lies outside its storage");
            --room;
            for (std::size_t i = 0; i < shape.size(); ++i) {
                const auto steps = std::uint64_t(shape[i] - 1), step = std::uint64_t(stride[i]);
                if (step != 0 && steps > room / step)
                    refuse("tensor " + shownName(name) + " lies outside its storage");
                room -= steps * step;
            }
            if (*bytes / itemSize > storage.elements)
                refuse("tensor " + shownName(name) + " repeats its storage's values; in Python, save it contiguous");
        }
        total += *bytes;
        if (total / kMaxRepeats > fileSize)
            refuse("its tensors share their bytes so often that together they would be much larger than the file");

        const std::byte *const first = storages[tensor.storage].data() + std::size_t(tensor.offset) * itemSize;
        std::span<const std::byte> view(first, std::size_t(*bytes));
        if (*bytes == 0) {
            view = {};
        } else if (!isRowMajor(shape, stride)) {
            gathered += *bytes;
            if (gathered > fileSize)
                refuse("its tensors would take more memory than the file has");
            buffers.push_back(std::make_unique_for_overwrite<std::byte[]>(std::size_t(*bytes)));
            gather(first, shape, stride, itemSize, {buffers.back().get(), std::size_t(*bytes)});
            view = {buffers.back().get(), std::size_t(*bytes)};
        }
        tensors.emplace(name, TensorView{storage.type, std::move(shape), view});
    }
    return tensors;
}

}  // namespace dank
