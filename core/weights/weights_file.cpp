#include "core/weights/weights_file.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/weights/bad_file.h"
#include "core/weights/mapped_file.h"
#include "core/weights/safetensors.h"
#include "core/weights/torch/torch_file.h"
#include "core/weights/torch/zip_archive.h"

namespace dank {
namespace {

bool holdsCode(const ZipArchive &archive)
{
    return std::any_of(archive.records().begin(), archive.records().end(), [](const ZipArchive::Record &record) {
        const std::string_view name = record.name;
        const std::size_t slash = name.find('/');
        const std::string_view below = slash == std::string_view::npos ? std::string_view{} : name.substr(slash + 1);
        return below == "constants.pkl" || below.starts_with("code/");
    });
}

bool isTorchScript(std::span<const std::byte> bytes)
{
    if (containerOf(bytes) != WeightsContainer::TorchZip)
        return false;
    try {
        // TorchScript compresses its code, which ZipArchive refuses for weights.
        return holdsCode(ZipArchive(bytes, ZipArchive::Compressed::Allowed));
    } catch (const BadFile &) {
        return false;
    }
}

}  // namespace

TensorFile openWeightsFile(const std::filesystem::path &path)
{
    std::string why;
    {
        const std::shared_ptr<const MappedFile> file = MappedFile::open(path);
        switch (containerOf(file->bytes())) {
        case WeightsContainer::Safetensors: return openSafetensors(path);
        case WeightsContainer::TorchZip:
            if (!isTorchScript(file->bytes()))
                return openTorchFile(path);
            why = "it is TorchScript, a network that is a program, not weights alone; if you trust where it comes "
                  "from, use it as a network of its own with --backbone FILE";
            break;
        case WeightsContainer::TorchLegacy:
        case WeightsContainer::TorchTar: return openTorchFile(path);
        case WeightsContainer::Other: why = describeOther(file->bytes()); break;
        }
    }
    std::string message = "'";
    message += displayPath(path) + "' is not a weights file: " + why + ".";
    throw Error(ErrorKind::Format, message, path);
}

bool isTorchScript(const std::filesystem::path &path)
{
    return isTorchScript(MappedFile::open(path)->bytes());
}

std::string contentHash(const TensorFile &file)
{
    std::string text = "tensors 1\n";
    for (const auto &[name, view] : file.tensors()) {
        text += std::to_string(name.size()) + ':' + name + ' ' + dtypeName(view.type) + " [";
        for (const std::int64_t side : view.shape)
            text += std::to_string(side) + ',';
        text += "] " + hashBytes(view.bytes) + '\n';
    }
    return hashText(text);
}

void convertToSafetensors(const TensorFile &file, const std::filesystem::path &out,
                          const std::map<std::string, std::string> &metadata)
{
    std::vector<TensorToWrite> tensors;
    tensors.reserve(file.tensors().size());
    for (const auto &[name, view] : file.tensors())
        tensors.push_back({name, view.type, view.shape, view.bytes});
    std::stable_sort(tensors.begin(), tensors.end(), [](const TensorToWrite &left, const TensorToWrite &right) {
        return dtypeSize(left.type) > dtypeSize(right.type);
    });
    const std::vector<std::byte> header = encodeSafetensorsHeader(tensors, metadata);
    std::vector<std::span<const std::byte>> pieces{header};
    pieces.reserve(tensors.size() + 1);
    for (const TensorToWrite &tensor : tensors)
        pieces.push_back(tensor.bytes);
    writeFileAtomically(out, pieces);
}

}  // namespace dank
