#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/dataset/meme.h"
#include "core/evaluate/cross_validation.h"
#include "core/evaluate/evaluation.h"
#include "core/learn/train_config.h"

namespace dank::cli {

/// Keys stay in the order they were written in.
using Json = nlohmann::ordered_json;

/// JSON numbers are finite: anything else is null.
Json number(double value);
Json number(const std::optional<double> &value);
Json toJson(const Skipped &skipped);
Json toJson(const std::vector<Skipped> &skipped);
Json toJson(const Metrics &metrics);
Json toJson(const Intervals &intervals);  ///< {figure: [low, high]}
/// `metrics`, `baselines`, `verdict` and `verdict_text` of an evaluation, put into `document`.
void addEvaluation(Json &document, const Evaluation &evaluation);
/// `folds`, `seeds`, `metrics` {figure: {mean, sd, runs, low, high}} and the rest as of an evaluation.
Json toJson(const CrossValidation &cross);

/// Numbers for people and files, with a point whatever the locale.
using dank::fixed;
std::string fixed(const std::optional<double> &value, int digits);  ///< "–" where undefined
std::string grouped(double value);                                  ///< rounded, "12,345"
std::string grouped(std::integral auto count)
{
    return grouped(static_cast<double>(count));
}
/// "1 row", "2 rows"
std::string plural(std::integral auto count, const char *one, const char *many)
{
    return grouped(count) + ' ' + (count == 1 ? one : many);
}

std::string megabytes(std::uint64_t bytes);  ///< "1.2 MB", "109 MB"

/// To stdout, for people: printableLines().
void print(std::string_view text);
void printLine(std::string_view text = {});
/// To stdout, for programs: as it is, but for people where stdout is a terminal.
void printExact(std::string_view text);
/// JSON as text: what is not UTF-8 has its bad bytes replaced, what printable() would replace is escaped.
std::string jsonText(const Json &document, int indent = -1);
/// One JSON document and a line end.
void printJson(const Json &document);
/// One document whose last member, `list`, is printed item by item: a million of them are never JSON at once.
void printJson(const Json &document, const std::string &list, std::size_t count,
               const std::function<Json(std::size_t place)> &item);

}  // namespace dank::cli
