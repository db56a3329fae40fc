#include "core/store/model_file.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/backbone/backbone_id.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_reader.h"
#include "core/learn/split.h"
#include "core/learn/target.h"
#include "core/store/model_blend.h"
#include "core/weights/safetensors.h"

namespace dank {
namespace {

using nlohmann::json;

constexpr int kFormat = 4;
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

/// Fit for JsonValue::plainText().
std::string plain(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return text;
}

std::vector<float> floats(const JsonValue &list, std::size_t most)
{
    std::vector<float> values;
    for (const JsonValue &value : list.list(most))
        values.push_back(static_cast<float>(value.finite()));
    return values;
}

/// Words that may hold a stranger's (of a column, of an error): short enough to be read again, cut between letters.
std::string words(std::string text)
{
    std::size_t end = std::min<std::size_t>(text.size(), 4000);
    while (end > 0 && end < text.size() && (text[end] & 0xc0) == 0x80)
        --end;
    text.resize(end);
    return plain(std::move(text));
}

json judgementToJson(const Judgement &judgement)
{
    json object{{"verdict", verdictName(judgement)}, {"headline", words(judgement.headline)},
                {"reason", words(judgement.reason)}, {"subset", words(judgement.subset)},
                {"group", words(judgement.group)},   {"rows", judgement.rows}};
    if (judgement.spearman)
        object["spearman"] = *judgement.spearman;
    if (judgement.r2)
        object["r2"] = *judgement.r2;
    if (judgement.spearmanInterval)
        object["spearman_interval"] = {judgement.spearmanInterval->low, judgement.spearmanInterval->high};
    return object;
}

Judgement judgementFromJson(const JsonValue &object)
{
    Judgement judgement;
    const std::string name = object.at("verdict").plainText(kMaxText);
    judgement.kind = verdictFromName(name);
    judgement.headline = object.at("headline").plainText(kMaxText);
    judgement.reason = object.at("reason").plainText(kMaxText);
    if (!judgement.kind && name != verdictName(judgement)) {
        judgement.reason = "A newer version of Dank Learning judged it '" + name
                           + "', which this one does not know: " + verdictText(judgement);
        judgement.headline = notJudged().headline;
    }
    judgement.subset = object.at("subset").plainText(kMaxText);
    judgement.group = object.at("group").plainText(kMaxText);
    judgement.rows = object.at("rows").whole<std::size_t>();
    if (const auto spearman = object.find("spearman"))
        judgement.spearman = spearman->finite(-1, 1);
    if (const auto r2 = object.find("r2"))
        judgement.r2 = r2->finite(std::numeric_limits<double>::lowest(), 1);
    if (const auto interval = object.find("spearman_interval")) {
        const auto ends = interval->tuple(2);
        const double high = ends[1].finite(-1, 1);
        judgement.spearmanInterval = Interval{ends[0].finite(-1, high), high};
    }
    return judgement;
}

void readPictures(const JsonValue &pictures, Model &model)
{
    const auto rows = pictures.at("rows").list(kMaxTrainPictures);
    const auto hashes = pictures.at("hashes").list(kMaxTrainPictures);
    const auto upvotes = pictures.at("upvotes").list(kMaxTrainPictures);
    const auto files = pictures.at("files").list(kMaxTrainPictures);
    if (hashes.size() != rows.size() || upvotes.size() != rows.size() || files.size() != rows.size())
        pictures.refuse("the lists of its training pictures differ in length");
    for (std::size_t i = 0; i < rows.size(); ++i)
        model.trainPictures.push_back(
            {rows[i].whole<std::size_t>(), hashes[i].text(), upvotes[i].whole<std::int64_t>(), files[i].text()});
    if (const auto titles = pictures.find("titles")) {
        const auto texts = titles->tuple(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            model.trainPictures[i].title = texts[i].plainText(kMaxTrainTitle);
    }
}

void readGroups(const JsonValue &list, Model &model)
{
    for (const JsonValue &entry : list.list(GroupedTarget::kMaxGroups)) {
        const auto parts = entry.tuple(2);
        auto transform = TargetTransform::fromParameters(model.target.kind(), parts[1].finites());
        if (!model.groupTargets.emplace(parts[0].text(), std::move(transform)).second)
            list.refuse("it has two targets for one group");
    }
}

/// Adds what the model's scores are worth and rest on, each only where the model has it.
void addScoreParts(json &document, const Model &model)
{
    if (model.judgement)
        document["judgement"] = judgementToJson(*model.judgement);
    if (!model.splitHash.empty())
        document["split_hash"] = model.splitHash;
    for (const auto &[name, interval] :
         {std::pair("interval", &model.interval), std::pair("image_interval", &model.imageInterval)})
        if (*interval)
            document[name] = {{"level", (*interval)->level},
                              {"rows", (*interval)->rows},
                              {"below", (*interval)->below},
                              {"above", (*interval)->above}};
    if (model.range)
        document["training_range"] = {
            {"mean", model.range->mean}, {"scale", model.range->scale}, {"distances", model.range->distances}};
    if (!model.trainPictures.empty()) {
        json pictures{
            {"rows", json::array()}, {"hashes", json::array()}, {"upvotes", json::array()}, {"files", json::array()}};
        for (const TrainPicture &picture : model.trainPictures) {
            pictures["rows"].push_back(picture.row);
            pictures["hashes"].push_back(picture.hash);
            pictures["upvotes"].push_back(picture.upvotes);
            pictures["files"].push_back(picture.file);
        }
        // What reads no captions has none, and its file stays as it always was.
        if (std::ranges::any_of(model.trainPictures, [](const TrainPicture &one) { return !one.title.empty(); }))
            for (const TrainPicture &picture : model.trainPictures)
                pictures["titles"].push_back(picture.title);
        document["train_pictures"] = std::move(pictures);
    }
    if (!model.groupTargets.empty()) {
        json groups = json::array();
        for (const auto &[group, transform] : model.groupTargets)
            groups.push_back(json::array({group, transform.parameters()}));
        document["group_targets"] = std::move(groups);
    }
}

/// Reads them; what is not there stays absent. Needs the model's target, configuration and row lists;
/// Model::validate() checks what fits together.
void readScoreParts(const JsonValue &document, Model &model)
{
    if (model.config.within)
        model.targetGroup = model.config.group;
    if (const auto hash = document.find("split_hash")) {
        model.splitHash = hash->plainText();
        if (splitHash(model.trainIds, model.validationIds, model.testIds) != model.splitHash)
            document.refuse("its memes are not on the sides that its split's hash names");
    }
    if (const auto judgement = document.find("judgement"))
        model.judgement = judgementFromJson(*judgement);
    for (const auto &[name, into] :
         {std::pair("interval", &model.interval), std::pair("image_interval", &model.imageInterval)})
        if (const auto interval = document.find(name))
            *into = ConformalInterval{interval->at("level").finite(), interval->at("rows").whole<std::size_t>(),
                                      interval->at("below").finite(), interval->at("above").finite()};
    if (const auto range = document.find("training_range")) {
        constexpr std::size_t kMaxColumns = std::size_t{1} << 20;
        model.range = TrainingRange{floats(range->at("mean"), kMaxColumns), floats(range->at("scale"), kMaxColumns),
                                    floats(range->at("distances"), TrainingRange::kMaxDistances)};
    }
    if (const auto pictures = document.find("train_pictures"))
        readPictures(*pictures, model);
    if (const auto groups = document.find("group_targets"))
        readGroups(*groups, model);
}

/// The oldest that can hold the model, so that older programs refuse only what they would misread.
/// 1: the first. 2: with layer normalisation. 3: with a blend that
/// read titles alone (no longer written). 4: with a blend.
int formatOf(const Model &model)
{
    return model.blend ? kFormat : model.normScale.empty() ? 1 : 2;
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
    if (model.blend)
        document["blend"] = blendToJson(*model.blend);
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
    const JsonDocument parsed(found->second, kMaxDepth, refuse, kMaxDocumentValues);
    const JsonValue document = parsed.root();
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
    const std::size_t layers = document.at("layers").whole<std::size_t>(format >= 3 ? 0 : 1, kMaxLayers);
    for (std::size_t i = 0; i < layers; ++i)
        model.layers.push_back(layerOf(tensors, i));
    if (tensors.has("feature.mean") || tensors.has("feature.scale")) {
        model.featureMean = tensors.take("feature.mean", 1).toFloat();
        model.featureScale = tensors.take("feature.scale", 1).toFloat();
    }
    if (format >= 3) {
        model.blend = blendFromJson(document.at("blend"), format);
        for (const auto &[name, into] : blendTensors(*model.blend, format))
            if (tensors.has(name))
                *into = tensors.take(name, 1).toFloat();
    }
    if (format == 2 || (format >= 3 && tensors.has("layer_norm.weight"))) {
        model.normScale = tensors.take("layer_norm.weight", 1).toFloat();
        model.normShift = tensors.take("layer_norm.bias", 1).toFloat();
    }
    model.reference = tensors.take("reference", 1).toFloat();
    if (format >= 4 && tensors.has("image_reference"))
        model.imageReference = tensors.take("image_reference", 1).toFloat();
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
    if (model.blend)
        for (const auto &[name, values] : blendTensors(*model.blend, kFormat))
            if (!values->empty())
                tensors.push_back(floatTensor(name, {count(*values)}, *values));
    tensors.push_back(floatTensor("reference", {count(model.reference)}, model.reference));
    if (!model.imageReference.empty())
        tensors.push_back(floatTensor("image_reference", {count(model.imageReference)}, model.imageReference));
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
