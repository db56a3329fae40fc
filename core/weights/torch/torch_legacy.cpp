#include <cstring>
#include <optional>
#include <string_view>

#include "core/weights/bad_file.h"
#include "core/weights/safetensors_format.h"
#include "core/weights/torch/torch_format.h"

// PyTorch before 1.6 (torch/serialization.py, _legacy_save): five pickles one after the other (a magic number, the
// protocol 1001, facts about the machine, the object, the storages' keys), then each storage in the order of the keys:
// its number of elements in 64 bits, and its bytes.

namespace dank {
namespace {

using Kind = PickleValue::Kind;

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
            refuse("its storage " + shownName(std::string(keys.text(value))) + " is used by no tensor or listed twice");
        const std::size_t index = found->second;
        byKey.erase(found);
        const PickledStorage &storage = pickle.storages()[index];

        std::uint64_t elements = 0;
        if (rest.size() < sizeof elements)
            refuse("it ends before storage " + shownName(std::string(storage.key)));
        std::memcpy(&elements, rest.data(), sizeof elements);
        rest = rest.subspan(sizeof elements);
        if (elements != storage.elements)
            refuse("its storage " + shownName(std::string(storage.key)) + " has " + std::to_string(elements)
                   + " numbers, but should have " + std::to_string(storage.elements));
        const std::size_t itemSize = dtypeSize(storage.type);
        if (elements > rest.size() / itemSize)
            refuse("it ends inside storage " + shownName(std::string(storage.key)));
        storages[index] = rest.first(std::size_t(elements) * itemSize);
        rest = rest.subspan(storages[index].size());
        ++count;
    }
    if (count != storages.size())
        refuse("its storage " + shownName(std::string(byKey.begin()->first)) + " is not there");
    if (!rest.empty())
        refuse("it goes on after its last storage");

    TorchContents contents;
    contents.tensors = viewTensors(pickle, names, storages, bytes.size(), contents.buffers);
    return contents;
}

}  // namespace dank
