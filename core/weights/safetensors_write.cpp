#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/weights/safetensors.h"
#include "core/weights/safetensors_format.h"

namespace dank {

std::vector<std::byte> encodeSafetensorsHeader(std::span<const TensorToWrite> tensors,
                                               const std::map<std::string, std::string> &metadata)
{
    // Written by hand rather than from a JSON tree, to keep the tensors in the order given.
    std::set<std::string_view> names{kMetadataKey};
    std::string json = "{";
    try {
        if (!metadata.empty())
            json += std::string("\"") + kMetadataKey + "\":" + nlohmann::json(metadata).dump() + ",";
        std::uint64_t offset = 0;
        for (const TensorToWrite &tensor : tensors) {
            if (!names.insert(tensor.name).second)
                throw Error(ErrorKind::Shape,
                            "Two tensors to be written have the name " + shownName(tensor.name) + ".");
            if (tensor.shape.size() > kMaxDimensions
                || shapeBytes(tensor.shape, dtypeSize(tensor.type)) != std::uint64_t(tensor.bytes.size()))
                throw Error(ErrorKind::Shape, "Tensor " + shownName(tensor.name) + " does not fit its shape.");
            json += nlohmann::json(tensor.name).dump() + ":{\"dtype\":\"" + dtypeName(tensor.type)
                    + "\",\"shape\":" + nlohmann::json(tensor.shape).dump() + ",\"data_offsets\":["
                    + std::to_string(offset) + "," + std::to_string(offset + tensor.bytes.size()) + "]},";
            offset += tensor.bytes.size();
        }
    } catch (const nlohmann::json::exception &) {
        throw Error(ErrorKind::Format, "A name or text to be written is not valid UTF-8.");
    }
    if (json.back() == ',')
        json.pop_back();
    json += '}';
    json.append((8 - json.size() % 8) % 8, ' ');
    const std::uint64_t size = json.size();
    if (size > kMaxHeader || tensors.size() > kMaxTensors || metadata.size() > kMaxMetadata)
        throw Error(ErrorKind::Format, "The file to be written would have a header larger than readers take.");

    std::vector<std::byte> bytes(sizeof(size) + json.size());
    std::memcpy(bytes.data(), &size, sizeof(size));
    std::memcpy(bytes.data() + sizeof(size), json.data(), json.size());
    return bytes;
}

std::vector<std::byte> encodeSafetensors(std::span<const TensorToWrite> tensors,
                                         const std::map<std::string, std::string> &metadata)
{
    std::vector<std::byte> file = encodeSafetensorsHeader(tensors, metadata);
    std::size_t size = file.size();
    for (const TensorToWrite &tensor : tensors)
        size += tensor.bytes.size();
    file.reserve(size);
    for (const TensorToWrite &tensor : tensors)
        file.insert(file.end(), tensor.bytes.begin(), tensor.bytes.end());
    return file;
}

void writeSafetensors(const std::filesystem::path &path, std::span<const TensorToWrite> tensors,
                      const std::map<std::string, std::string> &metadata)
{
    writeFileAtomically(path, encodeSafetensors(tensors, metadata));
}

}  // namespace dank
