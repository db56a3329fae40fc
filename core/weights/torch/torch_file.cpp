#include "core/weights/torch/torch_file.h"

#include <cstring>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/weights/bad_file.h"
#include "core/weights/container.h"
#include "core/weights/mapped_file.h"
#include "core/weights/torch/torch_format.h"

namespace dank {
namespace {

/// What a TensorFile's views point into.
struct Owner {
    std::shared_ptr<const void> file;  ///< nothing when all was copied
    TensorBuffers buffers;
};

TorchContents contentsOf(std::span<const std::byte> bytes)
{
    switch (containerOf(bytes)) {
    case WeightsContainer::TorchZip: return readTorchZip(bytes);
    case WeightsContainer::TorchLegacy: return readTorchLegacy(bytes);
    case WeightsContainer::TorchTar:
        throw BadFile{"it is the tar archive that PyTorch wrote before 2017; in Python, load it and save it again with "
                      "torch.save or as safetensors"};
    default: break;
    }
    throw BadFile{describeOther(bytes)};
}

TensorFile read(std::span<const std::byte> bytes, const std::filesystem::path &name, std::shared_ptr<const void> file)
{
    try {
        TorchContents contents = contentsOf(bytes);
        auto owner = std::make_shared<Owner>(Owner{std::move(file), std::move(contents.buffers)});
        return TensorFile(name, std::move(contents.tensors), {}, std::move(owner));
    } catch (const BadFile &bad) {
        throw Error(ErrorKind::Format, "'" + displayPath(name) + "' is not a usable PyTorch file: " + bad.why + ".",
                    name);
    }
}

}  // namespace

TensorFile openTorchFile(const std::filesystem::path &path)
{
    const std::shared_ptr<const MappedFile> file = MappedFile::open(path);
    return read(file->bytes(), path, file);
}

TensorFile parseTorchFile(std::span<const std::byte> bytes, const std::filesystem::path &name)
{
    if (containerOf(bytes) == WeightsContainer::TorchZip)
        return read(bytes, name, nullptr);  // copies record by record
    const auto copy = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
    return read(*copy, name, copy);
}

}  // namespace dank
