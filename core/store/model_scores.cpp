#include "core/store/model_scores.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/learn/grouped_target.h"
#include "core/learn/split.h"

namespace dank {

namespace {

constexpr std::size_t kMaxText = std::size_t{16} << 10;  // bytes

std::vector<float> floats(const JsonValue &list, std::size_t most)
{
    std::vector<float> values;
    for (const JsonValue &value : list.list(most))
        values.push_back(static_cast<float>(value.finite()));
    return values;
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

Judgement judgementFromJson(const JsonValue &object)
{
    Judgement judgement;
    const std::string name = object.at("verdict").plainText(kMaxText);
    judgement.kind = verdictFromName(name);
    judgement.headline = object.at("headline").plainText(kMaxText);
    judgement.reason = object.at("reason").plainText(kMaxText);
    if (!judgement.kind && name != verdictName(judgement)) {
        judgement.reason = "A newer version of Dank Learning judged it '" + name
                           + "', which this one does not know: " + verdictText(judgement);
        judgement.headline = notJudged().headline;
    }
    judgement.subset = object.at("subset").plainText(kMaxText);
    judgement.group = object.at("group").plainText(kMaxText);
    judgement.rows = object.at("rows").whole<std::size_t>();
    if (const auto spearman = object.find("spearman"))
        judgement.spearman = spearman->finite(-1, 1);
    if (const auto r2 = object.find("r2"))
        judgement.r2 = r2->finite(std::numeric_limits<double>::lowest(), 1);
    if (const auto interval = object.find("spearman_interval")) {
        const auto ends = interval->tuple(2);
        const double high = ends[1].finite(-1, 1);
        judgement.spearmanInterval = Interval{ends[0].finite(-1, high), high};
    }
    return judgement;
}

void readPictures(const JsonValue &pictures, Model &model)
{
    const auto rows = pictures.at("rows").list(kMaxTrainPictures);
    const auto hashes = pictures.at("hashes").list(kMaxTrainPictures);
    const auto upvotes = pictures.at("upvotes").list(kMaxTrainPictures);
    const auto files = pictures.at("files").list(kMaxTrainPictures);
    if (hashes.size() != rows.size() || upvotes.size() != rows.size() || files.size() != rows.size())
        pictures.refuse("the lists of its training pictures differ in length");
    for (std::size_t i = 0; i < rows.size(); ++i)
        model.trainPictures.push_back(
            {rows[i].whole<std::size_t>(), hashes[i].text(), upvotes[i].whole<std::int64_t>(), files[i].text()});
}

void readGroups(const JsonValue &list, Model &model)
{
    for (const JsonValue &entry : list.list(GroupedTarget::kMaxGroups)) {
        const auto parts = entry.tuple(2);
        auto transform = TargetTransform::fromParameters(model.target.kind(), parts[1].finites());
        if (!model.groupTargets.emplace(parts[0].text(), std::move(transform)).second)
            list.refuse("it has two targets for one group");
    }
}

}  // namespace

std::string plain(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return text;
}

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

void readScoreParts(const JsonValue &document, Model &model)
{
    if (model.config.within)
        model.targetGroup = model.config.group;
    if (const auto hash = document.find("split_hash")) {
        model.splitHash = hash->plainText();
        if (splitHash(model.trainIds, model.validationIds, model.testIds) != model.splitHash)
            document.refuse("its memes are not on the sides that its split's hash names");
    }
    if (const auto judgement = document.find("judgement"))
        model.judgement = judgementFromJson(*judgement);
    if (const auto interval = document.find("interval"))
        model.interval = ConformalInterval{interval->at("level").finite(), interval->at("rows").whole<std::size_t>(),
                                           interval->at("below").finite(), interval->at("above").finite()};
    if (const auto range = document.find("training_range")) {
        constexpr std::size_t kMaxColumns = std::size_t{1} << 20;
        model.range = TrainingRange{floats(range->at("mean"), kMaxColumns), floats(range->at("scale"), kMaxColumns),
                                    floats(range->at("distances"), TrainingRange::kMaxDistances)};
    }
    if (const auto pictures = document.find("train_pictures"))
        readPictures(*pictures, model);
    if (const auto groups = document.find("group_targets"))
        readGroups(*groups, model);
}

}  // namespace dank
