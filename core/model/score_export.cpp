#include "core/model/score_export.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/csv.h"
#include "core/base/file.h"

namespace dank {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string flag(bool value)
{
    return value ? "true" : "false";
}

std::array<double, 6> endsOf(const ScoreInterval &interval)
{
    return {interval.danknessLow,    interval.danknessHigh, interval.percentileLow,
            interval.percentileHigh, interval.upvotesLow,   interval.upvotesHigh};
}

}  // namespace

std::string scoreCsvHeader()
{
    return "path,dankness,percentile,expected_upvotes,model,epoch,untrained,skipped,dankness_low,dankness_high,"
           "percentile_low,percentile_high,expected_upvotes_low,expected_upvotes_high,outside_training_range,"
           "training_distance,learned_from,neighbours,verdict,verdict_text";
}

std::string scoreCsvRow(const Score &score, const std::optional<ScoreSource> &source)
{
    const bool scored = score.skipped.empty(), known = source.has_value();
    const ScoreSource from = source.value_or(ScoreSource{});
    std::string row = csvCell(score.path);
    const auto add = [&](bool there, const std::string &cell) { row += ',' + (there ? cell : std::string()); };
    for (const double value : {score.dankness, score.percentile, score.expectedUpvotes})
        add(scored, csvCell(value));
    for (const std::string &cell : {csvCell(from.model), std::to_string(from.epoch), flag(from.untrained)})
        add(known, cell);
    add(!scored, csvCell(score.skipped));
    for (const double end : endsOf(score.interval.value_or(ScoreInterval{})))
        add(scored && score.interval, csvCell(end));
    add(scored && score.rangeRatio, flag(score.outsideRange));
    add(scored, csvCell(score.rangeRatio));
    add(scored, flag(score.learnedFrom));
    std::string neighbours;
    for (const SimilarMeme &meme : score.neighbours)
        neighbours += (neighbours.empty() ? "" : " ") + meme.id + ':' + std::to_string(meme.upvotes);
    add(scored, csvCell(neighbours));
    add(known, csvCell(verdictName(from.judgement)));
    add(known, csvCell(verdictText(from.judgement)));
    return row;
}

std::string scoreJson(const Score &score, const std::optional<ScoreSource> &source)
{
    Json json{{"path", score.path}};
    if (score.skipped.empty()) {
        Json interval;
        if (score.interval) {
            const auto ends = endsOf(*score.interval);
            interval = {{"level", score.interval->level},
                        {"dankness", {number(ends[0]), number(ends[1])}},
                        {"percentile", {number(ends[2]), number(ends[3])}},
                        {"expected_upvotes", {number(ends[4]), number(ends[5])}}};
        }
        Json neighbours = Json::array();
        for (const SimilarMeme &meme : score.neighbours)
            neighbours.push_back({{"id", meme.id},
                                  {"upvotes", meme.upvotes},
                                  {"similarity", number(meme.similarity)},
                                  {"words_similarity", meme.wordsSimilarity ? number(*meme.wordsSimilarity) : Json()},
                                  {"same_picture", meme.samePicture},
                                  {"path", meme.path.empty() ? Json() : Json(displayPath(meme.path))}});
        json.update({{"dankness", number(score.dankness)},
                     {"percentile", number(score.percentile)},
                     {"expected_upvotes", number(score.expectedUpvotes)}});
        if (source)
            json.update({{"model", source->model}, {"epoch", source->epoch}, {"untrained", source->untrained}});
        if (source && source->reference)
            json.update({{"reference", *source->reference},
                         {"measured_within", source->measuredWithin.empty() ? Json() : Json(source->measuredWithin)}});
        if (score.imageAlone && score.wordsAlone)
            json["parts"] = {{"image", number(*score.imageAlone)}, {"words", number(*score.wordsAlone)}};
        if (!score.text.empty())
            json["text"] = score.text;
        json.update({{"interval", std::move(interval)},
                     {"outside_training_range", score.rangeRatio ? Json(score.outsideRange) : Json()},
                     {"training_distance", score.rangeRatio ? number(*score.rangeRatio) : Json()},
                     {"learned_from", score.learnedFrom},
                     {"neighbours", std::move(neighbours)},
                     {"neighbours_among", score.comparedWith}});
    } else {
        json["skipped"] = score.skipped;
    }
    if (source) {
        json["verdict"] = verdictName(source->judgement);
        json["verdict_text"] = verdictText(source->judgement);
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dank
