#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/nn/onnx/protobuf.h"
#include "core/weights/mapped_file.h"
#include "core/weights/tensor_file.h"

namespace dank {

/// Reads the tensors of an ONNX file, those in files beside it too; for core/nn/onnx alone. Throws protobuf::BadOnnx.
class OnnxTensors {
public:
    /// `path`: of the file, beside which others are looked for if that is allowed.
    OnnxTensors(const std::filesystem::path &path, bool mayLookBeside) : m_path(path), m_mayLookBeside(mayLookBeside) {}

    /// A view of the bytes where they lie as we want them, else of bytes that `owner` keeps.
    TensorView tensor(protobuf::Bytes bytes, std::string &name);

    /// What keeps alive the bytes that tensors point into.
    struct Owner {
        std::vector<std::shared_ptr<const void>> files;
        std::deque<std::vector<std::byte>> unpacked;
    };
    const std::shared_ptr<Owner> &owner() const { return m_owner; }
    const std::set<std::filesystem::path> &outside() const { return m_outside; }

private:
    using Entries = std::map<std::string, std::string>;

    protobuf::Bytes keep(std::vector<std::byte> bytes) { return m_owner->unpacked.emplace_back(std::move(bytes)); }
    protobuf::Bytes bytesOutside(const Entries &entries, const std::string &name);

    const std::filesystem::path m_path;
    const bool m_mayLookBeside;
    const std::shared_ptr<Owner> m_owner = std::make_shared<Owner>();
    std::map<std::string, MappedFile> m_mapped;
    std::set<std::filesystem::path> m_outside;
};

}  // namespace dank
