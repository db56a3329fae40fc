#include "core/learn/train_config.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json_reader.h"
#include "core/base/names.h"

namespace dank {

namespace {

constexpr int kMaxLayers = 32;
constexpr int kMaxWidth = 65536;
constexpr int kMaxEpochs = 1'000'000;
constexpr int kMaxBatch = 1'000'000;
constexpr std::size_t kMaxGroupText = 4096;

constexpr TrainPreset kPresets[] = {
    {"auto", "Auto", "Blends the network with straight lines through features and title, as much as each has earned."},
    {"standard", "Standard", "Five hidden layers on percentiles, squared error; stops when it no longer gets better."},
    {"small", "Small", "One hidden layer of 256: fewer numbers to fit, often better below ten thousand memes."},
    {"linear", "Linear", "No hidden layer: what the features tell by themselves, and hard to beat on few memes."},
    {"ranking", "Ranking", "Learns which of two memes of one group got more, so a group's size cannot help it."},
    {"paper", "Paper", "As published, to compare: N(0, 1) weights, 80 % dropped, no held-out memes to stop by."},
};

constexpr const char *kCaptions[] = {"none", "title", "text", "both", "auto"};
constexpr const char *kInitialisations[] = {"kaiming", "xavier", "standard_normal"};
constexpr const char *kOptimisers[] = {"adam", "adamw", "sgd"};
constexpr const char *kSchedules[] = {"constant", "step", "cosine"};
constexpr const char *kOutputs[] = {"sigmoid", "linear"};

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, "The training settings cannot be used: " + why + ".");
}

template <typename Value, std::size_t N>
Value valueNamed(const char *const (&names)[N], std::string_view name, const char *what)
{
    if (const auto value = valueIn<Value>(names, name))
        return *value;
    std::string known;
    for (const char *one : names)
        known += (known.empty() ? "" : " or ") + std::string(one);
    refuse(std::string(what) + " is '" + std::string(name.substr(0, 60)) + "' instead of " + known);
}

std::string number(double value)
{
    return std::isfinite(value) ? nlohmann::json(value).dump() : "not a finite number";
}

/// Every setting by its key, in the order of the JSON; what is written as text with the ways there and back.
template <typename Config, typename Visit>
void visitSettings(Config &config, Visit &&visit)
{
    visit("preset", config.preset);
    visit("hidden", config.hidden);
    visit("layer_norm", config.layerNorm);
    visit("dropout", config.dropout);
    visit("blend", config.blend);
    visit("captions", config.captions, captionsName, captionsFromName);
    visit("initialisation", config.initialisation, initialisationName, initialisationFromName);
    visit("output", config.output, outputName, outputFromName);
    visit("standardise", config.standardise);
    visit("target", config.target, targetKindName, targetKindFromName);
    visit("loss", config.loss, lossText, lossFromText);
    visit("optimiser", config.optimiser, optimiserName, optimiserFromName);
    visit("momentum", config.momentum);
    visit("learning_rate", config.learningRate);
    visit("weight_decay", config.weightDecay);
    visit("gradient_clip", config.gradientClip);
    visit("schedule", config.schedule, scheduleName, scheduleFromName);
    visit("schedule_every", config.scheduleEvery);
    visit("schedule_factor", config.scheduleFactor);
    visit("batch", config.batch);
    visit("epochs", config.epochs);
    visit("patience", config.patience);
    visit("split", config.split, splitKindName, splitKindFromName);
    visit("validation_fraction", config.validationFraction);
    visit("group", config.group);
    visit("within", config.within);
    visit("folds", config.folds);
    visit("seeds", config.seeds);
    visit("seed", config.seed);
    visit("label", config.label);
}

struct SettingsWriter {
    nlohmann::ordered_json &json;

    void operator()(const char *key, const auto &value) const { json[key] = value; }
    void operator()(const char *key, const auto &value, auto toText, auto) const { json[key] = toText(value); }
};

/// Reads a setting where it is there; what is not keeps its default.
struct SettingsReader {
    JsonValue json;

    template <typename Value>
    void operator()(const char *key, Value &into) const
    {
        const auto found = json.find(key);
        if (!found)
            return;
        if constexpr (std::is_same_v<Value, bool>)
            into = found->flag();
        else if constexpr (std::is_same_v<Value, double>)
            into = found->finite();
        else if constexpr (std::is_same_v<Value, std::string>)
            into = found->text();
        else if constexpr (std::is_integral_v<Value>)
            into = found->whole<Value>();
        else {
            into.clear();
            for (const JsonValue &item : found->list(kMaxLayers))
                into.push_back(item.whole<int>());
        }
    }
    void operator()(const char *key, auto &into, auto, auto fromText) const
    {
        if (const auto found = json.find(key))
            into = fromText(found->text());
    }
};

}  // namespace

TrainConfig TrainConfig::paper()
{
    TrainConfig config;
    config.preset = "paper";
    config.hidden = {512, 256, 128, 32, 8};
    config.dropout = 0.8;
    config.initialisation = Initialisation::StandardNormal;
    config.output = OutputActivation::Linear;
    config.standardise = false;
    config.target = TargetKind::Max;
    config.learningRate = 1e-3;
    config.batch = 100;
    config.epochs = 1000;
    config.patience = 0;
    config.split = SplitKind::Author;
    return config;
}

TrainConfig TrainConfig::standard()
{
    return {};
}

TrainConfig TrainConfig::automatic()
{
    TrainConfig config;
    config.preset = "auto";
    config.blend = true;
    config.captions = Captions::Auto;
    config.optimiser = OptimiserKind::AdamW;
    config.weightDecay = 1e-2;
    return config;
}

TrainConfig TrainConfig::fromPreset(std::string_view name)
{
    if (name == "auto")
        return automatic();
    if (name == "paper")
        return paper();
    TrainConfig config;
    if (name == "standard")
        return config;
    config.preset = name;
    config.optimiser = OptimiserKind::AdamW;
    config.weightDecay = 1e-2;
    config.schedule = Schedule::Cosine;
    if (name == "linear") {
        config.hidden = {};
        config.dropout = 0;
        config.initialisation = Initialisation::Xavier;
        return config;
    }
    config.hidden = {256};
    config.layerNorm = true;
    if (name == "small")
        return config;
    if (name == "ranking") {
        config.loss = {{LossKind::Bce, 1, kHuberDelta}, {LossKind::RankNet, 0.5, kHuberDelta}};
        config.within = true;
        return config;
    }
    std::string known;
    for (const TrainPreset &preset : kPresets)
        known += (known.empty() ? "" : ", ") + std::string(preset.name);
    throw Error(ErrorKind::Format,
                "There is no preset '" + std::string(name.substr(0, 60)) + "'. Choose one of " + known + ".");
}

std::span<const TrainPreset> trainPresets()
{
    return kPresets;
}

const char *captionsName(Captions value) noexcept
{
    return nameIn(kCaptions, value);
}
const char *initialisationName(Initialisation value) noexcept
{
    return nameIn(kInitialisations, value);
}
const char *optimiserName(OptimiserKind value) noexcept
{
    return nameIn(kOptimisers, value);
}
const char *scheduleName(Schedule value) noexcept
{
    return nameIn(kSchedules, value);
}
const char *outputName(OutputActivation value) noexcept
{
    return nameIn(kOutputs, value);
}

Captions captionsFromName(std::string_view name)
{
    return valueNamed<Captions>(kCaptions, name, "'captions'");
}

Initialisation initialisationFromName(std::string_view name)
{
    return valueNamed<Initialisation>(kInitialisations, name, "'initialisation'");
}

OptimiserKind optimiserFromName(std::string_view name)
{
    return valueNamed<OptimiserKind>(kOptimisers, name, "'optimiser'");
}

Schedule scheduleFromName(std::string_view name)
{
    return valueNamed<Schedule>(kSchedules, name, "'schedule'");
}

OutputActivation outputFromName(std::string_view name)
{
    return valueNamed<OutputActivation>(kOutputs, name, "'output'");
}

double TrainConfig::learningRateAt(int epoch) const
{
    switch (schedule) {
    case Schedule::Constant: return learningRate;
    case Schedule::Step: return learningRate * std::pow(scheduleFactor, (epoch - 1) / scheduleEvery);
    case Schedule::Cosine: return learningRate * 0.5 * (1 + std::cos(std::numbers::pi * (epoch - 1) / epochs));
    }
    return learningRate;
}

void TrainConfig::learnLabel(const Label &what, bool chooseLoss)
{
    label = what.text();
    target = TargetKind::Max;  // of places from 0: the highest class is 1
    within = false;
    if (chooseLoss && output == OutputActivation::Sigmoid)
        loss = {{LossKind::Bce, 1, kHuberDelta}};
}

void TrainConfig::validate() const
{
    if (hidden.size() > kMaxLayers)
        refuse("there are " + std::to_string(hidden.size()) + " hidden layers, more than "
               + std::to_string(kMaxLayers));
    for (const int width : hidden)
        if (width < 1 || width > kMaxWidth)
            refuse("a hidden layer has " + std::to_string(width) + " neurons instead of 1 to "
                   + std::to_string(kMaxWidth));
    if (!(dropout >= 0 && dropout < 1))
        refuse("dropout is " + number(dropout) + ", but must be at least 0 and below 1");
    if (captions != Captions::None && captions != Captions::Auto && !blend)
        refuse("only a blend looks at words: choose the preset auto, or captions none");
    if (blend && !standardise)
        refuse("a blend needs standardised features");
    if (!std::isfinite(learningRate) || learningRate <= 0)
        refuse("the learning rate is " + number(learningRate) + ", but must be above 0");
    if (!std::isfinite(weightDecay) || weightDecay < 0)
        refuse("the weight decay is " + number(weightDecay) + ", but must be at least 0");
    checkLoss(loss);
    if (lossHas(loss, LossKind::Bce) && output != OutputActivation::Sigmoid)
        refuse("the loss bce takes answers for probabilities and needs a sigmoid output");
    if (!(momentum >= 0 && momentum < 1))
        refuse("the momentum is " + number(momentum) + ", but must be at least 0 and below 1");
    if (!std::isfinite(gradientClip) || gradientClip < 0)
        refuse("the bound on the gradient is " + number(gradientClip) + ", but must be above 0, or 0 for none");
    if (scheduleEvery < 1)
        refuse("the learning rate steps every " + std::to_string(scheduleEvery) + " epochs, but must be at least 1");
    if (!(scheduleFactor > 0 && scheduleFactor <= 1))
        refuse("the learning rate steps by a factor of " + number(scheduleFactor)
               + ", but must be above 0 and at most 1");
    if (group.size() > kMaxGroupText)
        refuse("the text of the group is longer than " + std::to_string(kMaxGroupText) + " bytes");
    if (std::any_of(group.begin(), group.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        refuse("the text of the group holds control characters");
    if (!Label::parse(label).empty() && (target != TargetKind::Max || within))
        refuse("classes are learnt by their place, so the target is max and not within groups");
    if (folds != 0 && (folds < 2 || static_cast<std::size_t>(folds) > kMaxFolds))
        refuse("there are " + std::to_string(folds) + " folds instead of 2 to " + std::to_string(kMaxFolds)
               + ", or 0 for none");
    if (folds > 0 && split == SplitKind::Time)
        refuse("folds judge every meme once, so the newest cannot always be last; choose the split by author or "
               "duplicates, or no folds");
    if (seeds < 1 || seeds > kMaxSeeds)
        refuse("there are " + std::to_string(seeds) + " seeds instead of 1 to " + std::to_string(kMaxSeeds));
    if (batch < 1 || batch > kMaxBatch)
        refuse("the batch is " + std::to_string(batch) + " memes instead of 1 to " + std::to_string(kMaxBatch));
    if (epochs < 1 || epochs > kMaxEpochs)
        refuse("the number of epochs is " + std::to_string(epochs) + " instead of 1 to " + std::to_string(kMaxEpochs));
    if (patience < 0)
        refuse("the patience is " + std::to_string(patience) + " epochs, but must be at least 0");
    if (!(validationFraction > 0 && validationFraction < 0.5))
        refuse("the share of memes to hold out, twice, is " + number(validationFraction)
               + ", but must be above 0 and below 0.5");
}

std::string trainConfigToJson(const TrainConfig &config)
{
    nlohmann::ordered_json json;
    visitSettings(config, SettingsWriter{json});
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

TrainConfig trainConfigFromJson(std::string_view text)
{
    constexpr int kMaxDepth = 8;
    const JsonDocument document(text, kMaxDepth, refuse);
    const JsonValue json = document.root();
    TrainConfig config;
    if (const auto decay = json.find("weight_decay"); decay && decay->finite() > 0)
        config.optimiser = OptimiserKind::AdamW;
    visitSettings(config, SettingsReader{json});
    config.validate();
    return config;
}

}  // namespace dank
