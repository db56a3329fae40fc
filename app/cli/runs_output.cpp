#include "app/cli/runs_output.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "app/cli/extract_options.h"
#include "core/backbone/backbone_id.h"
#include "core/base/file.h"
#include "core/learn/settings_list.h"

namespace dank::cli {

namespace {

std::optional<double> bestLoss(const RunRecord &run)
{
    return run.bestEpoch > 0 ? std::optional(run.bestValidationLoss) : std::nullopt;
}

std::optional<double> lastLoss(const RunRecord &run)
{
    return run.epochs > 0 ? std::optional(run.lastValidationLoss) : std::nullopt;
}

std::optional<double> figure(const RunRecord &run, std::optional<double> RunFigures::*member)
{
    return run.figures ? (*run.figures).*member : std::nullopt;
}

std::optional<double> mae(const RunRecord &run)
{
    return run.figures ? std::optional(run.figures->mae) : std::nullopt;
}

/// Adds what the runs have there, where that is not the same.
void addDifference(std::vector<RunDifference> &all, const std::vector<RunRecord> &runs, const std::string &key,
                   const std::function<Json(const RunRecord &)> &value,
                   const std::function<std::string(const RunRecord &)> &text)
{
    RunDifference row{key, {}, {}};
    for (const RunRecord &run : runs) {
        row.values.push_back(value(run));
        row.texts.push_back(text(run));
    }
    if (std::adjacent_find(row.values.begin(), row.values.end(), std::not_equal_to<>()) != row.values.end())
        all.push_back(std::move(row));
}

/// How a key orders runs: what is less comes first.
using Rank = std::function<std::optional<double>(const RunRecord &)>;

Rank greatestFirst(std::optional<double> RunFigures::*member)
{
    return [member](const RunRecord &run) -> std::optional<double> {
        const auto value = figure(run, member);
        return value ? std::optional(-*value) : std::nullopt;
    };
}

const std::vector<std::pair<std::string, Rank>> &ranks()
{
    static const std::vector<std::pair<std::string, Rank>> known{
        {"run", [](const RunRecord &run) { return std::optional(-static_cast<double>(run.run)); }},
        {"best", bestLoss},
        {"last", lastLoss},
        {"within", greatestFirst(&RunFigures::spearmanWithin)},
        {"spearman", greatestFirst(&RunFigures::spearman)},
        {"r2", greatestFirst(&RunFigures::r2)},
        {"mae", mae},
        {"verdict",
         [](const RunRecord &run) {
             return run.figures ? std::optional(static_cast<double>(run.figures->verdict)) : std::nullopt;
         }},
        {"epochs", [](const RunRecord &run) { return std::optional(-static_cast<double>(run.epochs)); }},
        {"state", [](const RunRecord &run) { return std::optional(static_cast<double>(run.state)); }},
    };
    return known;
}

}  // namespace

Json toJson(const RunRecord &run)
{
    const bool readable = run.problem.empty();
    return {{"run", run.run},
            {"state", runStateName(run.state)},
            {"created", run.created},
            {"epochs", run.epochs},
            {"model", run.model},
            {"dataset", run.dataset},
            {"backbone", run.backbone},
            {"untrained", isUntrainedBackbone(run.backbone)},
            {"planned_epochs", readable ? Json(run.config.epochs) : Json(nullptr)},
            {"best_epoch", run.bestEpoch},
            {"best_validation_loss", number(bestLoss(run))},
            {"last_validation_loss", number(lastLoss(run))},
            {"mean_predictor_loss", run.epochs > 0 ? number(run.meanPredictorLoss) : Json(nullptr)},
            {"verdict", run.figures ? Json(verdictName(run.figures->verdict)) : Json(nullptr)},
            {"spearman_within", number(figure(run, &RunFigures::spearmanWithin))},
            {"spearman", number(figure(run, &RunFigures::spearman))},
            {"r2", number(figure(run, &RunFigures::r2))},
            {"mae", number(mae(run))},
            {"locked", run.locked},
            {"trashed", run.trashed.empty() ? Json(nullptr) : Json(run.trashed)},
            {"config", readable ? Json::parse(trainConfigToJson(run.config)) : Json(nullptr)},
            {"note", run.note},
            {"error", run.error},
            {"problem", readable ? Json(nullptr) : Json(run.problem)}};
}

std::vector<std::string> runSortKeys()
{
    std::vector<std::string> keys;
    for (const auto &[key, rank] : ranks())
        keys.push_back(key);
    return keys;
}

void sortRuns(std::vector<RunRecord> &runs, const std::string &key)
{
    const auto found =
        std::find_if(ranks().begin(), ranks().end(), [&](const auto &known) { return known.first == key; });
    if (found == ranks().end())
        return;
    // NaN compares to nothing: such a value counts as none.
    const auto rankOf = [&](const RunRecord &run) {
        const auto value = found->second(run);
        return value && !std::isnan(*value) ? *value : HUGE_VAL;
    };
    std::stable_sort(runs.begin(), runs.end(),
                     [&](const RunRecord &a, const RunRecord &b) { return rankOf(a) < rankOf(b); });
}

std::string runsTable(const std::vector<RunRecord> &runs, bool withTrash)
{
    std::vector<std::vector<std::string>> rows{{"run", "state", "created", "epochs", "best loss", "last loss", "within",
                                                "Spearman", "verdict", "preset", "dataset", "", "note"}};
    for (const RunRecord &run : runs) {
        std::string marks = run.locked ? "locked" : "";
        if (withTrash && !run.trashed.empty())
            marks += marks.empty() ? "in the trash" : ", in the trash";
        const bool readable = run.problem.empty();
        rows.push_back(
            {std::to_string(run.run), readable ? runStateName(run.state) : "unreadable", run.created,
             std::to_string(run.epochs) + '/' + (readable ? std::to_string(run.config.epochs) : "–"),
             fixed(bestLoss(run), 5), fixed(lastLoss(run), 5), fixed(figure(run, &RunFigures::spearmanWithin), 3),
             fixed(figure(run, &RunFigures::spearman), 3), run.figures ? verdictWords(run.figures->verdict) : "–",
             readable ? run.config.preset : "–",
             displayPath(std::filesystem::path(run.dataset).parent_path().filename()), marks, sanitizeUtf8(run.note)});
    }
    std::string text = textTable(rows);
    for (const RunRecord &run : runs)
        if (!run.problem.empty())
            text += printable(run.problem) + '\n';
    return text;
}

std::vector<RunDifference> settingDifferences(const std::vector<RunRecord> &runs)
{
    std::vector<RunDifference> all;
    const auto addWords = [&](const char *key, const std::function<std::string(const RunRecord &)> &of) {
        addDifference(all, runs, key, of, of);
    };
    addWords("dataset", [](const RunRecord &run) { return displayPath(run.dataset); });
    addWords("dataset_hash", [](const RunRecord &run) { return run.datasetHash; });
    addWords("backbone", [](const RunRecord &run) { return run.backbone; });
    std::vector<TrainConfig> configs;
    for (const RunRecord &run : runs)
        configs.push_back(run.config);
    for (const std::string &key : differingSettings(configs)) {
        RunDifference row{key, {}, {}};
        for (const TrainConfig &config : configs) {
            for (const Setting &setting : settingsList(config))
                if (setting.key == key)
                    row.texts.push_back(setting.value);
            row.values.push_back(Json::parse(trainConfigToJson(config)).at(key));
        }
        all.push_back(std::move(row));
    }
    return all;
}

std::vector<RunDifference> figureDifferences(const std::vector<RunRecord> &runs)
{
    std::vector<RunDifference> all;
    const auto addNumber = [&](const char *key, int digits, const Rank &of) {
        addDifference(
            all, runs, key, [&](const RunRecord &run) { return number(of(run)); },
            [&](const RunRecord &run) { return fixed(of(run), digits); });
    };
    const auto addWords = [&](const char *key, const std::function<std::string(const RunRecord &)> &of) {
        addDifference(all, runs, key, of, of);
    };
    addWords("state", [](const RunRecord &run) { return std::string(runStateName(run.state)); });
    addNumber("epochs_run", 0, [](const RunRecord &run) { return std::optional<double>(run.epochs); });
    addNumber("best_epoch", 0, [](const RunRecord &run) { return std::optional<double>(run.bestEpoch); });
    addNumber("best_validation_loss", 5, bestLoss);
    addNumber("last_validation_loss", 5, lastLoss);
    addNumber("mean_predictor_loss", 5, [](const RunRecord &run) { return std::optional(run.meanPredictorLoss); });
    addWords("verdict",
             [](const RunRecord &run) { return std::string(run.figures ? verdictName(run.figures->verdict) : "–"); });
    addNumber("spearman_within", 3, [](const RunRecord &run) { return figure(run, &RunFigures::spearmanWithin); });
    addNumber("spearman", 3, [](const RunRecord &run) { return figure(run, &RunFigures::spearman); });
    addNumber("r2", 3, [](const RunRecord &run) { return figure(run, &RunFigures::r2); });
    addNumber("mae", 4, mae);
    return all;
}

}  // namespace dank::cli
