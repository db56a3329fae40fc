#include "core/nn/networks/torchscript.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <torch/script.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/networks/network.h"
#include "core/nn/torch_device.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMaxDescription = 64 * 1024;
constexpr int kMaxSide = 2048;
constexpr int kMaxColumns = 65'536;
constexpr std::string_view kKeys[] = {"title", "input_side", "crop_side", "columns", "mean", "std"};

class Description {
public:
    explicit Description(const fs::path &file) : m_path(file)
    {
        std::set<std::string> seen;
        std::string twice;
        const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json &value) {
            if (depth == 1 && event == nlohmann::json::parse_event_t::key
                && !seen.insert(value.get<std::string>()).second)
                twice = value.get<std::string>();
            return true;
        };
        m_json = nlohmann::json::parse(readTextFile(file, kMaxDescription), watch, false);
        if (!m_json.is_object())
            refuse("it is not a JSON object");
        if (!twice.empty())
            refuse("it has \"" + printable(twice.substr(0, 40)) + "\" twice");
        for (const auto &[key, value] : m_json.items())
            if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys))
                refuse("it has the unknown entry \"" + printable(key.substr(0, 40)) + "\"");
    }

    int number(const char *name, int least, int most) const
    {
        const auto found = m_json.find(name);
        if (found == m_json.end())
            refuse(std::string("\"") + name + "\" is missing");
        if (!found->is_number_integer() || found->get<std::int64_t>() < least || found->get<std::int64_t>() > most)
            refuse(std::string("\"") + name + "\" must be a whole number from " + std::to_string(least) + " to "
                   + std::to_string(most));
        return found->get<int>();
    }

    bool has(const char *name) const { return m_json.contains(name); }

    std::array<float, 3> colour(const char *name) const
    {
        const auto found = m_json.find(name);
        std::array<float, 3> values{};
        bool good = found != m_json.end() && found->is_array() && found->size() == 3;
        for (std::size_t i = 0; good && i < 3; ++i) {
            good = (*found)[i].is_number();
            values[i] = good ? (*found)[i].get<float>() : 0;
            good = good && std::isfinite(values[i]) && std::abs(values[i]) < 1000;
        }
        if (!good)
            refuse(std::string("\"") + name + "\" must be three numbers, for red, green and blue in 0..1");
        return values;
    }

    std::string text(const char *name) const
    {
        if (!m_json[name].is_string() || m_json[name].get_ref<const std::string &>().size() > 80)
            refuse(std::string("\"") + name + "\" must be a text of at most 80 bytes");
        return printable(m_json[name].get<std::string>());
    }

    [[noreturn]] void refuse(const std::string &why) const
    {
        throw Error(ErrorKind::Weights,
                    displayPath(m_path) + " does not describe a network: " + why
                        + ". It needs input_side, columns, mean and std, and may have title and crop_side.",
                    m_path);
    }

private:
    fs::path m_path;
    nlohmann::json m_json;
};

/// The line of a traceback that says what went wrong: LibTorch's messages quote the whole program.
std::string gist(const std::string &message)
{
    std::string last;
    std::size_t from = 0;
    while (from < message.size()) {
        const std::size_t to = std::min(message.find('\n', from), message.size());
        const std::string line = message.substr(from, to - from);
        if (line.find_first_not_of(" \t") != std::string::npos
            && (last.empty() || line.find("Error: ") != std::string::npos))
            last = line;
        from = to + 1;
    }
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
    const Description description(beside);
    BackboneSpec spec;
    spec.id = "torchscript";
    spec.title = description.has("title") ? description.text("title") : printable(displayPath(file.filename()));
    spec.summary = "Your own network, a TorchScript file";
    spec.inputSide = description.number("input_side", 8, kMaxSide);
    spec.cropSide =
        description.has("crop_side") ? description.number("crop_side", spec.inputSide, 2 * kMaxSide) : spec.inputSide;
    spec.columns = description.number("columns", 1, kMaxColumns);
    spec.mean = description.colour("mean");
    spec.deviation = description.colour("std");
    for (const float deviation : spec.deviation)
        if (deviation <= 0)
            description.refuse("\"std\" must be above 0");
    return spec;
}

std::unique_ptr<Backbone> makeTorchScriptBackbone(const BackboneSpec &spec, const fs::path &file, const Device &device,
                                                  Precision precision)
{
    try {
        return makeNetworkBackbone(spec, false, device, precision, [&](const Placement &placement) {
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
