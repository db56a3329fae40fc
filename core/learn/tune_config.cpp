#include "core/learn/tune_config.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_reader.h"

namespace dank {

namespace {

constexpr const char *kDepths[] = {"last", "last2", "all"};

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, why);
}

}  // namespace

const char *tuneDepthName(TuneDepth depth) noexcept
{
    return kDepths[static_cast<std::size_t>(depth)];
}

TuneDepth tuneDepthFromName(std::string_view name)
{
    for (std::size_t i = 0; i < std::size(kDepths); ++i)
        if (name == kDepths[i])
            return static_cast<TuneDepth>(i);
    refuse("There is no depth of fine-tuning \"" + printable(sanitizeUtf8(name)) + "\"; choose last, last2 or all.");
}

void TuneConfig::validate() const
{
    const auto isRate = [](double rate) { return std::isfinite(rate) && rate >= 0 && rate <= 10; };
    if (!isRate(headRate) || !isRate(networkRate))
        refuse("A learning rate of fine-tuning must lie above 0 and be at most 10.");
    if (!std::isfinite(weightDecay) || weightDecay < 0 || weightDecay > 10)
        refuse("The weight decay of fine-tuning must lie between 0 and 10.");
    if (epochs < 1 || epochs > 100'000)
        refuse("Fine-tuning takes 1 to 100,000 epochs.");
    if (patience < 0)
        refuse("The patience of fine-tuning cannot be negative.");
    if (batch < 1 || batch > 4096)
        refuse("A batch of fine-tuning has 1 to 4,096 memes.");
}

std::string tuneConfigToJson(const TuneConfig &config)
{
    return nlohmann::json{{"depth", tuneDepthName(config.depth)},
                          {"head_rate", config.headRate},
                          {"network_rate", config.networkRate},
                          {"weight_decay", config.weightDecay},
                          {"epochs", config.epochs},
                          {"patience", config.patience},
                          {"batch", config.batch}}
        .dump();
}

TuneConfig tuneConfigFromJson(std::string_view json)
{
    const JsonDocument document(std::string(json), 1, [](const std::string &why) {
        refuse("The settings of a fine-tuning cannot be read: " + why + ".");
    });
    const JsonValue root = document.root();
    TuneConfig config;
    config.depth = tuneDepthFromName(root.at("depth").text());
    config.headRate = root.at("head_rate").finite();
    config.networkRate = root.at("network_rate").finite();
    config.weightDecay = root.at("weight_decay").finite();
    config.epochs = root.at("epochs").whole<int>();
    config.patience = root.at("patience").whole<int>();
    config.batch = root.at("batch").whole<int>();
    config.validate();
    return config;
}

}  // namespace dank
