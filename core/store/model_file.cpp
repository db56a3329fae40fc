#include "core/store/model_file.h"

#include <algorithm>

#include "core/backbone/backbone_id.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/store/model_scores.h"
#include "core/weights/safetensors.h"

namespace dank {
namespace {

constexpr int kFormat = 2;
constexpr const char *kKey = "dank";
constexpr std::size_t kMaxText = 16 * 1024;            // a path or a name
constexpr std::size_t kMaxDocumentValues = 4'000'000;  // epochs and row ids, with room
constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxLayers = 64;
constexpr std::int64_t kMaxWidth = std::int64_t{1} << 20;

/// Part of a sentence, which loadModel() makes whole.
[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, why);
}

/// The oldest that can hold the model, so that older programs refuse only what they would misread.
/// 1: the first. 2: with layer normalisation.
int formatOf(const Model &model)
{
    return model.normScale.empty() ? 1 : kFormat;
}

json documentOf(const Model &model)
{
    json curve = json::array();
    for (const EpochStats &epoch : model.curve)
        curve.push_back({epoch.epoch, epoch.trainLoss, epoch.validationLoss, epoch.seconds});
    json document{
        {"format", formatOf(model)},
        {"name", plain(model.name)},
        {"run", model.run},
        {"backbone", plain(model.backbone)},
        {"weights_file", model.weightsFile},
        {"untrained_backbone", model.untrainedBackbone},
        {"layers", model.layers.size()},
        {"output", outputName(model.output)},
        {"target", {{"kind", targetKindName(model.target.kind())}, {"parameters", model.target.parameters()}}},
        {"reference_name", plain(model.referenceName)},
        {"config", json::parse(trainConfigToJson(model.config))},
        {"epoch", model.epoch},
        {"epochs_run", model.epochsRun},
        {"curve", std::move(curve)},
        {"train_mean", model.trainMean},
        {"mean_predictor_loss", model.meanPredictorLoss},
        {"dataset", model.dataset},
        {"dataset_hash", model.datasetHash},
        {"train_ids", model.trainIds},
        {"validation_ids", model.validationIds},
        {"test_ids", model.testIds},
    };
    addScoreParts(document, model);
    return document;
}

std::vector<EpochStats> curveOf(const JsonValue &list)
{
    std::vector<EpochStats> curve;
    for (const JsonValue &entry : list.list()) {
        const auto parts = entry.tuple(4);
        curve.push_back({parts[0].whole<int>(1), parts[1].finite(), parts[2].finite(), parts[3].finite()});
    }
    return curve;
}

/// Hands out each tensor once, so that leftovers are noticed.
class Tensors {
public:
    explicit Tensors(const TensorFile &file) : m_file(file) {}

    bool has(const std::string &name) const { return m_file.find(name) != nullptr; }

    const TensorView &take(const std::string &name, std::size_t dimensions)
    {
        const TensorView *const view = m_file.find(name);
        if (!view)
            refuse("it lacks the tensor '" + name + "'");
        if (view->type != DType::F32 || view->shape.size() != dimensions)
            refuse("tensor '" + name + "' has another type or shape than it should");
        ++m_taken;
        return *view;
    }

    void checkAllTaken() const
    {
        if (m_taken != m_file.tensors().size())
            refuse("it holds tensors that do not belong into a model");
    }

private:
    const TensorFile &m_file;
    std::size_t m_taken = 0;
};

DenseLayer layerOf(Tensors &tensors, std::size_t index)
{
    const std::string name = "layers." + std::to_string(index);
    const TensorView &weight = tensors.take(name + ".weight", 2);
    const TensorView &bias = tensors.take(name + ".bias", 1);
    if (weight.shape[0] < 1 || weight.shape[1] < 1 || weight.shape[0] > kMaxWidth || weight.shape[1] > kMaxWidth
        || bias.shape[0] != weight.shape[0])
        refuse("the shapes of '" + name + "' make no layer");
    return {static_cast<int>(weight.shape[1]), static_cast<int>(weight.shape[0]), weight.toFloat(), bias.toFloat()};
}

Model modelOf(const TensorFile &file)
{
    const auto found = file.metadata().find(kKey);
    if (found == file.metadata().end())
        refuse("it is a safetensors file, but not a model of Dank Learning");
    const JsonDocument json(found->second, kMaxDepth, refuse, kMaxDocumentValues);
    const JsonValue document = json.root();
    const int format = document.at("format").whole<int>(1);
    if (format > kFormat)
        refuse("it was written by a newer version of Dank Learning (model format " + std::to_string(format)
               + ", this version knows up to " + std::to_string(kFormat) + "); update Dank Learning to use it");

    Model model;
    model.name = document.at("name").plainText(kMaxText);
    model.run = document.at("run").whole<std::int64_t>();
    model.backbone = document.at("backbone").plainText(kMaxText);
    model.weightsFile = document.at("weights_file").text(kMaxText);
    // The backbone's id has the last word: no file may hide that its features came from random weights.
    model.untrainedBackbone = document.at("untrained_backbone").flag() || isUntrainedBackbone(model.backbone);
    const std::string output = document.at("output").plainText(kMaxText);
    if (output != "linear" && output != "sigmoid")
        refuse("its output '" + output + "' is unknown");
    model.output = output == "linear" ? OutputActivation::Linear : OutputActivation::Sigmoid;
    const JsonValue target = document.at("target");
    model.target = TargetTransform::fromParameters(targetKindFromName(target.at("kind").plainText(kMaxText)),
                                                   target.at("parameters").finites());
    model.referenceName = document.at("reference_name").plainText(kMaxText);
    model.config = trainConfigFromJson(document.at("config").dump());
    model.epoch = document.at("epoch").whole<int>();
    model.epochsRun = document.at("epochs_run").whole<int>();
    model.curve = curveOf(document.at("curve"));
    model.trainMean = document.at("train_mean").finite();
    model.meanPredictorLoss = document.at("mean_predictor_loss").finite();
    model.dataset = document.at("dataset").text(kMaxText);
    model.datasetHash = document.at("dataset_hash").plainText(kMaxText);
    model.trainIds = document.at("train_ids").texts(JsonValue::kAny, kMaxText);
    model.validationIds = document.at("validation_ids").texts(JsonValue::kAny, kMaxText);
    model.testIds = document.at("test_ids").texts(JsonValue::kAny, kMaxText);
    readScoreParts(document, model);

    Tensors tensors(file);
    const std::size_t layers = document.at("layers").whole<std::size_t>(1, kMaxLayers);
    for (std::size_t i = 0; i < layers; ++i)
        model.layers.push_back(layerOf(tensors, i));
    if (tensors.has("feature.mean") || tensors.has("feature.scale")) {
        model.featureMean = tensors.take("feature.mean", 1).toFloat();
        model.featureScale = tensors.take("feature.scale", 1).toFloat();
    }
    if (format >= 2) {
        model.normScale = tensors.take("layer_norm.weight", 1).toFloat();
        model.normShift = tensors.take("layer_norm.bias", 1).toFloat();
    }
    model.reference = tensors.take("reference", 1).toFloat();
    tensors.checkAllTaken();
    model.validate();
    return model;
}

TensorToWrite floatTensor(std::string name, std::vector<std::int64_t> shape, const std::vector<float> &values)
{
    return {std::move(name), DType::F32, std::move(shape), std::as_bytes(std::span(values))};
}

}  // namespace

void saveModel(const Model &model, const std::filesystem::path &path)
{
    model.validate();
    std::vector<TensorToWrite> tensors;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const DenseLayer &layer = model.layers[i];
        const std::string name = "layers." + std::to_string(i);
        tensors.push_back(floatTensor(name + ".weight", {layer.outputs, layer.inputs}, layer.weight));
        tensors.push_back(floatTensor(name + ".bias", {layer.outputs}, layer.bias));
    }
    const auto count = [](const std::vector<float> &values) { return std::int64_t(values.size()); };
    if (!model.featureMean.empty()) {
        tensors.push_back(floatTensor("feature.mean", {count(model.featureMean)}, model.featureMean));
        tensors.push_back(floatTensor("feature.scale", {count(model.featureScale)}, model.featureScale));
    }
    if (!model.normScale.empty()) {
        tensors.push_back(floatTensor("layer_norm.weight", {count(model.normScale)}, model.normScale));
        tensors.push_back(floatTensor("layer_norm.bias", {count(model.normShift)}, model.normShift));
    }
    tensors.push_back(floatTensor("reference", {count(model.reference)}, model.reference));
    // Paths may hold bytes that are not UTF-8: they become U+FFFD, since they are hints only.
    const std::string document = documentOf(model).dump(-1, ' ', false, json::error_handler_t::replace);
    writeSafetensors(path, tensors, {{kKey, document}});
}

Model loadModel(const std::filesystem::path &path)
{
    const TensorFile file = openSafetensors(path);
    try {
        return modelOf(file);
    } catch (const Error &error) {
        throw Error(error.kind(),
                    "Cannot use the model '" + displayPath(path) + "': " + error.what()
                        + (std::string_view(error.what()).ends_with('.') ? "" : "."),
                    path);
    }
}

}  // namespace dank
