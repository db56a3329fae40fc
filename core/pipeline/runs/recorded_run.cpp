#include "core/pipeline/runs/recorded_run.h"

#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json_reader.h"
#include "core/dataset/grouping.h"
#include "core/store/library.h"
#include "core/store/run_dataset.h"

namespace dank {

namespace {

nlohmann::json toJson(const BackboneRequest &request)
{
    return {{"backbone", request.backbone},    {"weights", request.weights}, {"device", request.device},
            {"precision", request.precision},  {"resize", request.resize},   {"batch", request.batch},
            {"convention", request.convention}};
}

/// The hash of the side file that the groups are read from; empty for groups of another kind. A run that goes on has to
/// find the same one.
std::string groupFileHash(const TrainConfig &config)
{
    const GroupSpec spec = GroupSpec::parse(config.group);
    return spec.kind == GroupKind::File ? hashFile(spec.file) : std::string();
}

/// Tells whether a run that goes on sees the very pictures that it began with.
std::string picturesHash(const FeatureMatrix &features, std::span<const std::string> hashes)
{
    std::string text;
    for (std::size_t row = 0; row < hashes.size(); ++row)
        text += features.ids[row] + '\0' + hashes[row] + '\n';
    return hashText(text);
}

void damagedRecord(const std::string &)
{
    throw Error(ErrorKind::Library, "The library's record of how this run's features were made is damaged.");
}

}  // namespace

void rememberRun(RunRecord &record, const Dataset &dataset, const RunData &data, const ExtractReport &extracted)
{
    record.trainIds = idsOf(data.features, data.split.train);
    record.validationIds = idsOf(data.features, data.split.validation);
    record.testIds = idsOf(data.features, data.split.test);
    nlohmann::json made = toJson(extracted.asMade);
    made["group_file"] = groupFileHash(record.config);
    made["pictures"] = picturesHash(data.features, extracted.pictureHashes);
    if (const FeedOptions &options = dataset.source().options; !options.empty())
        made["feed"] = {{"map", options.map.columns}, {"images", options.images.string()}};
    // A folder's name may be no UTF-8: then the run cannot go on, but it is no reason not to train.
    record.request = made.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

BackboneRequest requestOf(const RunRecord &record)
{
    const JsonDocument document(record.request, 3, damagedRecord);
    const JsonValue json = document.root();
    BackboneRequest request;
    request.backbone = json.at("backbone").text();
    request.weights = json.at("weights").text();
    request.precision = json.at("precision").text();
    request.resize = json.at("resize").text();
    request.batch = json.at("batch").whole<decltype(request.batch)>();
    if (const auto convention = json.find("convention"))  // older runs know of none
        request.convention = convention->text();
    return request;  // the device is chosen anew: the machine may have changed
}

std::string deviceOf(const RunRecord &record)
{
    const nlohmann::json made = nlohmann::json::parse(record.request, nullptr, false);
    return made.is_object() && made.value("device", nlohmann::json()) == "cpu" ? "cpu" : "auto";
}

RunData rejoinRun(const RunRecord &record, Library &library, const PipelineContext &context,
                  const ExtractObserver &observer, const JobContext &job, ExtractReport &extracted)
{
    const std::string name = "Run " + std::to_string(record.run);
    const Dataset dataset = datasetOf(record, job);
    if (dataset.contentHash() != record.datasetHash)
        throw Error(ErrorKind::Mismatch,
                    name + " cannot go on: " + displayPath(record.dataset) + " has changed since it began. Train anew.",
                    record.dataset);
    const nlohmann::json made = nlohmann::json::parse(record.request, nullptr, false);
    if (made.is_object() && made.value("group_file", nlohmann::json()).is_string()
        && made["group_file"] != groupFileHash(record.config))
        throw Error(ErrorKind::Mismatch, name + " cannot go on: the file of its groups ("
                                             + printable(record.config.group)
                                             + ") has changed since it began. Put it back, or train anew.");
    extracted = extractFeatures(dataset, requestOf(record), context, observer, job);
    if (extracted.matrix.backbone != record.backbone)
        throw Error(ErrorKind::Mismatch, name + " cannot go on: its features were made with " + record.backbone
                                             + ", and those here with " + extracted.matrix.backbone + '.');

    // The rows and the split that the run began with, whatever has been set aside since.
    const Split split = keepSides(extracted, record.trainIds, record.validationIds, record.testIds);
    if (extracted.matrix.rows() != record.trainIds.size() + record.validationIds.size() + record.testIds.size())
        throw Error(ErrorKind::Dataset, name + " cannot go on: pictures that it began with are gone. Train anew.",
                    record.dataset);
    if (made.is_object() && made.contains("pictures")
        && made["pictures"] != picturesHash(extracted.matrix, extracted.pictureHashes))
        throw Error(ErrorKind::Mismatch, name + " cannot go on: pictures that it began with have changed. Train anew.",
                    record.dataset);
    return joinRunData(dataset, extracted, record.config, split, library, context.threads, job);
}

void discardRun(Library &library, std::int64_t run, RunLock &lock)
{
    lock = RunLock();
    try {
        library.runs().remove(run);
    } catch (const Error &) {
        library.runs().setState(run, RunState::Interrupted);
    }
}

void describeRun(Model &model, const RunRecord &record, const RunData &data, bool untrained,
                 const std::string &splitHash)
{
    model.name = "run " + std::to_string(record.run);
    model.run = record.run;
    model.backbone = model.changes ? model.changes->backbone() : record.backbone;
    model.weightsFile = record.weightsFile;
    model.untrainedBackbone = untrained;
    model.target = data.target.global;
    model.trainMean = data.trainMean;
    model.meanPredictorLoss = data.meanPredictorLoss;
    model.dataset = record.dataset;
    model.datasetHash = record.datasetHash;
    model.trainIds = idsOf(data.features, data.split.train);
    model.validationIds = idsOf(data.features, data.split.validation);
    model.testIds = idsOf(data.features, data.split.test);
    model.splitHash = splitHash;
    model.targetGroup = record.config.within ? record.config.group : std::string();
    model.groupTargets = data.target.byGroup;
}

/// Does what a run can do without; where that fails, a note says so.
void attempt(std::vector<std::string> &notes, const char *failure, const std::function<void()> &work)
{
    try {
        work();
    } catch (const Error &error) {
        notes.push_back(failure + std::string(error.what()));
    }
}

}  // namespace dank
