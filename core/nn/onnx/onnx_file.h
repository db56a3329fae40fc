#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/weights/tensor_file.h"

namespace dank {

struct OnnxGraph;

/// A setting of a node. Which member holds depends on `kind`; nothing else is filled.
struct OnnxAttribute {
    enum class Kind { Number, Whole, Text, Tensor, Graph, Numbers, Wholes, Texts };
    std::string name;
    Kind kind = Kind::Whole;
    float number = 0;
    std::int64_t whole = 0;
    std::string text;
    TensorView tensor;
    std::shared_ptr<const OnnxGraph> graph;
    std::vector<float> numbers;
    std::vector<std::int64_t> wholes;
};

struct OnnxNode {
    std::string domain;                ///< empty for ONNX's own operators
    std::string type;                  ///< the operator: "Conv"
    std::string name;                  ///< may be empty
    std::vector<std::string> inputs;   ///< values by name; empty where an optional one is left out
    std::vector<std::string> outputs;  ///< likewise
    std::vector<OnnxAttribute> attributes;
};

/// What goes into a graph or comes out of it.
struct OnnxValue {
    std::string name;
    std::optional<DType> type;        ///< empty where it is not said, or none that tensors here have
    std::vector<std::int64_t> shape;  ///< -1 for a side that may vary
    bool hasShape = false;            ///< without one, nothing is known, not even the number of sides
};

struct OnnxGraph {
    std::vector<OnnxValue> inputs;  ///< without those that `constants` gives
    std::vector<OnnxValue> outputs;
    std::map<std::string, TensorView> constants;
    std::vector<OnnxNode> nodes;  ///< in the file's order: what a node takes was given before
};

/// An ONNX file as a plain value, its tensors still where they lie on disk. Immutable, cheap to copy.
struct OnnxFile {
    std::filesystem::path path;
    std::int64_t opset = 1;  ///< the version of ONNX's own operators
    std::shared_ptr<const OnnxGraph> graph;
    std::vector<std::filesystem::path> outside;  ///< files beside it that hold tensors of it
    std::shared_ptr<const void> owner;           ///< keeps alive what the tensors point into
};

/// Reads any version of the format. Such a file is data: nothing in it runs. Throws Error{File} for what cannot be
/// opened, Error{Format} that names the file and what is wrong with it: wire types and lengths that do not fit, tensors
/// shorter or longer than their shape, more than a million nodes, names and settings together, graphs deeper than
/// eight, and tensors in a file that is not beside it. What it allocates is bounded by the file's size times a small
/// factor.
OnnxFile openOnnxFile(const std::filesystem::path &path);
/// The same on bytes in memory; `name` stands for the path in messages, and tensors in other files are refused.
OnnxFile parseOnnx(std::span<const std::byte> bytes, const std::filesystem::path &name = "memory",
                   std::shared_ptr<const void> owner = nullptr);
/// One tensor as ONNX writes it alone: what its test data are. Copies. Throws Error{Format}.
struct OnnxTensorFile {
    std::string name;
    TensorView tensor;
    std::shared_ptr<const void> owner;
};
OnnxTensorFile openOnnxTensor(const std::filesystem::path &path);

}  // namespace dank
