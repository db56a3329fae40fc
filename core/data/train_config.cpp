#include "core/data/train_config.h"

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace dank {

namespace {

constexpr int kMaxLayers = 32;
constexpr int kMaxWidth = 65536;
constexpr int kMaxEpochs = 1'000'000;
constexpr int kMaxBatch = 1'000'000;

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, "The training settings cannot be used: " + why + ".");
}

const char *initialisationName(Initialisation value)
{
    return value == Initialisation::StandardNormal ? "standard_normal" : "kaiming";
}

const char *outputName(OutputActivation value)
{
    return value == OutputActivation::Linear ? "linear" : "sigmoid";
}

std::string number(double value)
{
    return std::isfinite(value) ? nlohmann::json(value).dump() : "not a finite number";
}

/// Reads one optional key; what is not there keeps its default.
template <typename Read>
void take(const nlohmann::json &object, const char *key, Read read)
{
    const auto found = object.find(key);
    if (found != object.end())
        read(*found);
}

double takeNumber(const nlohmann::json &value, const char *key)
{
    if (!value.is_number())
        refuse(std::string("'") + key + "' is not a number");
    return value.get<double>();
}

int takeInt(const nlohmann::json &value, const char *key)
{
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<int>::max())
        refuse(std::string("'") + key + "' is too large");
    if (!value.is_number_integer())
        refuse(std::string("'") + key + "' is not a whole number");
    const auto whole = value.get<std::int64_t>();
    if (whole < std::numeric_limits<int>::min() || whole > std::numeric_limits<int>::max())
        refuse(std::string("'") + key + "' is too large");
    return static_cast<int>(whole);
}

std::string takeText(const nlohmann::json &value, const char *key)
{
    if (!value.is_string())
        refuse(std::string("'") + key + "' is not a text");
    return value.get<std::string>();
}

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

TrainConfig TrainConfig::fromPreset(std::string_view name)
{
    if (name == "paper")
        return paper();
    if (name == "standard")
        return standard();
    throw Error(ErrorKind::Format, "There is no preset '" + std::string(name) + "'. Choose standard or paper.");
}

void TrainConfig::validate() const
{
    if (hidden.size() > kMaxLayers)
        refuse("there are " + std::to_string(hidden.size()) + " hidden layers, more than " + std::to_string(kMaxLayers));
    for (const int width : hidden)
        if (width < 1 || width > kMaxWidth)
            refuse("a hidden layer has " + std::to_string(width) + " neurons instead of 1 to "
                   + std::to_string(kMaxWidth));
    if (!(dropout >= 0 && dropout < 1))
        refuse("dropout is " + number(dropout) + ", but must be at least 0 and below 1");
    if (!std::isfinite(learningRate) || learningRate <= 0)
        refuse("the learning rate is " + number(learningRate) + ", but must be above 0");
    if (!std::isfinite(weightDecay) || weightDecay < 0)
        refuse("the weight decay is " + number(weightDecay) + ", but must be at least 0");
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
    json["preset"] = config.preset;
    json["hidden"] = config.hidden;
    json["dropout"] = config.dropout;
    json["initialisation"] = initialisationName(config.initialisation);
    json["output"] = outputName(config.output);
    json["standardise"] = config.standardise;
    json["target"] = targetKindName(config.target);
    json["learning_rate"] = config.learningRate;
    json["weight_decay"] = config.weightDecay;
    json["batch"] = config.batch;
    json["epochs"] = config.epochs;
    json["patience"] = config.patience;
    json["split"] = splitKindName(config.split);
    json["validation_fraction"] = config.validationFraction;
    json["seed"] = config.seed;
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

TrainConfig trainConfigFromJson(std::string_view text)
{
    // Parsed by events that go no deeper than these settings do: a hostile nesting is refused, not followed.
    const auto shallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json &) {
        if (depth > 8)
            refuse("they are nested too deeply");
        return true;
    };
    try {
        const nlohmann::json json = nlohmann::json::parse(text, shallow);
        if (!json.is_object())
            refuse("they are not a JSON object");
        TrainConfig config;
        take(json, "preset", [&](const auto &value) { config.preset = takeText(value, "preset"); });
        take(json, "hidden", [&](const auto &value) {
            if (!value.is_array() || value.size() > kMaxLayers)
                refuse("'hidden' is not a list of at most " + std::to_string(kMaxLayers) + " widths");
            config.hidden.clear();
            for (const auto &width : value)
                config.hidden.push_back(takeInt(width, "hidden"));
        });
        take(json, "dropout", [&](const auto &value) { config.dropout = takeNumber(value, "dropout"); });
        take(json, "initialisation", [&](const auto &value) {
            const std::string name = takeText(value, "initialisation");
            if (name == initialisationName(Initialisation::StandardNormal))
                config.initialisation = Initialisation::StandardNormal;
            else if (name == initialisationName(Initialisation::Kaiming))
                config.initialisation = Initialisation::Kaiming;
            else
                refuse("'initialisation' is '" + name + "' instead of kaiming or standard_normal");
        });
        take(json, "output", [&](const auto &value) {
            const std::string name = takeText(value, "output");
            if (name == outputName(OutputActivation::Linear))
                config.output = OutputActivation::Linear;
            else if (name == outputName(OutputActivation::Sigmoid))
                config.output = OutputActivation::Sigmoid;
            else
                refuse("'output' is '" + name + "' instead of sigmoid or linear");
        });
        take(json, "standardise", [&](const auto &value) {
            if (!value.is_boolean())
                refuse("'standardise' is not true or false");
            config.standardise = value.template get<bool>();
        });
        take(json, "target", [&](const auto &value) { config.target = targetKindFromName(takeText(value, "target")); });
        take(json, "learning_rate",
             [&](const auto &value) { config.learningRate = takeNumber(value, "learning_rate"); });
        take(json, "weight_decay", [&](const auto &value) { config.weightDecay = takeNumber(value, "weight_decay"); });
        take(json, "batch", [&](const auto &value) { config.batch = takeInt(value, "batch"); });
        take(json, "epochs", [&](const auto &value) { config.epochs = takeInt(value, "epochs"); });
        take(json, "patience", [&](const auto &value) { config.patience = takeInt(value, "patience"); });
        take(json, "split", [&](const auto &value) { config.split = splitKindFromName(takeText(value, "split")); });
        take(json, "validation_fraction",
             [&](const auto &value) { config.validationFraction = takeNumber(value, "validation_fraction"); });
        take(json, "seed", [&](const auto &value) {
            if (!value.is_number_unsigned())
                refuse("'seed' is not a whole number of at least 0");
            config.seed = value.template get<std::uint64_t>();
        });
        config.validate();
        return config;
    } catch (const nlohmann::json::exception &error) {
        refuse(std::string("they are not valid JSON (") + error.what() + ")");
    }
}

}  // namespace dank
