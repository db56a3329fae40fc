#include "core/model/model.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/base/error.h"
#include "core/evaluate/title_features.h"

namespace dank {

namespace {

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, "This model cannot be used: " + why + ".");
}

bool allFinite(std::span<const float> values)
{
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

void checkLayer(const DenseLayer &layer, std::size_t index, int inputs)
{
    const std::string name = "layer " + std::to_string(index + 1);
    if (layer.inputs < 1 || layer.outputs < 1)
        refuse(name + " has no inputs or no outputs");
    if (layer.inputs != inputs)
        refuse(name + " takes " + std::to_string(layer.inputs) + " numbers, but the layer before it gives "
               + std::to_string(inputs));
    const auto weights = static_cast<std::uint64_t>(layer.inputs) * static_cast<std::uint64_t>(layer.outputs);
    if (layer.weight.size() != weights)
        refuse(name + " holds " + std::to_string(layer.weight.size()) + " weights instead of "
               + std::to_string(weights));
    if (layer.bias.size() != static_cast<std::size_t>(layer.outputs))
        refuse(name + " holds " + std::to_string(layer.bias.size()) + " biases instead of "
               + std::to_string(layer.outputs));
    if (!allFinite(layer.weight) || !allFinite(layer.bias))
        refuse(name + " holds a number that is not finite");
}

void checkBlend(const Blend &blend, const Model &model)
{
    const auto columns = static_cast<std::size_t>(model.columns());
    if (model.featureMean.size() != columns || (!blend.line.empty() && blend.line.size() != columns))
        refuse("its line reads " + std::to_string(blend.line.size()) + " standardised features instead of "
               + std::to_string(columns));
    for (const WordPart &words : {blend.title, blend.text}) {
        if (words.rarity.size() != words.weight.size() || (!words.empty() && words.weight.size() != kTitleColumns))
            refuse("it weighs " + std::to_string(words.weight.size()) + " words instead of "
                   + std::to_string(kTitleColumns));
        if (!allFinite(words.rarity) || !allFinite(words.weight) || !std::isfinite(words.bias))
            refuse("a number of its blend is not finite");
    }
    if (!allFinite(blend.line) || !std::isfinite(blend.lineBias) || !std::isfinite(blend.loss))
        refuse("a number of its blend is not finite");
    for (const BlendWeights &weights : {blend.image, blend.withTitle, blend.withText, blend.withBoth}) {
        if (!std::isfinite(weights.intercept) || !(weights.network >= 0) || !(weights.line >= 0)
            || !(weights.title >= 0) || !(weights.text >= 0)
            || !std::isfinite(weights.network + weights.line + weights.title + weights.text))
            refuse("a weight of its blend is below 0 or not finite");
        if ((weights.network > 0 && model.layers.empty()) || (weights.line > 0 && blend.line.empty())
            || (weights.title > 0 && blend.title.empty()) || (weights.text > 0 && blend.text.empty()))
            refuse("its blend counts a part that it does not hold");
    }
    if (blend.image.title > 0 || blend.image.text > 0 || blend.withTitle.text > 0 || blend.withText.title > 0)
        refuse("its blend counts words where there are none");
}

/// The layers and what stands beside them: all that predict() reads.
void checkHead(const Model &model)
{
    if (model.layers.empty() && (!model.blend || model.featureMean.empty()))
        refuse("it has no layers");
    int width = model.layers.empty() ? 1 : model.layers.front().inputs;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        checkLayer(model.layers[i], i, width);
        width = model.layers[i].outputs;
    }
    if (width != 1)
        refuse("its last layer gives " + std::to_string(width) + " numbers instead of 1");

    const auto expected = static_cast<std::size_t>(model.columns());
    const std::vector<float> &mean = model.featureMean, &scale = model.featureScale;
    if (mean.size() != scale.size() || (!mean.empty() && mean.size() != expected))
        refuse("it standardises " + std::to_string(mean.size()) + " and " + std::to_string(scale.size())
               + " features, but reads " + std::to_string(expected));
    if (!allFinite(mean) || !allFinite(scale))
        refuse("a feature's mean or scale is not finite");
    if (!std::ranges::all_of(scale, [](float each) { return each > 0; }))
        refuse("a feature's scale is not above 0");

    const std::vector<float> &gain = model.normScale, &shift = model.normShift;
    if (gain.size() != shift.size() || (!gain.empty() && gain.size() != expected))
        refuse("its layer normalisation has " + std::to_string(gain.size()) + " scales and "
               + std::to_string(shift.size()) + " shifts, but it reads " + std::to_string(expected) + " features");
    if (!allFinite(gain) || !allFinite(shift))
        refuse("a scale or shift of its layer normalisation is not finite");

    if (model.blend)
        checkBlend(*model.blend, model);
}

/// A file in the dataset's folder.
bool stays(const std::string &file)
{
    constexpr std::size_t kMaxPath = 4096;
    if (file.size() > kMaxPath || file.find('\0') != std::string::npos)
        return false;
    const std::filesystem::path path(file);
    return path.is_relative() && std::none_of(path.begin(), path.end(), [](const auto &part) { return part == ".."; });
}

bool isHash(const std::string &text)
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

void validateTrainPictures(std::span<const TrainPicture> pictures, std::size_t trainRows)
{
    if (pictures.size() > kMaxTrainPictures)
        refuse("it keeps more training pictures than it may");
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const TrainPicture &picture = pictures[i];
        if (picture.row >= trainRows || (i > 0 && picture.row <= pictures[i - 1].row))
            refuse("its training pictures are not of its training memes");
        if (!isHash(picture.hash))
            refuse("the hash of a training picture is none");
        if (picture.upvotes < 0)
            refuse("a training picture has fewer than 0 upvotes");
        if (!stays(picture.file))
            refuse("a training picture lies outside its dataset's folder");
        if (picture.title.size() > kMaxTrainTitle)
            refuse("the title of a training picture is longer than it may be");
    }
}

void Model::validate() const
{
    if (backbone.empty())
        refuse("it does not say which backbone it belongs to");
    if (changes) {
        changes->validate();
        if (changes->backbone() != backbone)
            refuse("the tensors that it changes are not those that its backbone's id names");
    }
    checkHead(*this);
    if (const Label label = Label::parse(config.label); !label.empty() && label.classes.size() < 2)
        refuse("it learned a label whose classes it does not name");
    if (shuffled) {
        checkHead(*shuffled);
        if (shuffled->columns() != columns() || shuffled->readsCaptions() || shuffled->shuffled)
            refuse("the head that it was compared with reads something else than it does");
    }

    for (const std::vector<float> *scores : {&reference, &imageReference}) {
        if (!allFinite(*scores))
            refuse("a score of its reference set is not finite");
        if (!std::is_sorted(scores->begin(), scores->end()))
            refuse("the scores of its reference set are not sorted");
    }
    (void)TargetTransform::fromParameters(target.kind(), target.parameters());

    if (epoch < 0 || epochsRun < 0 || epoch > epochsRun)
        refuse("it claims to be from epoch " + std::to_string(epoch) + " of " + std::to_string(epochsRun));
    for (const EpochStats &stats : curve)
        if (!std::isfinite(stats.trainLoss) || !std::isfinite(stats.validationLoss) || !std::isfinite(stats.seconds))
            refuse("the losses of epoch " + std::to_string(stats.epoch) + " are not finite");
    if (!std::isfinite(trainMean) || !std::isfinite(meanPredictorLoss))
        refuse("the loss of its mean predictor is not finite");
    config.validate();

    for (const auto &around : {interval, imageInterval})
        if (around)
            around->validate();
    if (range)
        range->validate(static_cast<std::size_t>(columns()), featureMean.empty());
    validateTrainPictures(trainPictures, trainIds.size());
    GroupedTarget{target, groupTargets}.validate();
}

}  // namespace dank
