#include "core/store/model_head.h"

#include <bit>
#include <utility>

#include "core/base/error.h"
#include "core/store/model_blend.h"

namespace dank {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxLayers = 64;
constexpr std::int64_t kMaxWidth = std::int64_t{1} << 20;

DenseLayer layerOf(Tensors &tensors, const std::string &name)
{
    const TensorView &weight = tensors.take(name + ".weight", 2);
    const TensorView &bias = tensors.take(name + ".bias", 1);
    if (weight.shape[0] < 1 || weight.shape[1] < 1 || weight.shape[0] > kMaxWidth || weight.shape[1] > kMaxWidth
        || bias.shape[0] != weight.shape[0])
        refuseModel("the shapes of '" + name + "' make no layer");
    return {static_cast<int>(weight.shape[1]), static_cast<int>(weight.shape[0]), weight.toFloat(), bias.toFloat()};
}

}  // namespace

void refuseModel(const std::string &why)
{
    throw Error(ErrorKind::Format, why);
}

const TensorView &Tensors::take(const std::string &name, std::size_t dimensions)
{
    const TensorView *const view = m_file.find(name);
    if (!view)
        refuseModel("it lacks the tensor '" + name + "'");
    if ((view->type != DType::F32 && view->type != DType::BF16) || view->shape.size() != dimensions)
        refuseModel("tensor '" + name + "' has another type or shape than it should");
    ++m_taken;
    return *view;
}

const TensorView &Tensors::takeAny(const std::string &name)
{
    const TensorView *const view = m_file.find(name);
    if (!view)
        refuseModel("it lacks the tensor '" + name + "'");
    return take(name, view->shape.size());
}

void Tensors::checkAllTaken() const
{
    if (m_taken != m_file.tensors().size())
        refuseModel("it holds tensors that do not belong into a model");
}

nlohmann::json headDocument(const Model &model)
{
    json document{{"layers", model.layers.size()}, {"output", outputName(model.output)}};
    if (model.blend)
        document["blend"] = blendToJson(*model.blend);
    return document;
}

void readHead(const JsonValue &document, int format, Tensors &tensors, const std::string &prefix, Model &model)
{
    const std::string output = document.at("output").plainText(kMaxModelText);
    if (output != "linear" && output != "sigmoid")
        refuseModel("its output '" + output + "' is unknown");
    model.output = output == "linear" ? OutputActivation::Linear : OutputActivation::Sigmoid;
    const std::size_t layers = document.at("layers").whole<std::size_t>(format >= 3 ? 0 : 1, kMaxLayers);
    for (std::size_t i = 0; i < layers; ++i)
        model.layers.push_back(layerOf(tensors, prefix + "layers." + std::to_string(i)));
    const auto pair = [&](const char *one, const char *other, std::vector<float> &first, std::vector<float> &second) {
        if (!tensors.has(prefix + one) && !tensors.has(prefix + other))
            return;
        first = tensors.take(prefix + one, 1).toFloat();
        second = tensors.take(prefix + other, 1).toFloat();
    };
    pair("feature.mean", "feature.scale", model.featureMean, model.featureScale);
    if (format >= 2)
        pair("layer_norm.weight", "layer_norm.bias", model.normScale, model.normShift);
    const auto blend = document.find("blend");
    if (!blend || format < 3)
        return;
    model.blend = blendFromJson(*blend, format);
    for (const auto &[name, into] : blendTensors(*model.blend, format))
        if (tensors.has(prefix + name))
            *into = tensors.take(prefix + name, 1).toFloat();
}

std::vector<std::uint16_t> toBFloat16(const std::vector<float> &values)
{
    std::vector<std::uint16_t> halves;
    for (const float value : values) {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        const std::uint32_t rounded = bits + 0x7fff + ((bits >> 16) & 1);
        halves.push_back(
            static_cast<std::uint16_t>((rounded & 0x7f80'0000) == 0x7f80'0000 ? bits >> 16 : rounded >> 16));
    }
    return halves;
}

TensorToWrite floatTensor(std::string name, const std::vector<float> &values)
{
    return {std::move(name), DType::F32, {static_cast<std::int64_t>(values.size())}, std::as_bytes(std::span(values))};
}

void addHead(std::vector<TensorToWrite> &tensors, const std::string &prefix, const Model &model,
             std::span<const std::vector<std::uint16_t>> halves)
{
    const auto add = [&](const std::string &name, const std::vector<float> &values) {
        if (!values.empty())
            tensors.push_back(floatTensor(prefix + name, values));
    };
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const DenseLayer &layer = model.layers[i];
        const std::string name = "layers." + std::to_string(i);
        tensors.push_back(floatTensor(prefix + name + ".weight", layer.weight));
        tensors.back().shape = {layer.outputs, layer.inputs};
        if (!halves.empty()) {
            tensors.back().type = DType::BF16;
            tensors.back().bytes = std::as_bytes(std::span(halves[i]));
        }
        add(name + ".bias", layer.bias);
    }
    add("feature.mean", model.featureMean);
    add("feature.scale", model.featureScale);
    add("layer_norm.weight", model.normScale);
    add("layer_norm.bias", model.normShift);
    if (model.blend)
        for (const auto &[name, values] : blendTensors(*model.blend, kModelFormat))
            add(name, *values);
}

}  // namespace dank
