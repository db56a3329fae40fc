#include "core/pipeline/runs/evaluate_model.h"

#include <map>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "core/backbone/own_network.h"
#include "core/base/file.h"
#include "core/pipeline/backbones/backbone_table.h"
#include "core/pipeline/runs/evaluate_run.h"
#include "core/pipeline/runs/run_data.h"
#include "core/pipeline/runs/run_head.h"
#include "core/store/library.h"

namespace dank {

namespace {

/// Throws Error{Mismatch} unless `backbone` (an id or a file of one's own; empty: any) is what the model was made with.
void requireMadeWith(const Model &model, const BackboneId &id, const std::string &backbone, WeightsNames &names)
{
    if (backbone.empty())
        return;
    const bool path = backbone.find_first_of("/.") != std::string::npos;
    const bool same = path ? isOwnNetwork(id.network) && names.ofOwnNetwork(backbone) == id.weights
                           : backboneSpec(backbone).id == id.network;
    if (!same)
        throw Error(ErrorKind::Mismatch, "The model \"" + model.name + "\" was made with features of " + model.backbone
                                             + " and refuses those of " + displayPath(backbone) + ".");
}

/// The groups that a model names, among these rows; nothing for no groups, and where this dataset does not tell them,
/// which `notes` then says.
std::optional<Grouping> groupsOfModel(std::span<const MemeRecord> records, const Dataset &dataset,
                                      const std::string &text, bool isHome, std::vector<std::string> &notes)
{
    const GroupSpec spec = GroupSpec::parse(text);
    if (spec.kind == GroupKind::None)
        return std::nullopt;
    std::string why = "they belong to another dataset";
    if (isHome || (spec.kind != GroupKind::Rows && spec.kind != GroupKind::File)) {
        try {
            return groupsOf(records, spec, {&dataset, {}, true});
        } catch (const Error &error) {
            why = error.what();
            while (why.ends_with('.'))
                why.pop_back();
        }
    }
    notes.push_back("It was trained with groups by " + printable(text)
                    + ", which do not count here, so these memes are judged together (" + why + ").");
    return std::nullopt;
}

/// Rows of the matrix that had no part in the training.
std::vector<std::size_t> unseenRows(const Model &model, const ExtractReport &extracted)
{
    std::unordered_map<std::string_view, std::string_view> pictureOf;
    for (std::size_t i = 0; i < extracted.matrix.rows(); ++i)
        pictureOf.emplace(extracted.matrix.ids[i], extracted.pictureHashes[i]);
    std::unordered_set<std::string_view> pictures;
    std::size_t known = 0, same = 0;
    for (const TrainPicture &picture : model.trainPictures) {
        pictures.insert(picture.hash);
        const auto here = pictureOf.find(model.trainIds[picture.row]);
        known += here != pictureOf.end();
        same += here != pictureOf.end() && here->second == picture.hash;
    }
    // Datasets without ids of their own are all numbered from 1: ids count where they mean the same pictures.
    const bool idsCount = model.trainPictures.empty() || same * 2 >= std::max<std::size_t>(known, 1);
    std::unordered_set<std::string_view> ids;
    if (idsCount) {
        ids.insert(model.trainIds.begin(), model.trainIds.end());
        ids.insert(model.validationIds.begin(), model.validationIds.end());  // they chose its epoch
    }
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < extracted.matrix.rows(); ++i)
        if (!ids.contains(extracted.matrix.ids[i]) && !pictures.contains(extracted.pictureHashes[i]))
            rows.push_back(i);
    return rows;
}

Evaluation judgeElsewhere(const Model &model, const Dataset &dataset, const ExtractReport &extracted,
                          const std::string *group, const PipelineContext &context, const JobContext &job)
{
    const bool isHome = model.datasetHash == dataset.contentHash();
    const FeatureMatrix &features = extracted.matrix;
    std::vector<std::size_t> rows = unseenRows(model, extracted);
    const bool seen = rows.empty();
    if (seen) {
        rows.resize(features.rows());
        std::iota(rows.begin(), rows.end(), std::size_t{0});
    }
    std::vector<MemeRecord> records;
    std::vector<std::int64_t> upvotes;
    for (const std::size_t row : rows) {
        records.push_back(*dataset.find(features.ids[row]));
        upvotes.push_back(records.back().upvotes);
    }
    EvaluationInput input;
    std::vector<std::string> notes;
    std::vector<std::string> groups(records.size());
    const std::string &judged = group ? *group : model.config.group;
    const GroupSpec spec = GroupSpec::parse(judged);
    std::optional<Grouping> found;
    if (!group)
        found = groupsOfModel(records, dataset, judged, isHome, notes);
    else if (spec.kind != GroupKind::None)
        found = groupsOf(records, spec, {&dataset, {}, true});
    if (found) {
        groups = found->of;
        input.groupName = groupWord(spec, *found);
    }
    GroupedTarget target{model.target, model.groupTargets};
    std::vector<std::string> targetGroups = groups;
    if (model.targetGroup != judged) {
        const auto own = groupsOfModel(records, dataset, model.targetGroup, isHome, notes);
        targetGroups = own ? own->of : std::vector<std::string>(records.size());
    }
    const bool isOld = model.splitHash.empty();  // from before targets of groups were kept
    if (isOld && !model.targetGroup.empty()) {
        std::vector<std::size_t> all(records.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        target = GroupedTarget::fit(model.config.target, upvotes, targetGroups, all);
    }
    std::vector<Caption> captions(model.readsCaptions() ? features.rows() : 0);
    for (std::size_t i = 0; i < rows.size() && !captions.empty(); ++i)
        captions[rows[i]].title = records[i].title;
    if (model.readsText()) {
        if (const std::size_t unread =
                addTexts(captions, extracted.pictureHashes, Library::openToRead(context.library));
            unread > 0)
            notes.push_back(unreadNote(unread, captions.size()));
    }
    const std::vector<double> answers = answersFor(model, features, rows, captions);
    std::map<std::string_view, std::size_t> authors;
    for (std::size_t i = 0; i < records.size(); ++i) {
        JudgedMeme meme{features.ids[rows[i]], answers[i], target.toDankness(upvotes[i], targetGroups[i]), upvotes[i],
                        groups[i]};
        if (!records[i].author.empty())
            meme.cluster = authors.emplace(records[i].author, authors.size()).first->second;
        input.memes.push_back(std::move(meme));
    }
    input.trainMean = model.trainMean;
    input.subset = std::to_string(rows.size())
                   + (seen                             ? " memes it learned from"
                      : rows.size() == features.rows() ? " memes"
                                                       : " memes it did not learn from");
    input.seenInTraining = seen;
    input.heightCounts = lossFixesHeight(model.config.loss);
    input.label = Label::parse(model.config.label);
    Evaluation evaluation = evaluate(std::move(input), job);
    for (const std::string &note : notes)
        evaluation.verdict.reason += " " + note;
    return evaluation;
}

/// The model's own dataset, with what it was trained on still there: judged as its run was.
std::optional<Evaluation> judgeAtHome(const Model &model, const Dataset &dataset, ExtractReport &extracted,
                                      const std::string *group, const PipelineContext &context, const JobContext &job)
{
    TrainConfig config = model.config;
    if (group)
        config.group = *group;
    const bool sameTarget = model.targetGroup == (config.within ? config.group : std::string());
    if (model.datasetHash != dataset.contentHash() || !sameTarget || model.testIds.empty())
        return std::nullopt;
    std::unordered_set<std::string_view> here(extracted.matrix.ids.begin(), extracted.matrix.ids.end());
    for (const auto *ids : {&model.trainIds, &model.validationIds, &model.testIds})
        for (const MemeId &id : *ids)
            if (!here.contains(id))
                return std::nullopt;
    const Split split = keepSides(extracted, model.trainIds, model.validationIds, model.testIds);
    Library library = Library::open(context.library, job.cancel);
    RunData data = joinRunData(dataset, extracted, config, split, library, context.threads, job);
    if (!model.groupTargets.empty()) {
        data.target = {model.target, model.groupTargets};
        for (std::size_t row = 0; row < data.targets.size(); ++row)
            data.targets[row] = data.target.toDankness(data.records[row].upvotes, data.groups[row]);
    }
    return judgeRun(model, data, answersFor(model, data.features, data.split.test, data.captions), {}, job);
}

}  // namespace

Evaluation evaluateModel(const Model &model, const Dataset &memes, const BackboneRequest &request,
                         const std::string *group, const PipelineContext &context, const JobContext &job)
{
    model.validate();
    const Dataset dataset = learntFrom(memes, model.config);
    const BackboneId id = BackboneId::parse(model.backbone);
    requireMadeWith(model, id, request.backbone, context.backbones.names());
    const std::string named = request.weights == "none" ? "" : request.weights;
    const BackboneChoice choice =
        findBackbone(id, named, model.weightsFile, context.library, context.backbones.names(), model.changes);
    requireAllowed(choice, named, context.library);
    const BackboneRequest asMade = choice.requestFor(id, request);
    ExtractReport extracted = extractFeatures(dataset, asMade, context, {}, job, model.changes);
    if (extracted.matrix.backbone != model.backbone || static_cast<int>(extracted.matrix.columns) != model.columns())
        throw Error(ErrorKind::Mismatch, "The model \"" + model.name + "\" was made with features of " + model.backbone
                                             + "; these are of " + extracted.matrix.backbone + '.');
    std::optional<Evaluation> atHome = judgeAtHome(model, dataset, extracted, group, context, job);
    Evaluation evaluation =
        atHome ? std::move(*atHome) : judgeElsewhere(model, dataset, extracted, group, context, job);
    evaluation.skipped = extracted.skipped;
    return evaluation;
}

}  // namespace dank
