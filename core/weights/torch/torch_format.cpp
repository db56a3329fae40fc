#include "core/weights/torch/torch_format.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/file.h"
#include "core/weights/readers.h"
#include "core/weights/torch/pickle.h"
#include "core/weights/torch/zip_archive.h"

namespace dank {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kDictsShown = 8;
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

std::span<std::byte> newBuffer(TensorBuffers &buffers, std::uint64_t size)
{
    buffers.push_back(std::make_unique_for_overwrite<std::byte[]>(std::size_t(size)));
    return {buffers.back().get(), std::size_t(size)};
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

/// Is it a dict of tensors, each by a text?
bool holdsNamedTensors(const Pickle &pickle, const PickleValue &value)
{
    if (!value.isDict())
        return false;
    bool any = false;
    const auto pairs = pickle.items(value);
    for (std::size_t i = 0; i < pairs.size(); i += 2) {
        const bool isTensor = pairs[i + 1].kind == Kind::Tensor;
        if (isTensor && pairs[i].kind != Kind::Text)
            return false;
        any = any || isTensor;
    }
    return any;
}

/// Which tensor of the pickle (an index into tensors()) has which name: the entries of the dict under "state_dict" or
/// "model" where there is one with tensors (beside it, a checkpoint may hold a tensor such as the best accuracy), else
/// of the only dict of tensors in the dict that is the pickle's value, else of that one itself. Throws BadFile.
std::map<std::string, std::uint32_t> namedTensors(const Pickle &pickle)
{
    const PickleValue &top = pickle.value();
    if (!top.isDict())
        refuse("what it holds is not a dict of named tensors; in Python, save a network's state_dict()");
    for (const char *const key : {"state_dict", "model_state_dict", "model"})
        if (const std::optional<PickleValue> inner = pickle.find(top, key); inner && holdsNamedTensors(pickle, *inner))
            return tensorsOf(pickle, *inner);
    std::vector<PickleValue> inners;
    std::string keys;
    std::set<std::uint32_t> seen;  // a dict may be there under a million keys
    const auto pairs = pickle.items(top);
    for (std::size_t i = 0; i < pairs.size(); i += 2)
        if (pairs[i].kind == Kind::Text && pairs[i + 1].isDict() && seen.insert(pairs[i + 1].index).second
            && holdsNamedTensors(pickle, pairs[i + 1])) {
            inners.push_back(pairs[i + 1]);
            if (inners.size() <= kDictsShown)
                keys += (keys.empty() ? "" : ", ") + shownName(pickle.text(pairs[i]));
        }
    std::map<std::string, std::uint32_t> names = tensorsOf(pickle, top);
    if (inners.size() == 1)
        if (auto inner = tensorsOf(pickle, inners.front()); inner.size() > names.size())
            return inner;
    if (names.empty() && inners.size() > 1)
        refuse("it holds several networks' tensors (" + keys + (inners.size() > kDictsShown ? ", …" : "")
               + "); in Python, save the one that is meant alone");
    if (names.empty())
        refuse("it holds no named tensors");
    return names;
}

/// Checks every named tensor against its storage and makes its view: into the storage where it lies there in
/// row-major order, else into a copy that is added to `buffers`. `storages` holds the bytes of each storage that a
/// named tensor uses; `fileSize` bounds what is copied. Throws BadFile.
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
            const std::span<std::byte> copy = newBuffer(buffers, *bytes);
            gather(first, shape, stride, itemSize, copy);
            view = copy;
        }
        tensors.emplace(name, TensorView{storage.type, std::move(shape), view});
    }
    return tensors;
}

/// The archive's records by their names below its one top folder.
std::map<std::string_view, std::size_t> recordsByName(const ZipArchive &archive)
{
    std::map<std::string_view, std::size_t> records;
    std::string_view top;
    for (std::size_t i = 0; i < archive.records().size(); ++i) {
        const std::string_view name = archive.records()[i].name;
        const std::size_t slash = name.find('/');
        if (slash == std::string_view::npos || slash == 0)
            refuse("its zip archive is not PyTorch's: it has the record " + shownName(name));
        if (i == 0)
            top = name.substr(0, slash);
        else if (name.substr(0, slash) != top)
            refuse("its zip archive is not PyTorch's: it has two top folders");
        records.emplace(name.substr(slash + 1), i);
    }
    return records;
}

bool isNumber(const std::optional<PickleValue> &value, std::int64_t number)
{
    return value && value->kind == Kind::Int && value->number == number;
}

/// {protocol_version: 1001, little_endian: True, type_sizes: {short: 2, int: 4, long: 4 or 8}}
void checkMachine(const Pickle &machine)
{
    if (!machine.value().isDict() || !isNumber(machine.find(machine.value(), "protocol_version"), 1001))
        refuse("its facts about the machine that wrote it are damaged");
    const std::optional<PickleValue> little = machine.find(machine.value(), "little_endian");
    if (!little || little->kind != Kind::Bool)
        refuse("its facts about the machine that wrote it are damaged");
    if (little->number == 0)
        refuse("it was written on a big-endian machine; in Python, load it and save it as safetensors");
    const std::optional<PickleValue> types = machine.find(machine.value(), "type_sizes");
    if (!types || !types->isDict() || !isNumber(machine.find(*types, "short"), 2)
        || !isNumber(machine.find(*types, "int"), 4)
        || (!isNumber(machine.find(*types, "long"), 4) && !isNumber(machine.find(*types, "long"), 8)))
        refuse("it was written on a machine with other sizes of numbers; in Python, load it and save it as "
               "safetensors");
}

}  // namespace

// PyTorch since 1.6: a zip archive with TOP/data.pkl, a pickle, and TOP/data/KEY, a storage's bytes each.
TorchContents readTorchZip(std::span<const std::byte> bytes)
{
    const ZipArchive archive(bytes);
    const std::map<std::string_view, std::size_t> records = recordsByName(archive);
    const auto data = records.find("data.pkl");
    if (data == records.end())
        refuse("it is a zip archive without PyTorch's data.pkl");
    std::vector<bool> done(archive.records().size(), false);
    const auto read = [&](std::size_t record, TensorBuffers &buffers) {
        const std::span<std::byte> target = newBuffer(buffers, archive.records()[record].size);
        archive.read(record, target);
        done[record] = true;
        return target;
    };

    TensorBuffers scratch;
    if (const auto order = records.find("byteorder"); order != records.end()) {
        constexpr std::string_view kLittle = "little";
        const std::span<const std::byte> text = archive.records()[order->second].size == kLittle.size()
                                                    ? read(order->second, scratch)
                                                    : std::span<std::byte>{};
        if (!std::ranges::equal(text, std::as_bytes(std::span(kLittle))))
            refuse("it was written on a big-endian machine; in Python, load it and save it as safetensors");
    }
    if (archive.records()[data->second].size > Pickle::kMaxBytes)
        refuse("its pickle is larger than 64 MB, more than weights need");
    const Pickle pickle = Pickle::read(read(data->second, scratch));
    if (pickle.size() != archive.records()[data->second].size)
        refuse("its data.pkl goes on after its pickle");

    const std::map<std::string, std::uint32_t> names = namedTensors(pickle);
    std::vector<bool> used(pickle.storages().size(), false);
    for (const auto &[name, tensor] : names)
        used[pickle.tensors()[tensor].storage] = true;

    TorchContents contents;
    std::vector<std::span<const std::byte>> storages(pickle.storages().size());
    for (std::size_t i = 0; i < storages.size(); ++i) {
        const PickledStorage &storage = pickle.storages()[i];
        const std::string key(storage.key);
        const auto record = records.find("data/" + key);
        if (record == records.end())
            refuse("its storage " + shownName(key) + " is not there");
        const std::uint64_t size = archive.records()[record->second].size;
        const std::size_t itemSize = dtypeSize(storage.type);
        if (size % itemSize != 0 || size / itemSize != storage.elements)
            refuse("its storage " + shownName(key) + " has " + std::to_string(size) + " bytes, but should have "
                   + std::to_string(storage.elements) + " numbers of " + std::to_string(itemSize)
                   + (itemSize == 1 ? " byte" : " bytes"));
        if (used[i])
            storages[i] = read(record->second, contents.buffers);
        else
            archive.check(record->second);
        done[record->second] = true;
    }
    for (const auto &[name, record] : records) {
        if (done[record])
            continue;
        if (name.starts_with("data/"))
            refuse("its storage " + shownName(name.substr(5)) + " is used by no tensor");
        archive.check(record);  // what else PyTorch puts in is of no use here, but tells of damage
    }
    contents.tensors = viewTensors(pickle, names, storages, bytes.size(), contents.buffers);
    return contents;
}

// PyTorch before 1.6 (torch/serialization.py, _legacy_save): five pickles one after the other (a magic number, the
// protocol 1001, facts about the machine, the object, the storages' keys), then each storage in the order of the keys:
// its number of elements in 64 bits, and its bytes.
TorchContents readTorchLegacy(std::span<const std::byte> bytes)
{
    constexpr unsigned char kMagic[] = {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                                        0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};
    if (bytes.size() < sizeof kMagic)
        refuse("it ends before it begins");
    if (std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0)
        refuse("it does not begin as PyTorch's files do");
    std::span<const std::byte> rest = bytes.subspan(sizeof kMagic);
    const auto next = [&rest] {
        Pickle pickle = Pickle::read(rest);
        rest = rest.subspan(pickle.size());
        return pickle;
    };

    if (const Pickle protocol = next(); !isNumber(protocol.value(), 1001))
        refuse("it has an unknown protocol");
    checkMachine(next());
    const Pickle pickle = next();
    const std::map<std::string, std::uint32_t> names = namedTensors(pickle);
    const Pickle keys = next();
    if (keys.value().kind != Kind::List)
        refuse("its list of storages is damaged");

    std::map<std::string_view, std::size_t> byKey;
    for (std::size_t i = 0; i < pickle.storages().size(); ++i)
        byKey.emplace(pickle.storages()[i].key, i);
    std::vector<std::span<const std::byte>> storages(pickle.storages().size());
    std::size_t count = 0;
    for (const PickleValue &value : keys.items(keys.value())) {
        if (value.kind != Kind::Text)
            refuse("its list of storages is damaged");
        const auto found = byKey.find(keys.text(value));
        if (found == byKey.end())
            refuse("its storage " + shownName(keys.text(value)) + " is used by no tensor or listed twice");
        const std::size_t index = found->second;
        byKey.erase(found);
        const PickledStorage &storage = pickle.storages()[index];

        std::uint64_t elements = 0;
        if (rest.size() < sizeof elements)
            refuse("it ends before storage " + shownName(storage.key));
        std::memcpy(&elements, rest.data(), sizeof elements);
        rest = rest.subspan(sizeof elements);
        if (elements != storage.elements)
            refuse("its storage " + shownName(storage.key) + " has " + std::to_string(elements)
                   + " numbers, but should have " + std::to_string(storage.elements));
        const std::size_t itemSize = dtypeSize(storage.type);
        if (elements > rest.size() / itemSize)
            refuse("it ends inside storage " + shownName(storage.key));
        storages[index] = rest.first(std::size_t(elements) * itemSize);
        rest = rest.subspan(storages[index].size());
        ++count;
    }
    if (count != storages.size())
        refuse("its storage " + shownName(byKey.begin()->first) + " is not there");
    if (!rest.empty())
        refuse("it goes on after its last storage");

    TorchContents contents;
    contents.tensors = viewTensors(pickle, names, storages, bytes.size(), contents.buffers);
    return contents;
}

}  // namespace dank
