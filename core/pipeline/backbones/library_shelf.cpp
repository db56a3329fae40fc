#include "core/pipeline/backbones/library_shelf.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/networks/backbone.h"
#include "core/pipeline/backbones/backbone_choice.h"
#include "core/pipeline/backbones/own_networks.h"
#include "core/pipeline/words/ppocr_files.h"
#include "core/weights/fetch/download.h"
#include "core/weights/fetch/sha256.h"
#include "core/weights/safetensors.h"
#include "core/weights/weights_file.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

// Keys of an installed file's metadata.
constexpr const char *kFile = "dank.file";
constexpr const char *kSource = "dank.source";
constexpr const char *kUrl = "dank.url";
constexpr const char *kLicence = "dank.licence";
constexpr const char *kSha256 = "dank.sha256";
using Metadata = std::map<std::string, std::string>;

std::string valueOf(const Metadata &metadata, const char *key)
{
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : printable(std::string_view(found->second).substr(0, 300));
}

std::string originOf(const Metadata &metadata)
{
    std::string origin = valueOf(metadata, kFile);
    for (const char *key : {kSource, kLicence})
        if (const std::string value = valueOf(metadata, key); !value.empty())
            origin += (origin.empty() ? "" : " · ") + value;
    return origin;
}

/// Checks that the tensors are the network's by building it (which also finds numbers that are not finite), then puts
/// them on the shelf.
fs::path install(const TensorFile &tensors, const BackboneSpec &spec, Convention convention, Metadata metadata,
                 const fs::path &library, const JobContext &job)
{
    job.report("check", 0, 0);
    makeBackbone(inConvention(spec, convention), tensors, 0, chooseDevice("cpu"), Precision::Float32);
    job.cancel.check();
    const fs::path target = installedWeightsPath(library, spec.id);
    const std::string content = contentHash(tensors);
    metadata[kInstalledContent] = content;
    if (convention != Convention::Torch)
        metadata[kConventionKey] = conventionName(convention);
    metadata["format"] = "pt";
    job.report("install", 0, 0);
    createFolder(target.parent_path());
    std::error_code ignored;
    if (fs::exists(target, ignored)) {
        std::string before;
        try {
            before = contentHash(openWeightsFile(target));
        } catch (const Error &) {
            // Damaged: nothing that a model could still use.
        }
        if (!before.empty() && before != content) {
            const fs::path kept = keptWeightsPath(library, spec.id, before);
            std::error_code failed;
            fs::remove(kept, failed);
            // A second name, so that the first is never without a file.
            fs::create_hard_link(target, kept, failed);
            if (failed)
                fs::copy_file(target, kept, fs::copy_options::overwrite_existing, failed);
            if (failed)
                throw Error(ErrorKind::Disk,
                            "The weights before cannot be kept as " + displayPath(kept) + ": " + failed.message()
                                + ". Nothing was changed.",
                            kept);
        }
    }
    job.cancel.check();
    convertToSafetensors(tensors, target, metadata);
    fs::remove(keptWeightsPath(library, spec.id, content), ignored);  // it is the one in use again
    return target;
}

/// What an installed file says of itself; nothing where it cannot be read.
std::optional<Metadata> readMetadata(const fs::path &file)
{
    try {
        return openSafetensors(file).metadata();
    } catch (const Error &) {
        return std::nullopt;
    }
}

/// Whether the entry is of the file with that whole hash; empty: of none that is known.
bool isOf(const WeightsEntry &entry, const std::string &backbone, const std::string &sha256)
{
    return entry.backbone == backbone && !sha256.empty() && !entry.sha256.empty() && sha256.starts_with(entry.sha256);
}

Metadata metadataOf(const WeightsEntry &entry, const std::string &sha256)
{
    return {
        {kFile, entry.file}, {kSource, entry.source}, {kUrl, entry.url}, {kLicence, entry.licence}, {kSha256, sha256}};
}

bool isInstalled(const WeightsEntry &entry, const fs::path &library)
{
    try {
        const TensorFile tensors = openSafetensors(installedWeightsPath(library, entry.backbone));
        requireUnchanged(tensors);
        return valueOf(tensors.metadata(), kSha256).starts_with(entry.sha256);
    } catch (const Error &) {
        return false;
    }
}

}  // namespace

std::vector<WeightsEntry> weightsCatalogueOrNone()
{
    try {
        return weightsCatalogue(WeightsSources::fromEnvironment());
    } catch (const Error &) {
        return {};
    }
}

std::vector<WeightsStatus> LibraryShelf::weights(const fs::path &library) const
{
    std::vector<WeightsStatus> list;
    for (WeightsEntry &entry : weightsCatalogue(WeightsSources::fromEnvironment()))
        list.push_back({std::move(entry), false, {}, {}});
    for (const BackboneSpec &spec : networkSpecs()) {
        const fs::path file = installedWeightsPath(library, spec.id);
        if (!hasInstalledWeights(library, spec.id))
            continue;
        const std::optional<Metadata> metadata = readMetadata(file);
        const std::string sha256 = metadata ? valueOf(*metadata, kSha256) : std::string();
        const auto row = std::find_if(list.begin(), list.end(),
                                      [&](const WeightsStatus &status) { return isOf(status.entry, spec.id, sha256); });
        if (row != list.end()) {
            row->installed = true;
            row->file = file;
            continue;
        }
        WeightsStatus own;  // none of the catalogue's: a row of its own
        own.entry.id = "own-" + spec.id;
        own.entry.backbone = spec.id;
        own.entry.title = spec.title;
        own.entry.file = metadata ? valueOf(*metadata, kFile) : file.filename().string();
        own.entry.sha256 = sha256;
        own.entry.source = metadata ? valueOf(*metadata, kSource) : std::string();
        std::error_code ignored;
        own.entry.bytes = fs::file_size(file, ignored);
        own.installed = true;
        own.file = file;
        if (!metadata)
            own.problem = "cannot be read: `dank weights verify` says why";
        list.push_back(std::move(own));
    }
    if (std::optional<WeightsStatus> reader = ppocrStatus(library)) {
        for (const fs::path &file : PpocrFiles::in(library).all()) {
            std::error_code absent;
            const auto row = std::ranges::find_if(list, [bytes = fs::file_size(file, absent)](const auto &known) {
                return known.entry.backbone == kPpocrReader && known.entry.bytes == bytes;
            });
            if (absent || row == list.end())
                continue;
            try {
                row->installed = isOf(row->entry, kPpocrReader, sha256File(file, {}));
                row->file = row->installed ? file : fs::path();
            } catch (const Error &error) {  // it cannot be read, and the others can
                row->problem = error.what();
            }
        }
        list.push_back(std::move(*reader));
    }
    return list;
}

fs::path LibraryShelf::fetchWeights(const std::string &id, const fs::path &library, const DownloadObserver &observer,
                                    const JobContext &job)
{
    const WeightsSources sources = WeightsSources::fromEnvironment();
    const std::vector<WeightsEntry> catalogue = weightsCatalogue(sources);
    const WeightsEntry *const entry = findWeights(catalogue, id);
    if (!entry) {
        std::string known;
        for (const WeightsEntry &other : catalogue)
            known += (known.empty() ? "" : ", ") + other.id;
        throw Error(ErrorKind::Weights, "The catalogue has no weights \""
                                            + printable(std::string_view(id).substr(0, 60)) + "\". It has: " + known
                                            + ".");
    }
    if (entry->backbone == kPpocrReader)
        throw Error(ErrorKind::Weights, entry->file + " is not fetched from here: it is part of the " + entry->source
                                            + ". " + entry->note + " Install it with `dank weights add FILE`.");
    const BackboneSpec *const spec = findNetworkSpec(entry->backbone);
    if (!spec)
        throw Error(ErrorKind::Weights, "The catalogue's " + entry->id + " is for a network \"" + entry->backbone
                                            + "\" that this version does not know.");
    if (entry->sha256.empty())
        throw Error(ErrorKind::Weights, "No SHA-256 of " + entry->file
                                            + " is known, so it is not fetched from here. Download it from "
                                            + entry->url + " and install it with `dank weights add FILE`.");
    if (isInstalled(*entry, library))
        return installedWeightsPath(library, spec->id);
    const fs::path folder = library / "weights" / "downloads";
    createFolder(folder);
    const DownloadRequest request = downloadRequest(*entry, sources, folder);
    download(request, observer, job);
    std::error_code ignored;
    try {
        const std::string sha256 = entry->isWholeHash() ? entry->sha256 : sha256File(request.target, job);
        const fs::path target = install(openWeightsFile(request.target), *spec, Convention::Torch,
                                        metadataOf(*entry, sha256), library, job);
        fs::remove(request.target, ignored);  // its tensors are installed
        return target;
    } catch (const Error &error) {
        // The file is what its publisher gave, and no use. After a full disk it stays: the next call takes it.
        if (error.kind() == ErrorKind::Format || error.kind() == ErrorKind::Weights)
            fs::remove(request.target, ignored);
        throw;
    }
}

std::string LibraryShelf::addWeights(const fs::path &file, const std::string &backbone, const fs::path &library,
                                     const JobContext &job, const std::string &convention)
{
    if ((backbone.empty() || backbone == kPpocrReader) && addPpocrFile(file, library))
        return kPpocrReader;
    if (isOnnxFile(file)) {
        keepOwnNetwork(file, library);
        return std::string(kOnnxId);
    }
    const TensorFile tensors = openWeightsFile(file);
    const BackboneSpec *const spec = backbone.empty() ? &networkOf(tensors) : findNetworkSpec(backbone);
    if (!spec)
        throw Error(ErrorKind::Weights, "There is no network \"" + printable(std::string_view(backbone).substr(0, 60))
                                            + "\" that takes weights.");
    // A file of the catalogue is known by its hash, whatever it is called.
    const std::string sha256 = sha256File(file, job);
    const std::vector<WeightsEntry> catalogue = weightsCatalogueOrNone();
    const auto entry = std::find_if(catalogue.begin(), catalogue.end(),
                                    [&](const WeightsEntry &known) { return isOf(known, spec->id, sha256); });
    install(tensors, *spec, conventionOf(WeightsNames::nameOf(tensors, convention)),
            entry != catalogue.end() ? metadataOf(*entry, sha256)
                                     : Metadata{{kFile, printable(displayPath(file.filename()))},
                                                {kSource, "a file of yours"},
                                                {kSha256, sha256}},
            library, job);
    return spec->id;
}

std::vector<WeightsCheck> LibraryShelf::verifyWeights(const fs::path &library, const JobContext &job) const
{
    std::vector<WeightsCheck> checks;
    for (const BackboneSpec &spec : networkSpecs()) {
        for (const fs::path &file : keptWeights(library, spec.id)) {
            job.cancel.check();
            job.report("verify", checks.size(), 0);
            WeightsCheck check{spec.id, file, {}, {}};
            try {
                const TensorFile tensors = openWeightsFile(file);
                check.origin = originOf(tensors.metadata());
                requireUnchanged(tensors);
                makeBackbone(inConvention(spec, conventionOf(WeightsNames::nameOf(tensors))), tensors, 0,
                             chooseDevice("cpu"), Precision::Float32);
            } catch (const Error &error) {
                check.problem = error.what();
            }
            checks.push_back(std::move(check));
        }
    }
    return checks;
}

std::vector<fs::path> LibraryShelf::removeWeights(const std::string &backbone, const fs::path &library)
{
    if (backbone == kPpocrReader)
        return removePpocr(library);
    if (!findNetworkSpec(backbone))
        throw Error(ErrorKind::Weights, "There is no network \"" + printable(std::string_view(backbone).substr(0, 60))
                                            + "\" whose weights could be removed.");
    std::vector<fs::path> files = keptWeights(library, backbone);
    for (const fs::path &file : files) {
        std::error_code error;
        fs::remove(file, error);
        if (error)
            throw Error(ErrorKind::Disk, displayPath(file) + " cannot be removed: " + error.message() + ".", file);
    }
    return files;
}

std::size_t LibraryShelf::convertWeights(const fs::path &in, const fs::path &out, const JobContext &job) const
{
    const TensorFile tensors = openWeightsFile(in);
    Metadata metadata = tensors.metadata();
    metadata.emplace("format", "pt");
    job.cancel.check();
    convertToSafetensors(tensors, out, metadata);
    return tensors.tensors().size();
}

std::string originOf(const fs::path &installed)
{
    const std::optional<Metadata> metadata = readMetadata(installed);
    return metadata ? originOf(*metadata) : std::string();
}

}  // namespace dank
