#include "core/evaluate/cross_validation_json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/evaluate/evaluation_json.h"
#include "core/learn/split.h"
#include "core/learn/train_config.h"

namespace dank {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 9;  // an evaluation's, one further in
constexpr std::size_t kMaxNotes = 99, kMaxNote = 10'000;

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, "This cross-validation cannot be used: " + why + '.');
}

Json toJson(const SeedFigures &figures)
{
    Json object = Json::object();
    for (const auto &[figure, over] : figures)
        object[figureName(figure)] = {
            {"mean", over.mean}, {"sd", over.sd ? Json(*over.sd) : Json(nullptr)}, {"runs", over.runs}};
    return object;
}

const Json &at(const Json &object, const char *key)
{
    const auto found = object.find(key);
    if (!object.is_object() || found == object.end())
        refuse(std::string("'") + key + "' is missing");
    return *found;
}

const Json &list(const Json &object, const char *key, std::size_t most)
{
    const Json &value = at(object, key);
    if (!value.is_array() || value.size() > most)
        refuse(std::string("'") + key + "' is not a list of at most " + std::to_string(most));
    return value;
}

double finite(const Json &value, const char *key)
{
    if (!value.is_number() || !std::isfinite(value.get<double>()))
        refuse(std::string("'") + key + "' is no finite number");
    return value.get<double>();
}

std::uint64_t whole(const Json &value, const char *key, std::uint64_t most)
{
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most)
        refuse(std::string("'") + key + "' is not a whole number of 0 to " + std::to_string(most));
    return value.get<std::uint64_t>();
}

SeedFigures figures(const Json &object, const char *key, std::size_t seeds)
{
    const Json &all = at(object, key);
    if (!all.is_object())
        refuse(std::string("'") + key + "' is no object");
    SeedFigures read;
    for (const Figure figure : kFigures) {
        const auto found = all.find(figureName(figure));
        if (found == all.end())
            continue;
        MeanAndSd over;
        over.mean = finite(at(*found, "mean"), "mean");
        over.runs = static_cast<std::size_t>(whole(at(*found, "runs"), "runs", seeds));
        if (const Json &sd = at(*found, "sd"); !sd.is_null())
            over.sd = finite(sd, "sd");
        if (over.runs == 0 || over.sd.value_or(0) < 0 || over.sd.has_value() != (over.runs > 1))
            refuse("a figure's spread does not fit its seeds");
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

CrossValidation crossValidationFromJson(std::string_view given)
{
    const auto shallow = [](int depth, Json::parse_event_t, Json &) {
        if (depth > kMaxDepth)
            refuse("it is nested too deeply");
        return true;
    };
    try {
        const Json json = Json::parse(given, shallow);
        CrossValidation read;
        read.folds = static_cast<int>(whole(at(json, "folds"), "folds", kMaxFolds));
        if (read.folds == 1)
            refuse("one fold holds nothing out");
        for (const Json &seed : list(json, "seeds", kMaxSeeds))
            read.seeds.push_back(whole(seed, "seeds", std::numeric_limits<std::uint64_t>::max()));
        if (read.seeds.empty())
            refuse("it has no seed");
        read.metrics = figures(json, "metrics", read.seeds.size());
        read.within = figures(json, "within", read.seeds.size());
        for (const Json &note : list(json, "notes", kMaxNotes)) {
            if (!note.is_string() || note.get_ref<const std::string &>().size() > kMaxNote)
                refuse("a note is no text of at most " + std::to_string(kMaxNote) + " bytes");
            read.notes.push_back(note.get<std::string>());
        }
        read.evaluation = evaluationFromJson(at(json, "evaluation").dump());
        return read;
    } catch (const nlohmann::json::exception &error) {
        refuse(std::string("it is not valid JSON (") + error.what() + ")");
    }
}

}  // namespace dank
