#include "app/cli/extract_options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "app/cli/console.h"
#include "app/cli/text.h"

namespace dank::cli {

namespace {

/// auto, cpu, cuda or cuda:N; whether it is there is the engine's to say.
std::string checkDevice(const std::string &name)
{
    if (name == "auto" || name == "cpu" || name == "cuda")
        return {};
    const std::string index = name.starts_with("cuda:") ? name.substr(5) : "";
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (!index.empty() && index.size() <= 3 && std::all_of(index.begin(), index.end(), isDigit))
        return {};
    return "\"" + name + "\" is no device: auto, cpu, cuda or cuda:N";
}

/// All of the text as one number, or nothing.
template <typename Number>
std::optional<Number> numberIn(const std::string &text)
{
    Number number{};
    const char *const end = text.data() + text.size();
    const auto [stopped, problem] = std::from_chars(text.data(), end, number);
    return problem == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string checkSeed(const std::string &text)
{
    return numberIn<std::uint64_t>(text) ? std::string()
                                         : "\"" + text + "\" is no seed: a whole number from 0 to 18446744073709551615";
}

std::string checkCount(const std::string &text)
{
    return numberIn<std::int64_t>(text).value_or(0) > 0 ? std::string()
                                                        : "\"" + text + "\" is no whole number from 1 on";
}

std::string checkAboveZero(const std::string &text)
{
    const double number = numberIn<double>(text).value_or(0);
    return std::isfinite(number) && number > 0 ? std::string() : "\"" + text + "\" is no number above 0";
}

void addDeviceOption(CLI::App &app, std::string &device)
{
    app.add_option("--device", device, "auto, cpu, cuda or cuda:N")->check(checkDevice)->type_name("DEVICE");
}

void addBackboneOption(CLI::App &app, std::string &backbone)
{
    app.add_option("--backbone", backbone,
                   "What turns pictures into numbers: classic (nothing to download),\n"
                   "inception_v3, vgg16, vgg19, resnet50, resnet101, resnet152, xception,\n"
                   "or a network of your own: an ONNX file, or a TorchScript file, which is a\n"
                   "program and is run; its preprocessing is in a JSON file beside it.\n"
                   "Left out: the first network with installed weights, else classic")
        ->transform([](std::string id) {
            // Runs and models remember the file, so its path must hold from any folder.
            return id.find_first_of("/.") == std::string::npos
                       ? id
                       : std::filesystem::absolute(id).lexically_normal().string();
        })
        ->type_name("ID");
}

void addWeightsOption(CLI::App &app, std::string &weights)
{
    app.add_option("--weights", weights,
                   "A weights file: safetensors, .pth, Keras' .h5 or TensorFlow.js' model.json;\n"
                   "none: seeded random numbers, marked untrained")
        ->transform([](std::string name) {
            // Models remember where their weights were, so the path must hold from any folder.
            return name.empty() || name == "none" ? name : std::filesystem::absolute(name).lexically_normal().string();
        })
        ->type_name("FILE");
}

void addConventionOption(CLI::App &app, std::string &convention)
{
    app.add_option("--convention", convention,
                   "How the weights file is read: as keras.applications builds the network and\n"
                   "gives it pictures, as torchvision does, or as Keras with pictures in 0..1.\n"
                   "Left out: as the file says; one that does not is refused with the choice")
        ->check(CLI::IsMember({"keras", "torch", "unit"}))
        ->type_name("keras|torch|unit");
}

std::shared_ptr<BackboneRequest> addExtractOptions(CLI::App &app, const char *batchFlag)
{
    auto request = std::make_shared<BackboneRequest>();
    addBackboneOption(app, request->backbone);
    addWeightsOption(app, request->weights);
    addConventionOption(app, request->convention);
    addDeviceOption(app, request->device);
    app.add_option("--precision", request->precision, "auto, fp32, bf16, or on a GPU tf32 or fp16")
        ->check(CLI::IsMember({"auto", "fp32", "bf16", "tf32", "fp16"}))
        ->type_name("PRECISION");
    app.add_option("--resize", request->resize, "How pictures become square: warp, crop or letterbox")
        ->check(CLI::IsMember({"warp", "crop", "letterbox"}))
        ->type_name("RULE");
    addNumber(app, batchFlag, request->batch, "Pictures of one forward pass", CLI::Range(1, 1024));
    return request;
}

ExtractObserver showExtraction(Console &console)
{
    return [&console](const ExtractEvent &event) {
        std::string extra;
        if (event.cached > 0)
            extra = std::to_string(event.cached) + " kept from before";
        if (event.imagesPerSecond > 0)
            extra += (extra.empty() ? "" : ", ") + fixed(event.imagesPerSecond, 1) + " images/s";
        console.progress("extract", event.done, event.total, extra,
                         {{"cached", event.cached}, {"images_per_second", number(event.imagesPerSecond)}});
    };
}

}  // namespace dank::cli
