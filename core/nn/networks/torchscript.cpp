#include "core/nn/networks/torchscript.h"

#include <sstream>
#include <string>
#include <string_view>

#include <torch/script.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/networks/network.h"
#include "core/nn/networks/network_description.h"
#include "core/nn/torch_device.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kKeys[] = {"title", "input_side", "crop_side", "columns", "mean", "std"};

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

BackboneSpec torchScriptSpec(const fs::path &file)
{
    const NetworkDescription description(file, kKeys,
                                         "input_side, columns, mean and std, and may have title and crop_side");
    BackboneSpec spec;
    spec.id = "torchscript";
    spec.summary = "Your own network, a TorchScript file";
    description.root().at("input_side");
    spec.inputSide = *description.inputSide();
    description.root().at("columns");
    spec.columns = *description.columns();
    description.describe(spec);
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
