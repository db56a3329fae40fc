#include <algorithm>
#include <string_view>

#include "core/weights/bad_file.h"
#include "core/weights/safetensors_format.h"
#include "core/weights/torch/torch_format.h"
#include "core/weights/torch/zip_archive.h"

// PyTorch since 1.6: a zip archive with TOP/data.pkl, a pickle, and TOP/data/KEY, a storage's bytes each.

namespace dank {
namespace {

/// The archive's records by their names below its one top folder.
std::map<std::string_view, std::size_t> recordsByName(const ZipArchive &archive)
{
    std::map<std::string_view, std::size_t> records;
    std::string_view top;
    for (std::size_t i = 0; i < archive.records().size(); ++i) {
        const std::string_view name = archive.records()[i].name;
        const std::size_t slash = name.find('/');
        if (slash == std::string_view::npos || slash == 0)
            refuse("its zip archive is not PyTorch's: it has the record " + shownName(std::string(name)));
        if (i == 0)
            top = name.substr(0, slash);
        else if (name.substr(0, slash) != top)
            refuse("its zip archive is not PyTorch's: it has two top folders");
        records.emplace(name.substr(slash + 1), i);
    }
    return records;
}

std::span<std::byte> newBuffer(TensorBuffers &buffers, std::uint64_t size)
{
    buffers.push_back(std::make_unique_for_overwrite<std::byte[]>(std::size_t(size)));
    return {buffers.back().get(), std::size_t(size)};
}

}  // namespace

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
            refuse("its storage " + shownName(std::string(name.substr(5))) + " is used by no tensor");
        archive.check(record);  // what else PyTorch puts in is of no use here, but tells of damage
    }
    contents.tensors = viewTensors(pickle, names, storages, bytes.size(), contents.buffers);
    return contents;
}

}  // namespace dank
