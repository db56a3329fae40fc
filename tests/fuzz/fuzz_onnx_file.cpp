#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/onnx/onnx_file.h"

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// As long as its shape says, and its bytes readable.
void checkTensor(const dank::TensorView &view)
{
    std::uint64_t bytes = dank::dtypeSize(view.type);
    for (const std::int64_t side : view.shape)
        bytes *= static_cast<std::uint64_t>(side);
    require(bytes == view.bytes.size());
    volatile unsigned sum = 0;
    for (const std::byte byte : view.bytes)
        sum = sum + std::to_integer<unsigned>(byte);
}

void checkGraph(const dank::OnnxGraph &graph, int depth)
{
    require(depth <= 8);
    for (const auto &[name, tensor] : graph.constants)
        checkTensor(tensor);
    for (const dank::OnnxValue &input : graph.inputs)
        require(!graph.constants.contains(input.name));
    for (const dank::OnnxNode &node : graph.nodes)
        for (const dank::OnnxAttribute &attribute : node.attributes) {
            if (attribute.kind == dank::OnnxAttribute::Kind::Tensor)
                checkTensor(attribute.tensor);
            if (attribute.graph)
                checkGraph(*attribute.graph, depth + 1);
        }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    try {
        const dank::OnnxFile file = dank::parseOnnx(std::as_bytes(std::span(data, size)), "fuzz");
        require(file.graph && file.opset >= 1 && file.outside.empty());
        checkGraph(*file.graph, 0);
    } catch (const dank::Error &error) {
        const std::string text = error.what();
        require(error.kind() == dank::ErrorKind::Format && dank::printable(dank::sanitizeUtf8(text)) == text);
        require(text.starts_with("fuzz is not a usable ONNX file: ") && text.ends_with(".") && text.size() < 1000);
    }
    return 0;
}
