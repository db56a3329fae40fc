#include "core/evaluate/evaluation_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace dank {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 8;
constexpr SkipReason kReasons[] = {
    SkipReason::RowMalformed,   SkipReason::UpvotesMissing, SkipReason::UpvotesInvalid,  SkipReason::DuplicateId,
    SkipReason::ImageMissing,   SkipReason::ImageOutside,   SkipReason::ImageUnreadable, SkipReason::NotAnImage,
    SkipReason::ImageTruncated, SkipReason::ImageTooLarge,  SkipReason::ImageCorrupt,    SkipReason::Excluded,
};

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, "This evaluation cannot be used: " + why + '.');
}

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

Json toJson(const Interval &interval)
{
    return Json::array({interval.low, interval.high});
}

Json toJson(const Intervals &intervals)
{
    Json object = Json::object();
    for (const auto &[figure, interval] : intervals)
        object[figureName(figure)] = toJson(interval);
    return object;
}

Json toJson(const BaselineResult &baseline)
{
    Json object{{"name", baseline.name}, {"title", baseline.title}, {"pooled", toJson(baseline.pooled)}};
    if (baseline.within)
        object["within"] = toJson(*baseline.within);
    if (baseline.spearman)
        object["spearman"] = toJson(*baseline.spearman);
    if (baseline.withinSpearman)
        object["within_spearman"] = toJson(*baseline.withinSpearman);
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

// ---- from JSON ----

const Json &at(const Json &object, const char *key)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || found == object.end())
        refuse(std::string("'") + key + "' is missing");
    return *found;
}

const Json *find(const Json &object, const char *key)
{
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

double finite(const Json &value, const char *key)
{
    if (!value.is_number() || !std::isfinite(value.get<double>()))
        refuse(std::string("'") + key + "' is no finite number");
    return value.get<double>();
}

double number(const Json &object, const char *key)
{
    return finite(at(object, key), key);
}

std::optional<double> defined(const Json &object, const char *key)
{
    const Json *value = find(object, key);
    return value ? std::optional(finite(*value, key)) : std::nullopt;
}

template <typename Whole = std::size_t>
Whole count(const Json &object, const char *key)
{
    const Json &value = at(object, key);
    if (!value.is_number_unsigned())
        refuse(std::string("'") + key + "' is not a whole number of at least 0");
    return static_cast<Whole>(value.get<std::uint64_t>());
}

std::string text(const Json &object, const char *key)
{
    const Json &value = at(object, key);
    if (!value.is_string())
        refuse(std::string("'") + key + "' is not text");
    return value.get<std::string>();
}

bool flag(const Json &object, const char *key)
{
    const Json &value = at(object, key);
    if (!value.is_boolean())
        refuse(std::string("'") + key + "' is neither true nor false");
    return value.get<bool>();
}

const Json &list(const Json &object, const char *key)
{
    const Json &value = at(object, key);
    if (!value.is_array())
        refuse(std::string("'") + key + "' is not a list");
    return value;
}

TopShare topShare(const Json &object)
{
    return {number(object, "base_rate"), defined(object, "roc_auc"), defined(object, "pr_auc")};
}

Metrics metrics(const Json &object)
{
    Metrics read;
    read.rows = count(object, "rows");
    read.groups = count(object, "groups");
    read.mae = number(object, "mae");
    read.rmse = number(object, "rmse");
    read.r2 = defined(object, "r2");
    read.spearman = defined(object, "spearman");
    read.kendall = defined(object, "kendall");
    read.pairwise = defined(object, "pairwise");
    read.pairs = count<std::uint64_t>(object, "pairs");
    read.topQuarter = topShare(at(object, "top_25"));
    read.topTwentieth = topShare(at(object, "top_5"));
    return read;
}

Interval interval(const Json &value)
{
    if (!value.is_array() || value.size() != 2)
        refuse("an interval has not two ends");
    const Interval read{finite(value[0], "low"), finite(value[1], "high")};
    if (read.low > read.high)
        refuse("an interval ends before it begins");
    return read;
}

Intervals intervals(const Json &object)
{
    if (!object.is_object())
        refuse("its intervals are no object");
    Intervals read;
    for (const Figure figure : kFigures)
        if (const Json *value = find(object, figureName(figure)))
            read[figure] = interval(*value);
    return read;
}

BaselineResult baseline(const Json &object)
{
    BaselineResult read;
    read.name = text(object, "name");
    read.title = text(object, "title");
    read.pooled = metrics(at(object, "pooled"));
    if (const Json *within = find(object, "within"))
        read.within = metrics(*within);
    if (const Json *spearman = find(object, "spearman"))
        read.spearman = interval(*spearman);
    if (const Json *spearman = find(object, "within_spearman"))
        read.withinSpearman = interval(*spearman);
    return read;
}

JudgedMeme meme(const Json &object)
{
    JudgedMeme read;
    read.id = text(object, "id");
    read.predicted = number(object, "predicted");
    read.actual = number(object, "actual");
    read.upvotes = count<std::int64_t>(object, "upvotes");
    if (read.upvotes < 0)
        refuse("'upvotes' is too great");
    if (find(object, "group"))
        read.group = text(object, "group");
    if (find(object, "cluster"))
        read.cluster = count(object, "cluster");
    read.samePicture = find(object, "same_picture") && flag(object, "same_picture");
    if (find(object, "nearest")) {
        read.nearest = text(object, "nearest");
        read.nearestSimilarity = number(object, "similarity");
    }
    return read;
}

Verdict verdict(const Json &object)
{
    const std::string name = text(object, "kind");
    const auto kind = verdictFromName(name);
    if (!kind)
        refuse("its verdict is unknown");
    return {*kind, text(object, "headline"), text(object, "reason")};
}

Skipped skipped(const Json &object)
{
    const std::string name = text(object, "reason");
    for (const SkipReason reason : kReasons)
        if (name == skipReasonName(reason))
            return {text(object, "id"), reason, text(object, "detail")};
    refuse("a reason for skipping a meme is unknown");
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
    json["baselines"] = std::move(baselines);
    json["clusters"] = evaluation.clusters;
    json["duplicates"] = evaluation.duplicates;
    json["duplicate_share"] = evaluation.duplicateShare;
    json["memes"] = std::move(memes);
    json["skipped"] = std::move(left);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Evaluation evaluationFromJson(std::string_view given)
{
    // Parsed by events that go no deeper than an evaluation does: a hostile nesting is refused, not followed.
    const auto shallow = [](int depth, Json::parse_event_t, Json &) {
        if (depth > kMaxDepth)
            refuse("it is nested too deeply");
        return true;
    };
    try {
        const Json json = Json::parse(given, shallow);
        Evaluation read;
        read.subset = text(json, "subset");
        read.verdict = verdict(at(json, "verdict"));
        read.model = metrics(at(json, "model"));
        read.meanPredictor = metrics(at(json, "mean_predictor"));
        read.intervals = intervals(at(json, "intervals"));
        read.groupName = text(json, "group_name");
        if (const Json *within = find(json, "within")) {
            read.within = metrics(*within);
            read.withinIntervals = intervals(at(json, "within_intervals"));
        }
        read.judgedWithin = flag(json, "judged_within");
        for (const Json &item : list(json, "baselines"))
            read.baselines.push_back(baseline(item));
        read.clusters = count(json, "clusters");
        read.duplicates = count(json, "duplicates");
        read.duplicateShare = number(json, "duplicate_share");
        for (const Json &item : list(json, "memes"))
            read.memes.push_back(meme(item));
        for (const Json &item : list(json, "skipped"))
            read.skipped.push_back(skipped(item));
        return read;
    } catch (const nlohmann::json::exception &error) {
        refuse(std::string("it is not valid JSON (") + error.what() + ")");
    }
}

}  // namespace dank
