#include "core/pipeline/features/extract.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/pipeline/features/extract_workers.h"
#include "core/pipeline/features/picture_hashes.h"
#include "core/pipeline/features/precision_choice.h"
#include "core/store/library.h"

namespace dank {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Records that still need features.
struct Plan {
    std::vector<std::string> hashes;   ///< [records], empty where the file could not be read
    std::vector<std::size_t> missing;  ///< indexes of records to compute
};

Plan planExtraction(std::vector<std::string> hashes, const std::set<std::string> &stored)
{
    Plan plan{std::move(hashes), {}};
    for (std::size_t i = 0; i < plan.hashes.size(); ++i)
        if (plan.hashes[i].empty() || !stored.contains(plan.hashes[i]))
            plan.missing.push_back(i);
    return plan;
}

/// `kept` gets the hash of each row's picture.
FeatureMatrix gatherMatrix(const Dataset &dataset, const std::vector<std::string> &hashes, const std::string &backbone,
                           std::size_t columns, const Library &library, int threads, std::vector<std::string> &kept)
{
    const auto records = dataset.records();
    FeatureMatrix matrix{backbone, {}, columns, makeLargeMatrix(records.size() * columns)};
    const std::vector<bool> found = library.features().get(backbone, hashes, matrix.values, threads);
    std::size_t rows = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!found[i])
            continue;
        if (rows < i)
            std::copy_n(&matrix.values[i * columns], columns, &matrix.values[rows * columns]);
        ++rows;
        matrix.ids.push_back(records[i].id);
        kept.push_back(hashes[i]);
    }
    matrix.values.resize(rows * columns);
    return matrix;
}

}  // namespace

ExtractReport extractFeatures(const Dataset &dataset, const BackboneRequest &request, const PipelineContext &context,
                              const ExtractObserver &observer, const JobContext &job)
{
    if (request.batch < 1 || request.batch > 1024)
        throw Error(ErrorKind::Format, "The extraction batch must lie between 1 and 1024.");
    const bool automatic = request.precision == "auto";
    const Precision asked = automatic ? Precision::Float32 : precisionFromName(request.precision);
    const Device device = chooseDevice(request.device);
    const BackboneChoice choice = chooseBackbone(request, context.library, context.backbones.names());
    const BackboneSpec &spec = choice.spec;
    BackboneId id = choice.id(request.resize, asked);
    if (choice.kind() == BackboneKind::TorchScript)
        allowProgram(choice.weightsId, context.library);
    Library library = Library::open(context.library);

    const auto records = dataset.records();
    if (records.empty())
        throw Error(ErrorKind::Dataset,
                    displayPath(dataset.path()) + " has no usable picture: all " + std::to_string(dataset.rows())
                        + " rows were set aside. `dank inspect` lists why.",
                    dataset.path());
    job.report("hash", 0, records.size());
    std::vector<std::string> hashes = hashPictures(dataset, context.threads, &library, job);

    ExtractReport report;
    if (automatic) {
        job.report("precision", 0, 0);
        const PrecisionChoice taken = choosePrecision(dataset, choice, id.resize, device, context, library, job.cancel);
        id.precision = taken.precision;
        report.precisionNote = taken.note;
    }
    report.untrained = id.isUntrained();
    report.device = device.name;
    report.deviceNote = device.note;
    report.precision = precisionName(id.precision);
    report.weightsFile = choice.weights.string();
    report.asMade = choice.requestFor(id, request);
    report.skipped.assign(dataset.skipped().begin(), dataset.skipped().end());

    const std::string backbone = id.text();
    const auto columns = static_cast<std::size_t>(spec.columns);
    Plan plan = planExtraction(std::move(hashes), library.features().hashes(backbone, columns));
    report.cached = records.size() - plan.missing.size();
    ExtractEvent event{report.cached, records.size(), report.cached, 0, {}, {}};
    const auto tell = [&] {
        job.report("extract", event.done, event.total);
        if (observer)
            observer(event);
    };
    tell();

    if (!plan.missing.empty()) {
        const auto network = context.backbones.get(choice, id.precision, device);
        const auto start = Clock::now();
        std::size_t computed = 0;
        {
            const FreedMemoryReleaser releaser;  // goes after the workers
            const int count = std::clamp(
                static_cast<int>((plan.missing.size() + request.batch - 1) / static_cast<std::size_t>(request.batch)),
                1, std::max(1, context.threads));
            ExtractWorkers workers(dataset, plan.missing, *network, id.resize, static_cast<std::size_t>(request.batch),
                                   count, device.isCuda(), job.cancel);
            while (auto batch = workers.take()) {
                if (!std::all_of(batch->features.begin(), batch->features.end(),
                                 [](float value) { return std::isfinite(value); }))
                    throw Error(ErrorKind::Weights,
                                spec.title + " gives numbers that are not finite in " + report.precision
                                    + " with these weights. Try --precision fp32 or other weights.");
                std::vector<FeatureStore::Entry> entries;
                event.arrived.clear();
                for (std::size_t i = 0; i < batch->rows.size(); ++i) {
                    entries.push_back({batch->hashes[i], std::span(batch->features).subspan(i * columns, columns)});
                    plan.hashes[batch->rows[i]] = batch->hashes[i];  // the file may have changed since it was hashed
                    event.arrived.push_back(records[batch->rows[i]].id);
                }
                library.features().put(backbone, entries);
                computed += entries.size();
                event.done += entries.size() + batch->skipped.size();
                event.imagesPerSecond = static_cast<double>(computed) / std::max(secondsSince(start), 1e-9);
                event.skipped = std::move(batch->skipped);
                report.skipped.insert(report.skipped.end(), event.skipped.begin(), event.skipped.end());
                tell();
            }
            workers.rethrow();
        }
        job.cancel.check();
        report.computed = computed;
        report.imagesPerSecond = computed ? static_cast<double>(computed) / std::max(secondsSince(start), 1e-9) : 0;
        if (computed >= 16)
            library.facts().set(speedKey(id, device.name), std::to_string(report.imagesPerSecond));
    }

    report.matrix =
        gatherMatrix(dataset, plan.hashes, backbone, columns, library, context.threads, report.pictureHashes);
    report.rows = report.matrix.rows();
    report.columns = report.matrix.columns;
    if (report.rows == 0)
        throw Error(ErrorKind::Dataset, "None of the pictures of " + displayPath(dataset.path()) + " could be decoded.",
                    dataset.path());
    return report;
}

}  // namespace dank
