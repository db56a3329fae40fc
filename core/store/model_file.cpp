#include "core/store/model_file.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "core/backbone/backbone_id.h"
#include "core/base/code_points.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_reader.h"
#include "core/learn/split.h"
#include "core/learn/target.h"
#include "core/store/model_checksum.h"
#include "core/store/model_head.h"
#include "core/weights/mapped_file.h"
#include "core/weights/safetensors.h"

namespace dank {
namespace {

using nlohmann::json;

constexpr const char *kKey = "dank";
constexpr std::size_t kMaxDocumentValues = 4'000'000;  // epochs and row ids, with room
constexpr int kMaxDepth = 8;

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
    text.resize(utf8Prefix(text, 4000).size());
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
    const std::string name = object.at("verdict").plainText(kMaxModelText);
    judgement.kind = verdictFromName(name);
    judgement.headline = object.at("headline").plainText(kMaxModelText);
    judgement.reason = object.at("reason").plainText(kMaxModelText);
    if (!judgement.kind && name != verdictName(judgement)) {
        judgement.reason = "A newer version of Dank Learning judged it '" + name
                           + "', which this one does not know: " + verdictText(judgement);
        judgement.headline = notJudged().headline;
    }
    judgement.subset = object.at("subset").plainText(kMaxModelText);
    judgement.group = object.at("group").plainText(kMaxModelText);
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
/// 1: the first. 2: with layer normalisation. 3: with a blend that read titles alone (no longer written). 4: with a
/// blend, or with the head trained on shuffled upvotes. 5: with changed tensors of its network.
int formatOf(const Model &model)
{
    return model.changes ? 5 : model.shuffled || model.blend ? 4 : model.normScale.empty() ? 1 : 2;
}

constexpr const char *kNetwork = "network.";  ///< before the names of changed tensors

/// The document names the tensors in their order, which is part of their hash.
json changesToJson(const NetworkChanges &changes)
{
    json names = json::array();
    for (const NetworkChanges::Tensor &tensor : changes.tensors)
        names.push_back(tensor.name);
    return {{"base", changes.base}, {"tensors", std::move(names)}};
}

std::shared_ptr<const NetworkChanges> changesOf(const JsonValue &document, Tensors &tensors)
{
    constexpr std::size_t kMaxTensors = 10'000;
    constexpr std::size_t kMaxName = 200;
    auto changes = std::make_shared<NetworkChanges>();
    changes->base = document.at("base").plainText(kMaxModelText);
    const std::optional<BackboneId> base = BackboneId::tryParse(changes->base);
    if (!base || base->isTuned())
        refuseModel("what its network was fine-tuned from is no backbone");
    for (const JsonValue &entry : document.at("tensors").list(kMaxTensors)) {
        const std::string name = entry.plainText(kMaxName);
        const TensorView &tensor = tensors.takeAny(kNetwork + name);
        changes->tensors.push_back({name, tensor.shape, tensor.toFloat()});
    }
    return changes;
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
    document.update(headDocument(model));
    if (model.changes)
        document["network_changes"] = changesToJson(*model.changes);
    if (model.shuffled)
        document["shuffled"] = headDocument(*model.shuffled);
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

/// `bytes`: all of the file's.
Model modelOf(const TensorFile &file, std::span<const std::byte> bytes)
{
    const auto found = file.metadata().find(kKey);
    if (found == file.metadata().end())
        refuseModel("it is a safetensors file, but not a model of Dank Learning");
    checkModelSeal(bytes, file.metadata());
    const JsonDocument parsed(found->second, kMaxDepth, refuseModel, kMaxDocumentValues);
    const JsonValue document = parsed.root();
    const int format = document.at("format").whole<int>(1);
    if (format > kModelFormat)
        refuseModel("it was written by a newer version of Dank Learning (model format " + std::to_string(format)
                    + ", this version knows up to " + std::to_string(kModelFormat)
                    + "); update Dank Learning to use it");
    // One bit of the checksum's name would make an older file of it, which has none.
    for (const auto &[name, text] : file.metadata())
        if (name != kKey && name != kModelHashKey)
            refuseModel("its header has the entry '" + printable(name.substr(0, 40))
                        + "', which no model has: the file is damaged or was written by another program");

    Model model;
    model.name = document.at("name").plainText(kMaxModelText);
    model.run = document.at("run").whole<std::int64_t>();
    model.backbone = document.at("backbone").plainText(kMaxModelText);
    model.weightsFile = document.at("weights_file").text(kMaxModelText);
    // The backbone's id has the last word: no file may hide that its features came from random weights.
    model.untrainedBackbone = document.at("untrained_backbone").flag() || isUntrainedBackbone(model.backbone);
    const JsonValue target = document.at("target");
    model.target = TargetTransform::fromParameters(targetKindFromName(target.at("kind").plainText(kMaxModelText)),
                                                   target.at("parameters").finites());
    model.referenceName = document.at("reference_name").plainText(kMaxModelText);
    model.config = trainConfigFromJson(document.at("config").dump());
    model.epoch = document.at("epoch").whole<int>();
    model.epochsRun = document.at("epochs_run").whole<int>();
    model.curve = curveOf(document.at("curve"));
    model.trainMean = document.at("train_mean").finite();
    model.meanPredictorLoss = document.at("mean_predictor_loss").finite();
    model.dataset = document.at("dataset").text(kMaxModelText);
    model.datasetHash = document.at("dataset_hash").plainText(kMaxModelText);
    model.trainIds = document.at("train_ids").texts(JsonValue::kAny, kMaxModelText);
    model.validationIds = document.at("validation_ids").texts(JsonValue::kAny, kMaxModelText);
    model.testIds = document.at("test_ids").texts(JsonValue::kAny, kMaxModelText);
    readScoreParts(document, model);

    Tensors tensors(file);
    if (format == 2 && !tensors.has("layer_norm.weight"))
        refuseModel("it lacks the tensor 'layer_norm.weight'");
    readHead(document, format, tensors, "", model);
    if (const auto head = document.find("shuffled"); head && format >= 4) {
        Model control;
        readHead(*head, format, tensors, "shuffled.", control);
        model.shuffled = std::make_shared<const Model>(std::move(control));
    }
    model.reference = tensors.take("reference", 1).toFloat();
    if (format >= 4 && tensors.has("image_reference"))
        model.imageReference = tensors.take("image_reference", 1).toFloat();
    const std::optional<BackboneId> id = BackboneId::tryParse(model.backbone);
    if (id && id->isTuned()) {
        if (format < 5)
            refuseModel("its network is a fine-tuned one, but it does not hold what was changed of it");
        model.changes = changesOf(document.at("network_changes"), tensors);
    }
    tensors.checkAllTaken();
    model.validate();
    return model;
}

}  // namespace

void saveModel(const Model &model, const std::filesystem::path &path)
{
    model.validate();
    std::vector<TensorToWrite> tensors;
    addHead(tensors, "", model);
    std::vector<std::vector<std::uint16_t>> halves;  // three digits are plenty for an order, at half the size
    if (model.shuffled) {
        for (const DenseLayer &layer : model.shuffled->layers)
            halves.push_back(toBFloat16(layer.weight));
        addHead(tensors, "shuffled.", *model.shuffled, halves);
    }
    tensors.push_back(floatTensor("reference", model.reference));
    if (!model.imageReference.empty())
        tensors.push_back(floatTensor("image_reference", model.imageReference));
    if (model.changes)
        for (const NetworkChanges::Tensor &tensor : model.changes->tensors)
            tensors.push_back(
                {kNetwork + tensor.name, DType::F32, tensor.shape, std::as_bytes(std::span(tensor.values))});
    // Paths may hold bytes that are not UTF-8: they become U+FFFD, since they are hints only.
    const std::string document = documentOf(model).dump(-1, ' ', false, json::error_handler_t::replace);
    std::vector<std::byte> header =
        encodeSafetensorsHeader(tensors, {{kKey, document}, {kModelHashKey, kModelHashBlank}});
    std::vector<std::span<const std::byte>> pieces;
    for (const TensorToWrite &tensor : tensors)
        pieces.push_back(tensor.bytes);
    sealModel(header, pieces);
    pieces.insert(pieces.begin(), header);
    writeFileAtomically(path, pieces);
}

Model loadModel(const std::filesystem::path &path)
{
    const MappedFile mapped = mapFile(path);
    const TensorFile file = parseSafetensors(mapped.bytes, path, mapped.owner);
    try {
        return modelOf(file, mapped.bytes);
    } catch (const Error &error) {
        throw Error(error.kind(),
                    "Cannot use the model '" + displayPath(path) + "': " + error.what()
                        + (std::string_view(error.what()).ends_with('.') ? "" : "."),
                    path);
    }
}

std::string modelFileNote(const std::filesystem::path &path)
{
    return openSafetensors(path).metadata().contains(kModelHashKey)
               ? std::string()
               : "an older file without a checksum: whether it is whole cannot be told";
}

}  // namespace dank
