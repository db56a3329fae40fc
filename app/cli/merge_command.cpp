#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/text.h"
#include "core/backbone/feature_tolerance.h"
#include "core/base/file.h"
#include "core/feeds/read_feed.h"
#include "core/store/merge/merge_libraries.h"
#include "core/store/picture_hashes.h"

namespace dank::cli {

namespace {

namespace fs = std::filesystem;

struct MergeOptions {
    std::vector<std::string> from;
    std::string into, dataset, images, weights, device = "auto", format = "table";
    bool allBackbones = false, noCheck = false;
};

/// What was computed again of one backbone id.
struct Check {
    std::size_t checked = 0;
    double largestDifference = 0;
    std::string note;  ///< why not all of the samples; empty: all
};

/// Where the dataset has pictures, by their hashes.
std::map<std::string, fs::path> picturesOf(Context &context, const MergeOptions &options, Library &library)
{
    std::map<std::string, fs::path> files;
    if (options.dataset.empty())
        return files;
    const Dataset dataset = Dataset::load(feedPath(options.dataset), context.job(), {{}, options.images});
    const std::vector<std::string> hashes = hashPictures(dataset, context.threads(), &library, context.job());
    for (std::size_t i = 0; i < hashes.size(); ++i)
        files.emplace(hashes[i], dataset.records()[i].image);
    return files;
}

Check check(Context &context, const MergeOptions &options, const Library &library, const MergedBackbone &backbone,
            const std::map<std::string, fs::path> &pictures)
{
    std::vector<fs::path> files;
    std::vector<std::string> hashes;
    for (const MergeSample &sample : backbone.samples) {
        const auto named = pictures.find(sample.imageHash);
        const fs::path &file = named == pictures.end() ? sample.file : named->second;
        if (file.empty())
            continue;
        files.push_back(file);
        hashes.push_back(sample.imageHash);
    }
    Check check;
    if (files.size() < backbone.samples.size())
        check.note = plural(backbone.samples.size() - files.size(), "picture was", "pictures were") + " not found"
                     + (options.dataset.empty() ? "; --dataset FEED says where they are" : "");
    if (files.empty())
        return check;
    try {
        const std::vector<ComputedPicture> computed = context.engine().parts().compute(
            files, backbone.id, options.weights, options.device, library.folder(), context.job());
        for (std::size_t i = 0; i < computed.size(); ++i) {
            std::vector<float> stored(computed[i].values.size());
            if (stored.empty() || computed[i].hash != hashes[i]
                || !library.features().get(backbone.id, hashes[i], stored)) {
                check.note = "some pictures cannot be read any more, or were changed";
                continue;
            }
            ++check.checked;
            check.largestDifference = std::max(check.largestDifference, featureDifference(stored, computed[i].values));
        }
    } catch (const Error &error) {
        check.note = error.what();
    }
    return check;
}

std::string difference(double value)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.2g", value);
    return text;
}

int merge(Context &context, const MergeOptions &options)
{
    const fs::path into = fs::absolute(options.into).lexically_normal();
    requireLocalLibrary(into);
    const std::vector<fs::path> from(options.from.begin(), options.from.end());
    const MergeReport report = mergeLibraries(from, into, options.allBackbones, context.job());

    Library library = Library::open(into, context.job().cancel);
    const auto pictures = options.noCheck ? std::map<std::string, fs::path>() : picturesOf(context, options, library);
    Json backbones = Json::array();
    std::size_t checked = 0, differing = 0;
    std::optional<double> largest;
    std::vector<std::string> lines, warnings;
    for (const MergedBackbone &backbone : report.backbones) {
        const Check found = options.noCheck ? Check{0, 0, "--no-check was given"}
                                            : check(context, options, library, backbone, pictures);
        const double furthest = std::max(found.largestDifference, backbone.largestDifference);
        const double tolerance = featureTolerance(backbone.id);
        const bool compared = found.checked + backbone.already > 0;
        if (compared)
            largest = std::max(largest.value_or(0), furthest);
        checked += found.checked;
        differing += backbone.differing;
        backbones.push_back({{"backbone", backbone.id},
                             {"merged", backbone.merged},
                             {"already", backbone.already},
                             {"differing", backbone.differing},
                             {"sampled", backbone.samples.size()},
                             {"checked", found.checked},
                             {"largest_difference", compared ? number(furthest) : Json()},
                             {"tolerance", tolerance},
                             {"note", found.note}});
        lines.push_back("Backbone    " + backbone.id + ": " + grouped(backbone.merged) + " joined, "
                        + grouped(backbone.already) + " were there");
        lines.push_back("Checked     " + grouped(found.checked) + " of " + grouped(backbone.samples.size())
                        + " samples computed again"
                        + (found.checked > 0 ? ", largest difference " + difference(found.largestDifference) : "")
                        + (found.note.empty() ? "" : " (" + found.note + ')'));
        if (backbone.differing > 0)
            lines.push_back("            " + plural(backbone.differing, "vector", "vectors")
                            + " that were there have other numbers, by " + difference(backbone.largestDifference)
                            + " at most; they stay");
        if (furthest > tolerance)
            warnings.push_back("Features of " + backbone.id + " differ by " + difference(furthest)
                               + " of the largest number, where its id promises " + difference(tolerance)
                               + ": one of the machines computes wrongly, or with another version.");
    }
    context.console().clear();
    for (const std::string &warning : warnings)
        context.console().note(warning);
    if (context.json() || options.format == "json") {
        printJson({{"into", into.string()},
                   {"merged", report.merged()},
                   {"already", report.already()},
                   {"differing", differing},
                   {"checked", checked},
                   {"largest_difference", number(largest)},
                   {"looks", report.looks},
                   {"facts", report.facts},
                   {"texts", report.texts},
                   {"backbones", backbones}});
        return kSuccess;
    }
    for (const std::string &line : lines)
        printLine(line);
    printLine("Besides     " + plural(report.looks, "look", "looks") + " at pictures, "
              + plural(report.facts, "fact", "facts") + " about files, " + plural(report.texts, "text", "texts")
              + " that were not there");
    printLine("Library     " + displayPath(into));
    return kSuccess;
}

}  // namespace

Action declareMerge(CLI::App &app)
{
    auto options = std::make_shared<MergeOptions>();
    app.add_option("LIBRARY", options->from,
                   "Libraries to join: folders, as `dank extract --library DIR --shard I/N` made them. What\n"
                   "they hold stays; one of an older format is brought up to date where it can be written. Features,\n"
                   "what was seen and read in pictures and their hashes are joined; runs, models and weights are not")
        ->required();
    app.add_option("--into", options->into, "The library that they are joined into; it is made where there is none")
        ->required()
        ->type_name("LIBRARY");
    app.add_option("--dataset", options->dataset,
                   "Where the pictures are, to compute every thousandth vector again: a file of memes, or its\n"
                   "folder. Left out: where they were when they were extracted")
        ->type_name("FEED");
    app.add_option("--images", options->images, "Where its pictures are, when not in memes/ or images/ beside it")
        ->type_name("DIR");
    addWeightsOption(app, options->weights);
    addDeviceOption(app, options->device);
    app.add_option("--format", options->format, "table or json")
        ->check(CLI::IsMember({"table", "json"}))
        ->type_name("FORMAT")
        ->capture_default_str();
    app.add_flag("--all-backbones", options->allBackbones,
                 "Also features of another id of a network than those that are there");
    app.add_flag("--no-check", options->noCheck, "Compute nothing again");
    return [options](Context &context) { return merge(context, *options); };
}

}  // namespace dank::cli
