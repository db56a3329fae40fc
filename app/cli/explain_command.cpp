#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/explain/heat_map.h"
#include "core/rating/scorer.h"
#include "core/store/model_file.h"

namespace dank::cli {

namespace {

struct ExplainOptions {
    std::string model, picture, caption, method = "occlusion", out, weights, device = "auto";
};

Json rowsOf(const Explanation &explanation)
{
    Json grid = Json::array();
    for (std::size_t row = 0; row < explanation.rows; ++row) {
        Json values = Json::array();
        for (std::size_t column = 0; column < explanation.columns; ++column)
            values.push_back(number(explanation.at(row, column)));
        grid.push_back(std::move(values));
    }
    return grid;
}

Json documentOf(const Explanation &explanation, const Model &model, const std::string &path)
{
    Json cells = Json::array(), words = Json::array(), families = Json::array();
    for (const MapCell &cell : explanation.cells)
        cells.push_back({{"x", cell.x},
                         {"y", cell.y},
                         {"width", cell.width},
                         {"height", cell.height},
                         {"points", cell.points},
                         {"blurred", number(cell.blurred)},
                         {"mean_colour", number(cell.mean)},
                         {"disputed", cell.disputed}});
    for (const WordEffect &word : explanation.words)
        words.push_back({{"word", word.word}, {"points", word.points}});
    for (const FamilyEffect &family : explanation.families)
        families.push_back({{"family", family.family}, {"points", family.points}});
    std::string warning;
    for (const std::string &sentence : explanation.warnings)
        warning += (warning.empty() ? "" : " ") + sentence;
    const MapChecks &checks = explanation.checks;
    return {{"path", path},
            {"method", explainMethodName(explanation.method)},
            {"base", explanation.base},
            {"score", explanation.score},
            {"dankness", explanation.dankness},
            {"grid", rowsOf(explanation)},
            {"cells", std::move(cells)},
            {"words", std::move(words)},
            {"families", std::move(families)},
            {"sanity",
             {{"shuffled_correlation", number(checks.shuffledCorrelation)},
              {"strength_ratio", number(checks.strengthRatio)},
              {"deletion_top", number(checks.deletionTop)},
              {"deletion_random", number(checks.deletionRandom)},
              {"deletion_random_sd", number(checks.deletionSpread)}}},
            {"warning", warning.empty() ? Json() : Json(warning)},
            {"warnings", explanation.warnings},
            {"notes", explanation.notes},
            {"forwards", explanation.forwards},
            {"seconds", explanation.seconds},
            {"verdict", verdictName(model.verdict())},
            {"verdict_text", verdictText(model.verdict())}};
}

/// Names and points, the names as wide as the widest.
void printEffects(const std::string &title, const std::vector<std::pair<std::string, double>> &effects)
{
    if (effects.empty())
        return;
    printLine();
    printLine(title);
    std::size_t widest = 0;
    for (const auto &[name, points] : effects)
        widest = std::max(widest, displayWidth(name));
    for (const auto &[name, points] : effects) {
        const std::string text = pointsText(points);
        const std::size_t gap = widest - displayWidth(name) + 2 + (7 - std::min<std::size_t>(7, displayWidth(text)));
        printLine("  " + name + std::string(gap, ' ') + text);
    }
}

void printForPeople(const Explanation &explanation, const Model &model, const std::string &path)
{
    for (const std::string &warning : explanation.warnings)
        printLine("Warning: " + printable(warning));
    if (!explanation.warnings.empty())
        printLine();
    printLine(printable(path) + ": dankness " + fixed(explanation.dankness, 3) + ", percentile "
              + fixed(explanation.score, 1) + "; wholly covered it would be " + fixed(explanation.base, 1) + ".");
    printLine(printable(verdictText(model.verdict())));
    printLine();
    printLine(std::string(explanation.method == ExplainMethod::GradCam
                              ? "By the head's gradient (Grad-CAM), percentile points by place:"
                              : "Percentile points that each place adds, by covering parts of the picture:"));
    for (std::size_t row = 0; row < explanation.rows; ++row) {
        std::string line;
        for (std::size_t column = 0; column < explanation.columns; ++column) {
            const std::string text = pointsText(explanation.at(row, column));
            line += std::string(7 - std::min<std::size_t>(7, displayWidth(text)), ' ') + text;
        }
        printLine(line);
    }
    std::vector<std::pair<std::string, double>> effects;
    for (const WordEffect &word : explanation.words)
        effects.emplace_back(printable(word.word), word.points);
    printEffects("Each word left out, in points:", effects);
    effects.clear();
    for (const FamilyEffect &family : explanation.families)
        effects.emplace_back(family.family, family.points);
    printEffects("Each family of descriptors at the training memes' mean, in points:", effects);
    printLine();
    const MapChecks &checks = explanation.checks;
    if (checks.keptControl)
        printLine("Rank correlation with the map of the head that learned from shuffled upvotes: "
                  + fixed(checks.shuffledCorrelation, 2) + "; this one moves " + fixed(checks.strengthRatio, 1)
                  + " times as far.");
    if (checks.deletionTop)
        printLine("Covering the strongest fifth takes " + pointsText(*checks.deletionTop) + " points, a random fifth "
                  + pointsText(*checks.deletionRandom) + " \u00b1 " + fixed(checks.deletionSpread, 1) + ".");
    for (const std::string &note : explanation.notes)
        printLine(printable(note));
    printLine("Percentiles are against " + printable(model.referenceName) + ".");
}

int explain(Context &context, const ExplainOptions &options)
{
    checkOutput(options.out);
    const std::string end = std::filesystem::path(options.out).extension().string();
    if (!options.out.empty() && end != ".png" && end != ".svg" && end != ".PNG" && end != ".SVG")
        throw UsageError("--out writes .png or .svg.");
    const auto model = std::make_shared<const Model>(loadModel(options.model));
    Score skipped;
    const std::vector<std::byte> bytes = readToRate(options.picture, skipped);
    if (!skipped.skipped.empty())
        throw Error(ErrorKind::File, "Cannot explain " + printable(skipped.path) + ": " + skipped.skipped + ".",
                    options.picture);
    const auto session = context.engine().rater().openRating(model, options.weights, options.device, context.library());
    const ExplainRequest request{options.method == "gradcam" ? ExplainMethod::GradCam : ExplainMethod::Occlusion,
                                 options.caption};
    const Explanation explanation = session->explain(bytes, request, {}, context.job());
    context.console().clear();
    if (!options.out.empty())
        context.engine().pictures().writeMap(explanation, options.out);
    if (context.json())
        printJson(documentOf(explanation, *model, displayPath(options.picture)));
    else
        printForPeople(explanation, *model, displayPath(options.picture));
    if (!options.out.empty())
        context.console().note("The map is in " + displayPath(options.out) + ".");
    return kSuccess;
}

}  // namespace

Action declareExplain(CLI::App &app)
{
    auto options = std::make_shared<ExplainOptions>();
    app.add_option("MODEL", options->model, "A .dankmodel file")->required();
    app.add_option("PICTURE", options->picture, "The picture whose score is to be explained")->required();
    app.add_option("--caption", options->caption, "What stands beside the picture; each of its words is left out once")
        ->type_name("TEXT");
    app.add_option("--method", options->method,
                   "occlusion covers parts of the picture; gradcam asks the gradient, for networks that end in a mean")
        ->check(CLI::IsMember({"occlusion", "gradcam"}))
        ->type_name("METHOD")
        ->capture_default_str();
    app.add_option("--out", options->out, "Write the picture with its map and legend to FILE (.png or .svg)")
        ->type_name("FILE");
    addWeightsOption(app, options->weights);
    addDeviceOption(app, options->device);
    return [options](Context &context) { return explain(context, *options); };
}

}  // namespace dank::cli
