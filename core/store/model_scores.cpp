#include "core/store/model_scores.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/learn/grouped_target.h"
#include "core/learn/split.h"

namespace dank {

namespace {

const json &listAt(const json &object, const char *key, std::size_t most)
{
    const json &list = member(object, key);
    if (!list.is_array())
        refuseKind(key);
    if (list.size() > most)
        refuse(std::string("'") + key + "' in its description is too long");
    return list;
}

std::vector<float> floats(const json &object, const char *key, std::size_t most)
{
    std::vector<float> values;
    for (const json &value : listAt(object, key, most))
        values.push_back(static_cast<float>(number(value, key)));
    return values;
}

/// The part of that name, nullptr where the file has none.
const json *part(const json &document, const char *key)
{
    const auto found = document.find(key);
    if (found == document.end())
        return nullptr;
    if (!found->is_object())
        refuseKind(key);
    return &*found;
}

double numberIn(const json &value, const char *key, double low, double high)
{
    const double read = number(value, key);
    if (!(read >= low && read <= high))
        refuse(std::string("'") + key + "' in its description is out of range");
    return read;
}

/// Words that may hold a stranger's (of a column, of an error): short enough to be read again, cut between letters.
std::string words(std::string text)
{
    std::size_t end = std::min<std::size_t>(text.size(), 4000);
    while (end > 0 && end < text.size() && (text[end] & 0xc0) == 0x80)
        --end;
    text.resize(end);
    return plain(std::move(text));
}

json judgementToJson(const Judgement &judgement)
{
    json object{{"verdict", verdictName(judgement)}, {"headline", words(judgement.headline)},
                {"reason", words(judgement.reason)}, {"subset", words(judgement.subset)},
                {"group", words(judgement.group)},   {"rows", judgement.rows}};
    if (judgement.spearman)
        object["spearman"] = *judgement.spearman;
    if (judgement.r2)
        object["r2"] = *judgement.r2;
    if (judgement.spearmanInterval)
        object["spearman_interval"] = {judgement.spearmanInterval->low, judgement.spearmanInterval->high};
    return object;
}

Judgement judgementFromJson(const json &object)
{
    Judgement judgement;
    const std::string name = plainText(object, "verdict");
    judgement.kind = verdictFromName(name);
    judgement.headline = plainText(object, "headline");
    judgement.reason = plainText(object, "reason");
    if (!judgement.kind && name != verdictName(judgement)) {
        judgement.reason = "A newer version of Dank Learning judged it '" + name
                           + "', which this one does not know: " + verdictText(judgement);
        judgement.headline = notJudged().headline;
    }
    judgement.subset = plainText(object, "subset");
    judgement.group = plainText(object, "group");
    judgement.rows = static_cast<std::size_t>(whole(member(object, "rows"), "rows", 0, INT64_MAX));
    if (object.contains("spearman"))
        judgement.spearman = numberIn(object["spearman"], "spearman", -1, 1);
    if (object.contains("r2"))
        judgement.r2 = numberIn(object["r2"], "r2", std::numeric_limits<double>::lowest(), 1);
    if (const auto interval = object.find("spearman_interval"); interval != object.end()) {
        if (!interval->is_array() || interval->size() != 2)
            refuseKind("spearman_interval");
        const double high = numberIn((*interval)[1], "spearman_interval", -1, 1);
        judgement.spearmanInterval = Interval{numberIn((*interval)[0], "spearman_interval", -1, high), high};
    }
    return judgement;
}

void readPictures(const json &pictures, Model &model)
{
    const json &rows = listAt(pictures, "rows", kMaxTrainPictures);
    const json &hashes = listAt(pictures, "hashes", kMaxTrainPictures);
    const json &upvotes = listAt(pictures, "upvotes", kMaxTrainPictures);
    const json &files = listAt(pictures, "files", kMaxTrainPictures);
    if (hashes.size() != rows.size() || upvotes.size() != rows.size() || files.size() != rows.size())
        refuse("the lists of its training pictures differ in length");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!hashes[i].is_string() || !files[i].is_string())
            refuseKind("train_pictures");
        TrainPicture picture;
        picture.row = static_cast<std::size_t>(whole(rows[i], "rows", 0, INT64_MAX));
        picture.hash = hashes[i].get<std::string>();
        picture.upvotes = whole(upvotes[i], "upvotes", 0, INT64_MAX);
        picture.file = files[i].get<std::string>();
        model.trainPictures.push_back(std::move(picture));
    }
}

void readGroups(const json &list, Model &model)
{
    if (!list.is_array() || list.size() > GroupedTarget::kMaxGroups)
        refuseKind("group_targets");
    for (const json &entry : list) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_array())
            refuseKind("group_targets");
        std::vector<double> parameters;
        for (const json &value : entry[1])
            parameters.push_back(number(value, "group_targets"));
        auto transform = TargetTransform::fromParameters(model.target.kind(), std::move(parameters));
        if (!model.groupTargets.emplace(entry[0].get<std::string>(), std::move(transform)).second)
            refuse("it has two targets for one group");
    }
}

}  // namespace

void addScoreParts(json &document, const Model &model)
{
    if (model.judgement)
        document["judgement"] = judgementToJson(*model.judgement);
    if (!model.splitHash.empty())
        document["split_hash"] = model.splitHash;
    if (model.interval)
        document["interval"] = {{"level", model.interval->level},
                                {"rows", model.interval->rows},
                                {"below", model.interval->below},
                                {"above", model.interval->above}};
    if (model.range)
        document["training_range"] = {
            {"mean", model.range->mean}, {"scale", model.range->scale}, {"distances", model.range->distances}};
    if (!model.trainPictures.empty()) {
        json pictures{
            {"rows", json::array()}, {"hashes", json::array()}, {"upvotes", json::array()}, {"files", json::array()}};
        for (const TrainPicture &picture : model.trainPictures) {
            pictures["rows"].push_back(picture.row);
            pictures["hashes"].push_back(picture.hash);
            pictures["upvotes"].push_back(picture.upvotes);
            pictures["files"].push_back(picture.file);
        }
        document["train_pictures"] = std::move(pictures);
    }
    if (!model.groupTargets.empty()) {
        json groups = json::array();
        for (const auto &[group, transform] : model.groupTargets)
            groups.push_back(json::array({group, transform.parameters()}));
        document["group_targets"] = std::move(groups);
    }
}

void readScoreParts(const json &document, Model &model)
{
    if (model.config.within)
        model.targetGroup = model.config.group;
    if (document.contains("split_hash")) {
        model.splitHash = plainText(document, "split_hash");
        if (splitHash(model.trainIds, model.validationIds, model.testIds) != model.splitHash)
            refuse("its memes are not on the sides that its split's hash names");
    }
    if (const json *const judgement = part(document, "judgement"))
        model.judgement = judgementFromJson(*judgement);
    if (const json *const interval = part(document, "interval")) {
        ConformalInterval &read = model.interval.emplace();
        read.level = number(member(*interval, "level"), "level");
        read.rows = static_cast<std::size_t>(whole(member(*interval, "rows"), "rows", 0, INT64_MAX));
        read.below = number(member(*interval, "below"), "below");
        read.above = number(member(*interval, "above"), "above");
    }
    if (const json *const range = part(document, "training_range")) {
        constexpr std::size_t kMaxColumns = std::size_t{1} << 20;
        TrainingRange &read = model.range.emplace();
        read.mean = floats(*range, "mean", kMaxColumns);
        read.scale = floats(*range, "scale", kMaxColumns);
        read.distances = floats(*range, "distances", TrainingRange::kMaxDistances);
    }
    if (const json *const pictures = part(document, "train_pictures"))
        readPictures(*pictures, model);
    if (const auto groups = document.find("group_targets"); groups != document.end())
        readGroups(*groups, model);
}

}  // namespace dank
