#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/given_paths.h"
#include "app/cli/rate_output.h"
#include "core/base/file.h"
#include "core/dataset/rate_input.h"
#include "core/model/caption_comparison.h"
#include "core/rating/scorer.h"
#include "core/store/model_file.h"

namespace dank::cli {

namespace {

struct RateOptions {
    std::string model;
    std::vector<std::string> paths;
    std::vector<std::string> captions;
    std::string format = "table", weights, device = "auto";
    bool strict = false;
};

/// Of each file which known template it is; nothing where none is known.
std::vector<std::optional<TemplateMatch>> matchesOf(Context &context, std::span<const std::filesystem::path> files)
{
    std::vector<std::optional<TemplateMatch>> matches;
    try {
        const KnownTemplates known = KnownTemplates::load(context.library());
        if (known.empty())
            return matches;
        const PictureSignatures signatures =
            context.engine().pictures().signatures(files, context.library(), context.job());
        std::vector<std::optional<TemplateMatch>> ofPicture;
        for (const PictureSignature &picture : signatures.pictures) {
            context.job().cancel.check();
            ofPicture.push_back(known.match(picture));
        }
        for (const std::optional<std::size_t> &picture : signatures.pictureOf)
            matches.push_back(picture ? ofPicture[*picture] : std::nullopt);
    } catch (const Error &error) {
        context.console().note(error.what());  // what a picture is rated is not in doubt for that
        matches.clear();
    }
    return matches;
}

int rate(Context &context, const RateOptions &options)
{
    const auto model = std::make_shared<const Model>(loadModel(options.model));
    if (!options.captions.empty() && !model->readsCaptions())
        context.console().note(options.captions.size() == 1
                                   ? "The model looks at pictures alone: the caption does not count."
                                   : "The model looks at pictures alone: the captions do not count.");
    const JobContext job = context.job();
    const auto files = expandRatePaths(givenPaths(options.paths), job);
    // Where weights or a device are named they are to be looked at, whatever is stored.
    std::optional<Scorer> known;
    if (options.weights.empty() && options.device == "auto")
        known.emplace(model, context.library());
    std::unique_ptr<RatingSession> session;
    std::optional<Error> noWeights;  // then only what is stored can be rated

    const std::vector<std::optional<TemplateMatch>> matches = matchesOf(context, files);
    const auto output =
        makeRateOutput(context.json() ? "json" : options.format, *model, !options.captions.empty(), !matches.empty());
    std::size_t skipped = 0;
    const auto rateFile = [&](const std::filesystem::path &file, const std::string &caption) {
        if (known)
            if (const std::optional<Score> stored = known->scoreStored(file, caption))
                return *stored;
        if (!session && !noWeights) {
            try {
                session =
                    context.engine().rater().openRating(model, options.weights, options.device, context.library());
                known.reset();  // from here on the session looks into the store itself
            } catch (const Error &error) {
                if (!known || error.kind() != ErrorKind::Weights)
                    throw;
                noWeights = error;
            }
        }
        return session ? session->rate(file, caption) : skippedScore(displayPath(file), noWeights->what());
    };
    const std::vector<std::string> captions =
        options.captions.empty() ? std::vector<std::string>{""} : options.captions;
    for (std::size_t i = 0; i < files.size(); ++i) {
        job.cancel.check();
        job.report("rate", i, files.size());
        std::vector<Score> scores;
        for (const std::string &caption : captions) {
            scores.push_back(rateFile(files[i], caption));
            if (!scores.back().skipped.empty())
                break;  // whatever stands beside it
        }
        context.console().clear();
        if (const Score &score = scores.back(); !score.skipped.empty()) {
            ++skipped;
            context.console().note("skipped " + score.path + ": " + score.skipped);
            output->add(score, {});
            continue;
        }
        std::vector<Score> sorted;
        for (const std::size_t place : bestFirst(scores))
            sorted.push_back(scores[place]);
        const std::string comparison = captionsVerdict(sorted);
        for (const std::size_t place : bestFirst(scores))
            output->add(scores[place], {captions[place], comparison, matches.empty() ? std::nullopt : matches[i]});
        output->compared(comparison);
    }
    context.console().clear();
    output->finish();
    if (noWeights && skipped == files.size())
        throw *noWeights;
    if (files.empty())
        context.console().note("There is no picture in what was given.");
    return options.strict && skipped > 0 ? kSomeSkipped : kSuccess;
}

}  // namespace

Action declareRate(CLI::App &app)
{
    auto options = std::make_shared<RateOptions>();
    app.add_option("MODEL", options->model, "A .dankmodel file")->required();
    app.add_option("PATH", options->paths, "Pictures and folders; - reads paths from stdin, one a line")->required();
    app.add_option("--format", options->format, "table, csv or json")
        ->check(CLI::IsMember({"table", "csv", "json"}))
        ->type_name("FORMAT")
        ->capture_default_str();
    app.add_option("--caption", options->captions,
                   "What stands beside the pictures; counts where the model reads words. Several are compared")
        ->type_name("TEXT")
        ->allow_extra_args(false);  // one each time it is named: what follows is a picture
    addWeightsOption(app, options->weights);
    addDeviceOption(app, options->device);
    app.add_flag("--strict", options->strict, "Exit with 3 when a picture cannot be rated");
    return [options](Context &context) { return rate(context, *options); };
}

}  // namespace dank::cli
