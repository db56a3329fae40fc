#include "core/pipeline/backbones/backbone_choice.h"

#include <algorithm>

#include "core/backbone/convention.h"
#include "core/backbone/own_network.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/image/classic_features.h"
#include "core/nn/networks/network_description.h"
#include "core/nn/networks/torchscript.h"
#include "core/nn/onnx/onnx_backbone.h"
#include "core/nn/onnx/onnx_file.h"
#include "core/pipeline/backbones/backbone_table.h"
#include "core/pipeline/backbones/own_networks.h"
#include "core/store/library.h"
#include "core/weights/weights_file.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

constexpr const char *kSuffix = ".safetensors";
constexpr const char *kUntrained = "seed-1";     ///< the weights of `--weights none`
constexpr const char *kProgramKey = "program/";  ///< and the weights' id: the fact that a program is allowed

std::string classicId()
{
    return "v-" + std::to_string(kClassicVersion);
}

bool isPath(const std::string &backbone)
{
    return backbone.find_first_of("/.") != std::string::npos;
}

/// A network of the user's own, by its file: TorchScript or ONNX, as its bytes say.
BackboneChoice ownChoice(const fs::path &file, WeightsNames &names)
{
    if (!fs::is_regular_file(statusOf(file)))
        throw Error(ErrorKind::Weights,
                    displayPath(file)
                        + " is neither a backbone's id nor an ONNX or TorchScript file: there is no such file.",
                    file);
    const auto choice = [&](BackboneSpec spec) {
        return BackboneChoice{std::move(spec), fs::absolute(file).lexically_normal(), names.ofOwnNetwork(file)};
    };
    if (isTorchScript(file))
        return choice(torchScriptSpec(file));
    if (isOnnxFile(file))
        return choice(onnxSpec(file));
    throw Error(ErrorKind::Weights,
                displayPath(file)
                    + " is no ONNX or TorchScript file, or a damaged one. A file of weights goes with --weights, "
                      "beside the --backbone that it is for.",
                file);
}

/// What a file says of its convention, which may be kUnsaid.
std::string ownConvention(const TensorFile &tensors)
{
    const auto stored = tensors.metadata().find(kConventionKey);
    return stored == tensors.metadata().end() ? conventionName(Convention::Torch) : stored->second;
}

BackboneChoice fromFile(const BackboneSpec &spec, const fs::path &file, const fs::path &library, WeightsNames &names,
                        const std::string &convention)
{
    std::string name = names.ofTensors(file, library, convention);
    return {inConvention(spec, conventionOf(name)), fs::absolute(file), std::move(name)};
}

}  // namespace

BackboneKind BackboneChoice::kind() const
{
    return spec.id == kClassicId       ? BackboneKind::Classic
           : spec.id == kTorchScriptId ? BackboneKind::TorchScript
           : spec.id == kOnnxId        ? BackboneKind::Onnx
                                       : BackboneKind::Network;
}

BackboneId BackboneChoice::id(const std::string &resize, Precision precision) const
{
    const ResizeRule rule = resizeRuleFromName(resize);
    if (spec.inputSide == 0)
        return {spec.id, ResizeRule::Whole, Precision::Float32, weightsId};
    return {spec.id, rule, precision, weightsId};
}

BackboneChoice BackboneChoice::changedBy(std::shared_ptr<const NetworkChanges> by) const
{
    BackboneChoice choice = *this;
    if (by) {
        const std::string id = by->backbone();
        choice.weightsId += id.substr(id.find('+'));
        choice.changes = std::move(by);
    }
    return choice;
}

BackboneRequest BackboneChoice::requestFor(const BackboneId &id, const BackboneRequest &request) const
{
    const BackboneKind kind = this->kind();
    BackboneRequest result = request;
    result.backbone = isOwnNetwork(kind) ? weights.string() : spec.id;
    result.weights = kind != BackboneKind::Network ? std::string()
                     : isUntrained()               ? std::string("none")
                                                   : weights.string();
    result.convention = kind == BackboneKind::Network && !isUntrained() ? conventionName(conventionOf(weightsId)) : "";
    result.precision = precisionName(id.precision);
    if (id.resize != ResizeRule::Whole)
        result.resize = resizeRuleName(id.resize);
    return result;
}

std::string WeightsNames::nameOf(const TensorFile &tensors, const std::string &asked)
{
    const std::string own = ownConvention(tensors);
    if (asked.empty() && own == kUnsaid) {
        const auto recognised = tensors.metadata().find(kRecognisedKey);
        throw Error(ErrorKind::Weights,
                    displayPath(tensors.path()) + " holds "
                        + (recognised == tensors.metadata().end() ? "a network" : recognised->second)
                        + ". It does not say how pictures were given to it: --convention keras as keras.applications "
                          "gives them to this network (Inception and Xception -1 to 1, VGG and ResNet blue first less "
                          "the mean colour), --convention unit red first in 0 to 1, --convention torch as "
                          "torchvision builds and feeds it. Name the one that it was taught with.",
                    tensors.path());
    }
    return weightsName(contentHash(tensors), conventionFromName(asked.empty() ? own : asked));
}

std::string WeightsNames::ofTensors(const fs::path &file, const fs::path &library, const std::string &asked)
{
    const fs::path path = fs::absolute(file);
    // Of a model in several files the stamp of one says too little.
    const std::string stamp = liesInSeveralFiles(path) ? std::string() : fileStamp(path);
    const std::string key = "weights-name/" + path.string();
    const auto nameIn = [&](const std::string &remembered) {
        return !stamp.empty() && remembered.starts_with(stamp + ' ') ? remembered.substr(stamp.size() + 1)
                                                                     : std::string();
    };
    const auto asAsked = [&](const std::string &name) {
        if (asked.empty() && name.starts_with(kUnsaid))
            return nameOf(openWeightsFile(file));  // says what there is to choose from
        return asked.empty() ? name : weightsName(name.substr(name.rfind('-') + 1), conventionFromName(asked));
    };
    {
        std::lock_guard lock(m_mutex);
        if (const auto found = m_names.find(path); found != m_names.end())
            if (const std::string name = nameIn(found->second); !name.empty())
                return asAsked(name);
    }
    // Asking makes no library.
    std::error_code ignored;
    bool keep = !stamp.empty() && fs::exists(library / "library.sqlite", ignored);
    std::string name;
    if (keep) {
        const Library known = Library::openToRead(library);
        name = nameIn(known.facts().get(key).value_or(""));
        keep = !known.isReadOnly();
    }
    if (name.empty()) {
        const TensorFile tensors = openWeightsFile(file);
        requireUnchanged(tensors);
        name = ownConvention(tensors) == kUnsaid ? kUnsaid + ('-' + contentHash(tensors)) : nameOf(tensors);
        if (keep)
            Library::open(library).facts().set(key, stamp + ' ' + name);
    }
    {
        std::lock_guard lock(m_mutex);
        m_names[path] = stamp + ' ' + name;
    }
    return asAsked(name);
}

std::string WeightsNames::ofOwnNetwork(const fs::path &file)
{
    // All every time: the description may change while the network stays.
    std::string hashes = hashFile(file) + hashFile(networkDescriptionPath(file));
    if (!isTorchScript(file))
        for (const fs::path &outside : openOnnxFile(file).outside)
            hashes += hashFile(outside);
    return "w-" + hashText(hashes);
}

std::vector<fs::path> keptWeights(const fs::path &library, std::string_view network)
{
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator at(library / "weights", error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (name.starts_with(std::string(network) + '-') && name.ends_with(kSuffix))
            files.push_back(at->path());
    }
    std::sort(files.begin(), files.end());
    if (hasInstalledWeights(library, network))
        files.insert(files.begin(), installedWeightsPath(library, network));
    return files;
}

fs::path keptWeightsPath(const fs::path &library, std::string_view network, const std::string &content)
{
    return library / "weights" / (std::string(network) + '-' + content.substr(0, 8) + kSuffix);
}

void requireUnchanged(const TensorFile &installed)
{
    const auto recorded = installed.metadata().find(kInstalledContent);
    if (recorded != installed.metadata().end() && recorded->second != contentHash(installed))
        throw Error(ErrorKind::Weights,
                    displayPath(installed.path())
                        + " was changed or is damaged: its numbers are not those that were "
                          "installed. Fetch or add the weights again.",
                    installed.path());
}

fs::path installedWeightsPath(const fs::path &library, std::string_view network)
{
    return library / "weights" / (std::string(network) + kSuffix);
}

bool hasInstalledWeights(const fs::path &library, std::string_view network)
{
    std::error_code ignored;
    return fs::is_regular_file(installedWeightsPath(library, network), ignored);
}

std::string defaultBackbone(const fs::path &library, const std::string &weights)
{
    const auto networks = networkSpecs();
    if (weights == "none")
        return networks.front().id;
    if (!weights.empty())
        return networkOf(openWeightsFile(weights)).id;
    for (const BackboneSpec &spec : networks)
        if (hasInstalledWeights(library, spec.id))
            return spec.id;
    return std::string(kClassicId);
}

BackboneChoice chooseBackbone(const BackboneRequest &request, const fs::path &library, WeightsNames &names)
{
    const std::string id = request.backbone.empty() ? defaultBackbone(library, request.weights) : request.backbone;
    if (isPath(id)) {
        if (!request.weights.empty() && request.weights != id)
            throw Error(ErrorKind::Weights, "A network of your own brings its own weights. Leave --weights out.", id);
        return ownChoice(id, names);
    }
    const BackboneSpec &spec = backboneSpec(id);
    if (id == kClassicId) {
        if (!request.weights.empty() && request.weights != "none")
            throw Error(ErrorKind::Weights,
                        "The backbone classic has no weights. Leave --weights out, or name a network "
                        "with --backbone.");
        if (!request.convention.empty())
            throw Error(ErrorKind::Weights, "The backbone classic has no weights to be read. Leave --convention out.");
        return {spec, {}, classicId()};
    }
    if (request.weights == "none") {
        if (!request.convention.empty() && conventionFromName(request.convention) != Convention::Torch)
            throw Error(ErrorKind::Weights, "Random numbers have no convention. Leave --convention out.");
        return {spec, {}, kUntrained};
    }
    if (!request.weights.empty())
        return fromFile(spec, request.weights, library, names, request.convention);
    const fs::path installed = installedWeightsPath(library, spec.id);
    if (hasInstalledWeights(library, spec.id))
        return fromFile(spec, installed, library, names, request.convention);
    throw Error(
        ErrorKind::Weights,
        "There are no weights for " + spec.title + ". `dank weights fetch " + spec.id
            + "` downloads them, `dank weights add FILE` takes a file that you have, --weights FILE uses one where "
              "it lies. Without any, --backbone classic needs none, and --weights none takes seeded random "
              "weights, marked untrained.",
        installed);
}

BackboneChoice findBackbone(const BackboneId &id, const std::string &request, const fs::path &hint,
                            const fs::path &library, WeightsNames &names, std::shared_ptr<const NetworkChanges> changes)
{
    if (id.isTuned()) {
        if (!changes)
            throw Error(ErrorKind::Weights,
                        "The fine-tuned network " + id.text() + " lives in its model's file alone.");
        return findBackbone(id.base(), request, hint, library, names).changedBy(std::move(changes));
    }
    if (isOwnNetwork(id.network)) {
        fs::path file = request.empty() ? hint : fs::path(request);
        if (request.empty())
            for (const fs::path &kept : keptOwnNetworks(library))
                if (kept.parent_path().filename() == id.weights)
                    file = kept;
        std::error_code ignored;
        if (file.empty() || !fs::is_regular_file(file, ignored))
            throw Error(ErrorKind::Weights,
                        "The network of your own that this model was made with (" + id.weights
                            + ") is not here. Name its " + (id.network == kOnnxId ? "ONNX" : "TorchScript")
                            + " file with --weights FILE.",
                        file);
        BackboneChoice choice = ownChoice(file, names);
        if (choice.spec.id != id.network || choice.weightsId != id.weights)
            throw Error(ErrorKind::Mismatch,
                        displayPath(file)
                            + " is not the network that this model was made with (with its description it " + "is "
                            + choice.weightsId + ", the model needs " + id.weights + ").",
                        file);
        return choice;
    }
    const BackboneSpec &spec = backboneSpec(id.network);
    const auto refuse = [&](const std::string &why) { return Error(ErrorKind::Mismatch, why, request); };
    if (id.network == kClassicId) {
        if (id.weights != classicId())
            throw refuse("This model was made with another version of the classic descriptors (" + id.weights
                         + ", here " + classicId() + "). Train it anew.");
        if (!request.empty() && request != "none")
            throw refuse(
                "This model was made with the classic descriptors, which have no weights. Leave --weights out.");
        return {spec, {}, id.weights};
    }
    if (id.isUntrained()) {
        if (!request.empty() && request != "none")
            throw refuse("This model was made with seeded random weights of " + spec.title + ", not with "
                         + displayPath(request) + ". Leave --weights out.");
        return {spec, {}, id.weights};
    }
    if (!request.empty()) {
        if (request == "none")
            throw refuse(
                "This model was made with real weights, not with seeded random ones. Name the file that it was "
                "made with.");
        BackboneChoice choice = fromFile(spec, request, library, names, conventionName(conventionOf(id.weights)));
        if (choice.weightsId != id.weights)
            throw refuse(displayPath(request) + " is not the weights file that this model was made with (it is "
                         + choice.weightsId + ", the model needs " + id.weights + " of " + spec.title + ").");
        return choice;
    }
    std::vector<fs::path> candidates = keptWeights(library, id.network);
    candidates.insert(candidates.begin(), hint);
    for (const fs::path &candidate : candidates) {
        std::error_code ignored;
        if (candidate.empty() || !fs::is_regular_file(candidate, ignored))
            continue;
        try {
            BackboneChoice choice = fromFile(spec, candidate, library, names, conventionName(conventionOf(id.weights)));
            if (choice.weightsId == id.weights)
                return choice;
        } catch (const Error &) {
            // Not weights any more: another candidate may be.
        }
    }
    throw Error(ErrorKind::Weights,
                "The weights of " + spec.title + " that this model was made with (" + id.weights
                    + ") are not here. Name the file with --weights FILE, or install it with `dank weights add FILE`.",
                hint);
}

void allowProgram(const std::string &weightsId, const fs::path &library)
{
    Library::open(library).facts().set(kProgramKey + weightsId, "allowed");
}

void requireAllowed(const BackboneChoice &choice, const std::string &request, const fs::path &library)
{
    if (choice.kind() != BackboneKind::TorchScript || !request.empty()
        || Library::openToRead(library).facts().get(kProgramKey + choice.weightsId))
        return;
    throw Error(ErrorKind::Weights,
                "This model was made with a network of somebody's own, " + displayPath(choice.weights)
                    + ". Such a file is a program; to run it, name it with --weights FILE.",
                choice.weights);
}

std::string speedKey(const BackboneId &id, const std::string &device)
{
    return "speed/" + id.network + '/' + precisionName(id.precision) + '@' + device;
}

}  // namespace dank
