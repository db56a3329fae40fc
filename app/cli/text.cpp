#include "app/cli/text.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "core/base/code_points.h"
#include "core/base/file.h"

namespace dank::cli {

Json number(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json number(const std::optional<double> &value)
{
    return value ? number(*value) : Json(nullptr);
}

Json toJson(const Skipped &skipped)
{
    return {{"id", skipped.id}, {"reason", skipReasonName(skipped.reason)}, {"detail", skipped.detail}};
}

Json toJson(const std::vector<Skipped> &skipped)
{
    Json list = Json::array();
    for (const Skipped &item : skipped)
        list.push_back(toJson(item));
    return list;
}

Json toJson(const Metrics &metrics)
{
    Json object{{"rows", metrics.rows}};
    for (const Figure figure : kFigures)
        object[figureName(figure)] = number(figureOf(metrics, figure));
    object["pairs"] = metrics.pairs;
    object["base_rate_top_25"] = number(metrics.topQuarter.baseRate);
    object["base_rate_top_5"] = number(metrics.topTwentieth.baseRate);
    return object;
}

Json toJson(const Intervals &intervals)
{
    Json object = Json::object();
    for (const auto &[figure, interval] : intervals)
        object[figureName(figure)] = {number(interval.low), number(interval.high)};
    return object;
}

namespace {

void addFigures(Json &object, const ClassMetrics &metrics)
{
    for (const ClassFigure figure : classFiguresOf(metrics.counts.size()))
        object[classFigureName(figure)] = number(metrics.of(figure));
    if (metrics.counts.size() == 2)
        object["base_rate"] = number(metrics.baseRate());
}

/// Beside the figures of order and height, those of the classes; the same names go before.
void addClasses(Json &document, const ClassEvaluation &classes)
{
    addFigures(document["metrics"], classes.model);
    for (const auto &[figure, interval] : classes.intervals)
        document["intervals"][classFigureName(figure)] = {number(interval.low), number(interval.high)};
    for (const ClassBaseline &baseline : classes.baselines) {
        Json &row = document["baselines"][baseline.name];
        addFigures(row, baseline.metrics);
        if (baseline.interval)
            row[std::string(classFigureName(classFiguresOf(baseline.metrics.counts.size()).front())) + "_interval"] = {
                number(baseline.interval->low), number(baseline.interval->high)};
    }
    document["label"] = {{"column", classes.label.column},
                         {"classes", classes.label.classes},
                         {"counts", classes.model.counts},
                         {"threshold", number(classes.threshold)}};
    if (classes.groups.empty())
        return;
    Json &groups = document["group_errors"] = Json::array();
    for (const GroupErrors &group : classes.groups)
        groups.push_back({{"group", group.group},
                          {"positive", group.positive},
                          {"negative", group.negative},
                          {"missed", group.missed},
                          {"flagged", group.flagged}});
}

}  // namespace

void addEvaluation(Json &document, const Evaluation &evaluation)
{
    document["metrics"] = toJson(evaluation.model);
    document["intervals"] = toJson(evaluation.intervals);
    document["p_value"] = number(evaluation.pValue);
    if (evaluation.within) {
        document["group"] = evaluation.groupName;
        document["metrics_within"] = toJson(*evaluation.within);
        document["intervals_within"] = toJson(evaluation.withinIntervals);
    }
    document["baselines"] = {{"mean", toJson(evaluation.meanPredictor)}};
    for (const BaselineResult &baseline : evaluation.baselines) {
        Json &row = document["baselines"][baseline.name];
        row = toJson(baseline.pooled);
        row["title"] = baseline.title;
        if (baseline.spearman)
            row["spearman_interval"] = {number(baseline.spearman->low), number(baseline.spearman->high)};
        if (baseline.within)
            row["within"] = toJson(*baseline.within);
        if (baseline.withinSpearman)
            row["within_spearman_interval"] = {number(baseline.withinSpearman->low),
                                               number(baseline.withinSpearman->high)};
    }
    if (evaluation.classes)
        addClasses(document, *evaluation.classes);
    const auto part = [&](const char *name) {
        const auto found = std::ranges::find(evaluation.baselines, name, &BaselineResult::name);
        return found == evaluation.baselines.end() ? Json(nullptr) : toJson(found->pooled);
    };
    if (const Json picture = part("picture_part"); !picture.is_null())
        document["parts"] = {{"image", picture},
                             {"title", part("title_part")},
                             {"text", part("text_part")},
                             {"both", toJson(evaluation.model)}};
    document["duplicates_in_training"] = evaluation.duplicates;
    document["verdict"] = verdictName(evaluation.verdict.kind);
    document["verdict_text"] = evaluation.verdict.headline + " " + evaluation.verdict.reason;
}

namespace {

/// sd is null for one seed, low and high where no interval could be drawn.
Json toJson(const SeedFigures &figures, const Intervals &intervals)
{
    Json object = Json::object();
    for (const auto &[figure, over] : figures) {
        Json &entry = object[figureName(figure)];
        entry = {{"mean", number(over.mean)}, {"sd", number(over.sd)}, {"runs", over.runs}};
        const auto interval = intervals.find(figure);
        entry["low"] = interval == intervals.end() ? Json(nullptr) : number(interval->second.low);
        entry["high"] = interval == intervals.end() ? Json(nullptr) : number(interval->second.high);
    }
    return object;
}

}  // namespace

Json toJson(const CrossValidation &cross)
{
    const Evaluation &evaluation = cross.evaluation;
    Json document{{"folds", cross.folds}, {"seeds", cross.seeds}, {"rows", evaluation.memes.size()}};
    addEvaluation(document, evaluation);
    document["metrics"] = toJson(cross.metrics, evaluation.intervals);
    document.erase("intervals");
    if (evaluation.classes)  // of the seeds' mean answer
        for (const ClassFigure figure : classFiguresOf(evaluation.classes->label.classes.size())) {
            const auto interval = evaluation.classes->intervals.find(figure);
            const bool any = interval != evaluation.classes->intervals.end();
            document["metrics"][classFigureName(figure)] = {
                {"mean", number(evaluation.classes->model.of(figure))},
                {"low", any ? number(interval->second.low) : Json(nullptr)},
                {"high", any ? number(interval->second.high) : Json(nullptr)}};
        }
    if (evaluation.within) {
        document["metrics_within"] = toJson(cross.within, evaluation.withinIntervals);
        document.erase("intervals_within");
    }
    document["notes"] = cross.notes;
    return document;
}

std::string fixed(const std::optional<double> &value, int digits)
{
    return value ? fixed(*value, digits) : "–";
}

std::string grouped(double value)
{
    std::string digits = fixed(std::round(value), 0);
    const std::size_t first = digits.starts_with('-') ? 1 : 0;
    for (std::size_t at = digits.size(); std::isfinite(value) && at > first + 3; at -= 3)
        digits.insert(at - 3, ",");
    return digits;
}

std::string megabytes(std::uint64_t bytes)
{
    return fixed(static_cast<double>(bytes) / 1e6, bytes < 10'000'000 ? 1 : 0) + " MB";
}

namespace {

void write(std::string_view text)
{
    std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

void print(std::string_view text)
{
    write(printableLines(text));
}

void printExact(std::string_view text)
{
    static const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    terminal ? print(text) : write(text);
}

void printLine(std::string_view text)
{
    print(text);
    print("\n");
}

std::string jsonText(const Json &document, int indent)
{
    const std::string dumped = document.dump(indent, ' ', false, Json::error_handler_t::replace);
    std::string text;
    text.reserve(dumped.size());
    for (std::size_t at = 0; at < dumped.size();) {
        const std::size_t from = at;
        const char32_t point = nextCodePoint(dumped, at);
        if (!isControl(point) || point == '\n') {  // line feeds are the indentation's: those in texts are escaped
            text.append(dumped, from, at - from);
            continue;
        }
        char escape[7];
        std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(point));
        text += escape;
    }
    return text;
}

void printJson(const Json &document)
{
    printExact(jsonText(document, 2) + '\n');
}

void printJson(const Json &document, const std::string &list, std::size_t count,
               const std::function<Json(std::size_t place)> &item)
{
    constexpr std::size_t kPiece = 1 << 16;
    constexpr std::string_view kEnd = "\n}";
    std::string text = jsonText(document, 2);
    text.erase(text.size() - kEnd.size());
    text += ",\n  " + jsonText(list) + ": [";
    for (std::size_t i = 0; i < count; ++i) {
        text += i == 0 ? "\n    " : ",\n    ";
        for (const char c : jsonText(item(i), 2)) {  // what is a line end here is none within a text
            text.push_back(c);
            if (c == '\n')
                text += "    ";
        }
        if (text.size() >= kPiece) {
            printExact(text);
            text.clear();
        }
    }
    printExact(text + (count == 0 ? "]\n}\n" : "\n  ]\n}\n"));
}

}  // namespace dank::cli
