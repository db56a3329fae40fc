#include "core/pipeline/backbone_id.h"

#include <charconv>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/nn/backbone.h"

namespace dank {

namespace fs = std::filesystem;

const char *resizeRuleName(ResizeRule rule) noexcept
{
    switch (rule) {
    case ResizeRule::Warp: return "warp";
    case ResizeRule::Crop: return "crop";
    case ResizeRule::Letterbox: return "letterbox";
    }
    return "warp";
}

ResizeRule resizeRuleFromName(std::string_view name)
{
    for (const ResizeRule rule : {ResizeRule::Warp, ResizeRule::Crop, ResizeRule::Letterbox})
        if (name == resizeRuleName(rule))
            return rule;
    throw Error(ErrorKind::Format,
                "There is no resize rule \"" + sanitizeUtf8(name) + "\"; choose warp, crop or letterbox.");
}

std::uint64_t BackboneId::seed() const
{
    std::uint64_t value = 0;
    if (isUntrained())
        std::from_chars(weights.data() + 5, weights.data() + weights.size(), value);
    return value;
}

std::string BackboneId::text() const
{
    return network + '/' + resizeRuleName(resize) + '/' + precisionName(precision) + '/' + weights;
}

BackboneId BackboneId::parse(std::string_view text)
{
    const auto refuse = [&] {
        return Error(ErrorKind::Format, "\"" + sanitizeUtf8(text.substr(0, 100)) + "\" is not a backbone id.");
    };
    std::vector<std::string_view> parts;
    for (std::string_view rest = text;;) {
        const auto slash = rest.find('/');
        parts.push_back(rest.substr(0, slash));
        if (slash == std::string_view::npos)
            break;
        rest.remove_prefix(slash + 1);
    }
    if (parts.size() != 4 || parts[0].empty())
        throw refuse();
    BackboneId id;
    id.network = parts[0];
    id.resize = resizeRuleFromName(parts[1]);
    bool known = false;
    for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16})
        if (parts[2] == precisionName(precision)) {
            id.precision = precision;
            known = true;
        }
    id.weights = parts[3];
    const bool file = id.weights.size() == 34 && id.weights.starts_with("w-")
                      && id.weights.find_first_not_of("0123456789abcdef", 2) == std::string::npos;
    const bool seeded = id.weights.size() > 5 && id.weights.size() <= 25 && id.isUntrained()
                        && id.weights.find_first_not_of("0123456789", 5) == std::string::npos;
    if (!known || !(file || seeded))
        throw refuse();
    return id;
}

fs::path installedWeightsPath(const fs::path &library, std::string_view network)
{
    return library / "weights" / (std::string(network) + ".safetensors");
}

namespace {

WeightsChoice fromFile(const fs::path &file)
{
    return {fs::absolute(file), "w-" + hashFile(file)};
}

WeightsChoice seeded(std::uint64_t seed)
{
    return {{}, "seed-" + std::to_string(seed)};
}

}  // namespace

WeightsChoice chooseWeights(std::string_view network, const std::string &request, const fs::path &library)
{
    if (request == "none")
        return seeded(kUntrainedSeed);
    if (!request.empty())
        return fromFile(request);
    const fs::path installed = installedWeightsPath(library, network);
    std::error_code ignored;
    if (fs::exists(installed, ignored))
        return fromFile(installed);
    throw Error(ErrorKind::Weights,
                "There are no weights for " + std::string(backboneSpec(network).title) + ". Put a safetensors file with "
                    + "torchvision's parameter names at " + displayPath(installed)
                    + " or name one with --weights FILE. To try things out without, --weights none takes seeded random "
                      "weights; scores made with them are marked untrained.",
                installed);
}

WeightsChoice findWeights(const BackboneId &id, const std::string &request, const fs::path &hint,
                          const fs::path &library)
{
    if (id.isUntrained()) {
        if (!request.empty() && request != "none")
            throw Error(ErrorKind::Mismatch, "This model was made with seeded random weights, not with "
                                                 + displayPath(request) + ". Leave --weights out.",
                        request);
        return seeded(id.seed());
    }
    if (!request.empty()) {
        if (request == "none")
            throw Error(ErrorKind::Mismatch, "This model was made with real weights, not with seeded random ones. "
                                             "Name the file that it was made with.");
        WeightsChoice choice = fromFile(request);
        if (choice.id != id.weights)
            throw Error(ErrorKind::Mismatch,
                        displayPath(request) + " is not the weights file that this model was made with (it is "
                            + choice.id + ", the model needs " + id.weights + ").",
                        request);
        return choice;
    }
    for (const fs::path &candidate : {hint, installedWeightsPath(library, id.network)}) {
        std::error_code ignored;
        if (candidate.empty() || !fs::is_regular_file(candidate, ignored))
            continue;
        WeightsChoice choice = fromFile(candidate);
        if (choice.id == id.weights)
            return choice;
    }
    throw Error(ErrorKind::Weights,
                "The weights of " + id.network + " that this model was made with (" + id.weights
                    + ") are not here. Name the file with --weights FILE, or put it at "
                    + displayPath(installedWeightsPath(library, id.network)) + ".",
                hint);
}

}  // namespace dank
