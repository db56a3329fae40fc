#include "core/pipeline/backbones/backbone_status.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/pipeline/backbones/backbone_table.h"
#include "core/pipeline/backbones/library_shelf.h"
#include "core/pipeline/bench.h"
#include "core/store/library.h"
#include "core/store/picture_hashes.h"

namespace dank {

namespace {

/// All but the id: of a network of one's own that is its path.
void describe(BackboneStatus &status, const BackboneSpec &spec)
{
    status.title = spec.title;
    status.summary = spec.summary;
    status.columns = spec.columns;
    status.inputSide = spec.inputSide;
}

/// What is stored and how fast it went. Which precision `auto` would take is not known yet: whichever has more counts.
void count(BackboneStatus &status, const BackboneChoice &choice, const BackboneRequest &request, bool asked,
           const std::vector<std::string> &pictures, const std::string &device, const Library &library)
{
    std::optional<double> measured;  // by `dank bench`, of the slower precision: to promise no more than holds
    const auto toNumber = [](const std::string &text) { return std::strtod(text.c_str(), nullptr); };
    for (const Precision precision :
         {Precision::Float32, Precision::TensorFloat32, Precision::BFloat16, Precision::Float16}) {
        if (asked && request.precision != "auto" && request.precision != precisionName(precision))
            continue;
        const BackboneId id = choice.id(request.resize, precision);
        const auto stored = library.features().hashes(id.text(), static_cast<std::size_t>(status.columns));
        const auto cached = static_cast<std::size_t>(
            std::count_if(pictures.begin(), pictures.end(), [&](const auto &hash) { return stored.contains(hash); }));
        status.cached = std::max(status.cached, cached);
        if (const auto speed = library.facts().get(speedKey(id, device)))
            status.imagesPerSecond = std::max(status.imagesPerSecond, toNumber(*speed));
        const auto bench = library.facts().get(benchKey(extractItem(choice.spec.id, precision), device));
        if (bench && !measured)
            measured = toNumber(*bench);
    }
    if (!(status.imagesPerSecond > 0))  // nothing was extracted here yet
        status.imagesPerSecond = measured.value_or(status.imagesPerSecond);
}

}  // namespace

std::vector<BackboneStatus> backboneStatuses(const Dataset *dataset, const BackboneRequest &request,
                                             const PipelineContext &context, const JobContext &job)
{
    // Asking makes no library: without one there are no features and no speeds yet.
    std::error_code ignored;
    std::optional<Library> library;
    if (std::filesystem::exists(context.library / "library.sqlite", ignored))
        library = Library::openToRead(context.library, job.cancel);
    std::vector<std::string> hashes, pictures;
    if (dataset) {
        hashes = hashPictures(*dataset, context.threads, library ? &*library : nullptr, job);
        for (const std::vector<std::size_t> &rows : rowsByPicture(hashes))
            pictures.push_back(hashes[rows.front()]);
    }
    std::string device = "cpu";
    try {
        device = chooseDevice(request.device).name;
    } catch (const Error &) {
        // Not there: extraction will say so.
    }
    const std::vector<WeightsEntry> catalogue = weightsCatalogueOrNone();
    const std::string byDefault = defaultBackbone(context.library, request.weights == "none" ? request.weights : "");
    const std::string asked = request.backbone.empty() ? byDefault : request.backbone;

    std::vector<BackboneStatus> statuses;
    for (const BackboneSpec &spec : backboneSpecs()) {
        BackboneStatus &status = statuses.emplace_back();
        status.id = spec.id;
        describe(status, spec);
    }
    if (std::none_of(statuses.begin(), statuses.end(), [&](const auto &status) { return status.id == asked; })) {
        BackboneStatus own;
        own.id = own.title = asked;
        own.kind = BackboneKind::TorchScript;
        statuses.push_back(own);
    }
    for (BackboneStatus &status : statuses) {
        status.total = pictures.size();
        status.isDefault = status.id == byDefault;
        if (status.id == kClassicId)
            status.kind = BackboneKind::Classic;
        if (status.kind == BackboneKind::Network) {
            status.expectedAt = installedWeightsPath(context.library, status.id);
            std::copy_if(catalogue.begin(), catalogue.end(), std::back_inserter(status.offers),
                         [&](const WeightsEntry &entry) {
                             return entry.backbone == status.id && !entry.sha256.empty();  // else not fetched
                         });
        }
        BackboneRequest ofThis = request;
        ofThis.backbone = status.id;
        if (status.id != asked)
            ofThis.weights.clear();
        try {
            const BackboneChoice choice = chooseBackbone(ofThis, context.library, context.backbones.names());
            describe(status, choice.spec);
            status.kind = choice.kind();
            status.weights = choice.weights;
            if (status.kind == BackboneKind::Network && choice.weights == status.expectedAt)
                status.origin = originOf(choice.weights);
            if (library)
                count(status, choice, request, status.id == asked, pictures, device, *library);
        } catch (const Error &error) {
            const bool there = status.kind == BackboneKind::Network && hasInstalledWeights(context.library, status.id);
            if (there || status.id.find_first_of("/.") != std::string::npos || !ofThis.weights.empty())
                status.problem = error.what();  // else there are just no weights yet
        }
    }
    return statuses;
}

}  // namespace dank
