#include "core/evaluate/cross_validation_json.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json_reader.h"
#include "core/evaluate/evaluation_json.h"
#include "core/learn/split.h"
#include "core/learn/train_config.h"

namespace dank {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 9;  // an evaluation's, one further in
constexpr std::size_t kMaxNotes = 99, kMaxNote = 10'000;

Json toJson(const SeedFigures &figures)
{
    Json object = Json::object();
    for (const auto &[figure, over] : figures)
        object[figureName(figure)] = {
            {"mean", over.mean}, {"sd", over.sd ? Json(*over.sd) : Json(nullptr)}, {"runs", over.runs}};
    return object;
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
    const JsonDocument document(text, kMaxDepth, [](const std::string &why) {
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
