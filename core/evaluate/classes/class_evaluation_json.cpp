#include "core/evaluate/classes/class_evaluation_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/evaluate/interval_json.h"

namespace dank {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxLabel = 4'000, kMaxGroups = 10'000;

Json toJson(const ClassMetrics &metrics)
{
    Json figures = Json::object();
    for (const ClassFigure figure : classFiguresOf(metrics.counts.size()))
        if (const auto &value = metrics.of(figure); value && std::isfinite(*value))
            figures[classFigureName(figure)] = *value;
    return {{"counts", metrics.counts}, {"figures", std::move(figures)}};
}

ClassMetrics metrics(const JsonValue &object, std::size_t classes)
{
    ClassMetrics read;
    for (const JsonValue &count : object.at("counts").tuple(classes))
        read.counts.push_back(count.whole<std::size_t>());
    const JsonValue figures = object.at("figures");
    for (const ClassFigure figure : classFiguresOf(classes))
        if (const auto value = figures.find(classFigureName(figure)))
            read.figures[static_cast<std::size_t>(figure)] = value->finite();
    return read;
}

Label label(const JsonValue &text)
{
    try {
        Label read = Label::parse(text.text(kMaxLabel));
        if (read.classes.size() >= 2)
            return read;
    } catch (const Error &) {
        // Told below, as everything that is wrong with the document.
    }
    text.refuse("its label has no classes");
}

}  // namespace

std::string classEvaluationToJson(const ClassEvaluation &evaluation)
{
    Json intervals = Json::object(), baselines = Json::array(), groups = Json::array();
    for (const auto &[figure, found] : evaluation.intervals)
        intervals[classFigureName(figure)] = intervalToJson(found);
    for (const ClassBaseline &baseline : evaluation.baselines) {
        Json one{{"name", baseline.name}, {"title", baseline.title}, {"metrics", toJson(baseline.metrics)}};
        if (baseline.interval)
            one["interval"] = intervalToJson(*baseline.interval);
        baselines.push_back(std::move(one));
    }
    for (const GroupErrors &group : evaluation.groups)
        groups.push_back(Json::array({group.group, group.positive, group.negative, group.missed, group.flagged}));
    const Json json{{"label", evaluation.label.text()},  {"threshold", evaluation.threshold},
                    {"model", toJson(evaluation.model)}, {"intervals", std::move(intervals)},
                    {"baselines", std::move(baselines)}, {"groups", std::move(groups)}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ClassEvaluation classEvaluationFrom(const JsonValue &object)
{
    ClassEvaluation read;
    read.label = label(object.at("label"));
    const std::size_t classes = read.label.classes.size();
    read.threshold = object.at("threshold").finite();
    read.model = metrics(object.at("model"), classes);
    const JsonValue intervals = object.at("intervals");
    for (const ClassFigure figure : classFiguresOf(classes))
        if (const auto found = intervals.find(classFigureName(figure)))
            read.intervals.emplace(figure, intervalFrom(*found));
    for (const JsonValue &item : object.at("baselines").list()) {
        ClassBaseline baseline{
            item.at("name").text(), item.at("title").text(), metrics(item.at("metrics"), classes), {}};
        if (const auto found = item.find("interval"))
            baseline.interval = intervalFrom(*found);
        read.baselines.push_back(std::move(baseline));
    }
    for (const JsonValue &item : object.at("groups").list(kMaxGroups)) {
        const auto cells = item.tuple(5);
        GroupErrors group{cells[0].text(), cells[1].whole<std::size_t>(), cells[2].whole<std::size_t>(),
                          cells[3].whole<std::size_t>(), cells[4].whole<std::size_t>()};
        if (group.missed > group.positive || group.flagged > group.negative)
            item.refuse("a group has more errors than memes");
        read.groups.push_back(std::move(group));
    }
    return read;
}

}  // namespace dank
