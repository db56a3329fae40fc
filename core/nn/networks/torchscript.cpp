#include "core/nn/networks/torchscript.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <string_view>

#include <torch/script.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_reader.h"
#include "core/nn/networks/network.h"
#include "core/nn/torch_device.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMaxDescription = 64 * 1024;
constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxTitle = 80;  // bytes
constexpr int kMaxSide = 2048;
constexpr int kMaxColumns = 65'536;
constexpr std::string_view kKeys[] = {"title", "input_side", "crop_side", "columns", "mean", "std"};

/// Three numbers, for red, green and blue.
std::array<float, 3> colour(const JsonValue &value)
{
    std::array<float, 3> colour{};
    const std::vector<JsonValue> parts = value.tuple(3);
    for (std::size_t i = 0; i < 3; ++i) {
        colour[i] = static_cast<float>(parts[i].finite());
        if (!(std::abs(colour[i]) < 1000))
            value.refuse("a colour's number is beyond 1000, and they are 0 to 1");
    }
    return colour;
}

/// The line of a traceback that says what went wrong: LibTorch's messages quote the whole program.
std::string gist(const std::string &message)
{
    std::string last;
    std::istringstream lines(message);
    for (std::string line; std::getline(lines, line);)
        if (line.find_first_not_of(" \t") != std::string::npos
            && (last.empty() || line.find("Error: ") != std::string::npos))
            last = line;
    return printable(std::string_view(last).substr(0, 250));
}

class ScriptNetwork : public Network {
public:
    ScriptNetwork(torch::jit::Module module, int columns) : m_module(std::move(module)), m_columns(columns) {}

    at::Tensor forward(at::Tensor x, const CancelToken &cancel) const override
    {
        cancel.check();
        const c10::IValue answer = const_cast<torch::jit::Module &>(m_module).forward({x});
        if (!answer.isTensor())
            throw Error(ErrorKind::Weights, "The network answers with something that is not a tensor.");
        const at::Tensor features = answer.toTensor();
        if (features.dim() != 2 || features.size(0) != x.size(0) || features.size(1) != m_columns)
            throw Error(ErrorKind::Weights, "The network answers " + std::to_string(x.size(0))
                                                + " pictures with a tensor of shape " + c10::str(features.sizes())
                                                + ", not [" + std::to_string(x.size(0)) + ", "
                                                + std::to_string(m_columns) + "] as its description says.");
        return features;
    }

private:
    torch::jit::Module m_module;  ///< in evaluation mode; forward() does not change it
    int m_columns;
};

}  // namespace

fs::path torchScriptDescriptionPath(const fs::path &file)
{
    return fs::path(file).replace_extension(".json");
}

BackboneSpec torchScriptSpec(const fs::path &file)
{
    const fs::path beside = torchScriptDescriptionPath(file);
    std::error_code ignored;
    if (!fs::exists(beside, ignored))
        throw Error(ErrorKind::Weights,
                    displayPath(file) + " needs its preprocessing in " + displayPath(beside)
                        + ": a JSON object with input_side, columns, mean and std.",
                    beside);
    const JsonDocument document(readTextFile(beside, kMaxDescription), kMaxDepth, [&](const std::string &why) {
        throw Error(ErrorKind::Weights,
                    displayPath(beside) + " does not describe a network: " + why
                        + ". It needs input_side, columns, mean and std, and may have title and crop_side.",
                    beside);
    });
    const JsonValue description = document.root();
    for (const std::string &key : description.keys())
        if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys))
            description.refuse("it has the unknown entry '" + printable(key.substr(0, 40)) + "'");
    BackboneSpec spec;
    spec.id = "torchscript";
    const auto title = description.find("title"), cropSide = description.find("crop_side");
    spec.title = printable(title ? title->text(kMaxTitle) : displayPath(file.filename()));
    spec.summary = "Your own network, a TorchScript file";
    spec.inputSide = description.at("input_side").whole(8, kMaxSide);
    spec.cropSide = cropSide ? cropSide->whole(spec.inputSide, 2 * kMaxSide) : spec.inputSide;
    spec.columns = description.at("columns").whole(1, kMaxColumns);
    spec.mean = colour(description.at("mean"));
    spec.deviation = colour(description.at("std"));
    for (const float deviation : spec.deviation)
        if (deviation <= 0)
            description.refuse("'std' must be above 0");
    return spec;
}

std::unique_ptr<Backbone> makeTorchScriptBackbone(const BackboneSpec &spec, const fs::path &file, const Device &device,
                                                  Precision precision)
{
    try {
        return makeNetworkBackbone(spec, device, precision, [&](const Placement &placement) {
            torch::jit::Module module = torch::jit::load(file.string(), placement.device);
            module.to(placement.type);
            module.eval();
            auto network = std::make_unique<ScriptNetwork>(std::move(module), spec.columns);
            const std::int64_t side = spec.inputSide;
            network->forward(at::zeros({2, 3, side, side}, at::TensorOptions().dtype(placement.type))
                                 .to(placement.device)
                                 .contiguous(at::MemoryFormat::ChannelsLast),
                             {});
            return network;
        });
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::Memory)
            throw;
        throw Error(ErrorKind::Weights, displayPath(file) + " cannot be used as a network: " + gist(error.what()),
                    file);
    }
}

}  // namespace dank
