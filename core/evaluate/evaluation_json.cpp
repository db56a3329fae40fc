#include "core/evaluate/evaluation_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json_reader.h"
#include "core/evaluate/classes/class_evaluation_json.h"
#include "core/evaluate/interval_json.h"
#include "core/learn/split.h"
#include "core/learn/train_config.h"

namespace dank {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 8;  // of an evaluation
constexpr std::size_t kMaxNotes = 99, kMaxNote = 10'000;

// ---- to JSON ----

Json toJson(const std::optional<double> &value)
{
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json toJson(const TopShare &top)
{
    return {{"base_rate", top.baseRate}, {"roc_auc", toJson(top.rocAuc)}, {"pr_auc", toJson(top.prAuc)}};
}

Json toJson(const Metrics &metrics)
{
    return {{"rows", metrics.rows},
            {"groups", metrics.groups},
            {"mae", metrics.mae},
            {"rmse", metrics.rmse},
            {"r2", toJson(metrics.r2)},
            {"spearman", toJson(metrics.spearman)},
            {"kendall", toJson(metrics.kendall)},
            {"pairwise", toJson(metrics.pairwise)},
            {"pairs", metrics.pairs},
            {"top_25", toJson(metrics.topQuarter)},
            {"top_5", toJson(metrics.topTwentieth)}};
}

Json toJson(const Intervals &intervals)
{
    Json object = Json::object();
    for (const auto &[figure, interval] : intervals)
        object[figureName(figure)] = intervalToJson(interval);
    return object;
}

Json toJson(const BaselineResult &baseline)
{
    Json object{{"name", baseline.name}, {"title", baseline.title}, {"pooled", toJson(baseline.pooled)}};
    if (baseline.within)
        object["within"] = toJson(*baseline.within);
    if (baseline.spearman)
        object["spearman"] = intervalToJson(*baseline.spearman);
    if (baseline.withinSpearman)
        object["within_spearman"] = intervalToJson(*baseline.withinSpearman);
    return object;
}

/// What a meme does not have is left out: there are many of them.
Json toJson(const JudgedMeme &meme)
{
    Json object{{"id", meme.id}, {"predicted", meme.predicted}, {"actual", meme.actual}, {"upvotes", meme.upvotes}};
    if (!meme.group.empty())
        object["group"] = meme.group;
    if (meme.cluster != kNoCluster)
        object["cluster"] = meme.cluster;
    if (meme.samePicture)
        object["same_picture"] = true;
    if (!meme.nearest.empty()) {
        object["nearest"] = meme.nearest;
        object["similarity"] = meme.nearestSimilarity;
    }
    return object;
}

Json toJson(const SeedFigures &figures)
{
    Json object = Json::object();
    for (const auto &[figure, over] : figures)
        object[figureName(figure)] = {
            {"mean", over.mean}, {"sd", over.sd ? Json(*over.sd) : Json(nullptr)}, {"runs", over.runs}};
    return object;
}

// ---- from JSON ----

std::optional<double> definedNumber(const JsonValue &object, const char *key)
{
    const auto value = object.defined(key);
    return value ? std::optional(value->finite()) : std::nullopt;
}

TopShare topShare(const JsonValue &object)
{
    return {object.at("base_rate").finite(), definedNumber(object, "roc_auc"), definedNumber(object, "pr_auc")};
}

Metrics metrics(const JsonValue &object)
{
    Metrics read;
    read.rows = object.at("rows").whole<std::size_t>();
    read.groups = object.at("groups").whole<std::size_t>();
    read.mae = object.at("mae").finite();
    read.rmse = object.at("rmse").finite();
    read.r2 = definedNumber(object, "r2");
    read.spearman = definedNumber(object, "spearman");
    read.kendall = definedNumber(object, "kendall");
    read.pairwise = definedNumber(object, "pairwise");
    read.pairs = object.at("pairs").whole<std::uint64_t>();
    read.topQuarter = topShare(object.at("top_25"));
    read.topTwentieth = topShare(object.at("top_5"));
    return read;
}

Intervals intervals(const JsonValue &object)
{
    Intervals read;
    for (const Figure figure : kFigures)
        if (const auto value = object.defined(figureName(figure)))
            read[figure] = intervalFrom(*value);
    return read;
}

BaselineResult baseline(const JsonValue &object)
{
    BaselineResult read;
    read.name = object.at("name").text();
    read.title = object.at("title").text();
    read.pooled = metrics(object.at("pooled"));
    if (const auto within = object.defined("within"))
        read.within = metrics(*within);
    if (const auto spearman = object.defined("spearman"))
        read.spearman = intervalFrom(*spearman);
    if (const auto spearman = object.defined("within_spearman"))
        read.withinSpearman = intervalFrom(*spearman);
    return read;
}

JudgedMeme meme(const JsonValue &object)
{
    JudgedMeme read;
    read.id = object.at("id").text();
    read.predicted = object.at("predicted").finite();
    read.actual = object.at("actual").finite();
    read.upvotes = object.at("upvotes").whole<std::int64_t>();
    if (const auto group = object.defined("group"))
        read.group = group->text();
    if (const auto cluster = object.defined("cluster"))
        read.cluster = cluster->whole<std::size_t>();
    if (const auto same = object.defined("same_picture"))
        read.samePicture = same->flag();
    if (const auto nearest = object.defined("nearest")) {
        read.nearest = nearest->text();
        read.nearestSimilarity = object.at("similarity").finite();
    }
    return read;
}

Verdict verdict(const JsonValue &object)
{
    const auto kind = verdictFromName(object.at("kind").text());
    if (!kind)
        object.refuse("its verdict is unknown");
    return {*kind, object.at("headline").text(), object.at("reason").text()};
}

Skipped skipped(const JsonValue &object)
{
    const auto reason = skipReasonFromName(object.at("reason").text());
    if (!reason)
        object.refuse("a reason for skipping a meme is unknown");
    return {object.at("id").text(), *reason, object.at("detail").text()};
}

SeedFigures figures(const JsonValue &object, std::size_t seeds)
{
    SeedFigures read;
    for (const Figure figure : kFigures) {
        const auto found = object.find(figureName(figure));
        if (!found)
            continue;
        MeanAndSd over;
        over.mean = found->at("mean").finite();
        over.runs = found->at("runs").whole<std::size_t>(0, seeds);
        if (const JsonValue sd = found->at("sd"); !sd.isNull())
            over.sd = sd.finite();
        if (over.runs == 0 || over.sd.value_or(0) < 0 || over.sd.has_value() != (over.runs > 1))
            object.refuse("a figure's spread does not fit its seeds");
        read.emplace(figure, over);
    }
    return read;
}

}  // namespace

std::string evaluationToJson(const Evaluation &evaluation)
{
    Json memes = Json::array(), baselines = Json::array(), left = Json::array();
    for (const JudgedMeme &judged : evaluation.memes)
        memes.push_back(toJson(judged));
    for (const BaselineResult &result : evaluation.baselines)
        baselines.push_back(toJson(result));
    for (const Skipped &item : evaluation.skipped)
        left.push_back({{"id", item.id}, {"reason", skipReasonName(item.reason)}, {"detail", item.detail}});
    Json json{{"subset", evaluation.subset},
              {"verdict",
               {{"kind", verdictName(evaluation.verdict.kind)},
                {"headline", evaluation.verdict.headline},
                {"reason", evaluation.verdict.reason}}},
              {"model", toJson(evaluation.model)},
              {"mean_predictor", toJson(evaluation.meanPredictor)},
              {"intervals", toJson(evaluation.intervals)},
              {"group_name", evaluation.groupName}};
    if (evaluation.within) {
        json["within"] = toJson(*evaluation.within);
        json["within_intervals"] = toJson(evaluation.withinIntervals);
    }
    json["judged_within"] = evaluation.judgedWithin;
    if (evaluation.pValue)
        json["p_value"] = *evaluation.pValue;
    if (evaluation.classes)
        json["classes"] = Json::parse(classEvaluationToJson(*evaluation.classes));
    json["baselines"] = std::move(baselines);
    json["clusters"] = evaluation.clusters;
    json["duplicates"] = evaluation.duplicates;
    json["duplicate_share"] = evaluation.duplicateShare;
    json["memes"] = std::move(memes);
    json["skipped"] = std::move(left);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Evaluation evaluationFrom(const JsonValue &object)
{
    Evaluation read;
    read.subset = object.at("subset").text();
    read.verdict = verdict(object.at("verdict"));
    read.model = metrics(object.at("model"));
    read.meanPredictor = metrics(object.at("mean_predictor"));
    read.intervals = intervals(object.at("intervals"));
    read.groupName = object.at("group_name").text();
    if (const auto within = object.defined("within")) {
        read.within = metrics(*within);
        read.withinIntervals = intervals(object.at("within_intervals"));
    }
    read.judgedWithin = object.at("judged_within").flag();
    if (const auto pValue = object.defined("p_value"))
        read.pValue = pValue->finite(0, 1);
    for (const JsonValue &item : object.at("baselines").list())
        read.baselines.push_back(baseline(item));
    if (const auto classes = object.defined("classes"))
        read.classes = classEvaluationFrom(*classes);
    read.clusters = object.at("clusters").whole<std::size_t>();
    read.duplicates = object.at("duplicates").whole<std::size_t>();
    read.duplicateShare = object.at("duplicate_share").finite();
    for (const JsonValue &item : object.at("memes").list())
        read.memes.push_back(meme(item));
    for (const JsonValue &item : object.at("skipped").list())
        read.skipped.push_back(skipped(item));
    return read;
}

Evaluation evaluationFromJson(std::string_view text)
{
    const JsonDocument document(text, kMaxDepth, [](const std::string &why) {
        throw Error(ErrorKind::Format, "This evaluation cannot be used: " + why + '.');
    });
    return evaluationFrom(document.root());
}

std::string crossValidationToJson(const CrossValidation &cross)
{
    const Json json{{"folds", cross.folds},
                    {"seeds", cross.seeds},
                    {"metrics", toJson(cross.metrics)},
                    {"within", toJson(cross.within)},
                    {"notes", cross.notes}};
    std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    text.back() = ',';  // the evaluation is the last of it
    return text + "\"evaluation\":" + evaluationToJson(cross.evaluation) + '}';
}

CrossValidation crossValidationFromJson(std::string_view text)
{
    const JsonDocument document(text, kMaxDepth + 1, [](const std::string &why) {
        throw Error(ErrorKind::Format, "This cross-validation cannot be used: " + why + '.');
    });
    const JsonValue root = document.root();
    CrossValidation read;
    read.folds = root.at("folds").whole<int>(0, kMaxFolds);
    if (read.folds == 1)
        root.refuse("one fold holds nothing out");
    for (const JsonValue &seed : root.at("seeds").list(kMaxSeeds))
        read.seeds.push_back(seed.whole<std::uint64_t>());
    if (read.seeds.empty())
        root.refuse("it has no seed");
    read.metrics = figures(root.at("metrics"), read.seeds.size());
    read.within = figures(root.at("within"), read.seeds.size());
    read.notes = root.at("notes").texts(kMaxNotes, kMaxNote);
    read.evaluation = evaluationFrom(root.at("evaluation"));
    return read;
}

}  // namespace dank
