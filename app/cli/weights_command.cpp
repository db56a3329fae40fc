#include <filesystem>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/text.h"
#include "core/base/file.h"

namespace dank::cli {

namespace {

struct WeightsOptions {
    std::string id;              ///< of `fetch`
    std::string file, backbone;  ///< of `add`, the second of `remove` too
    std::string convention;      ///< of `add`
    std::string in, out;         ///< of `convert`
};

Json toJson(const WeightsStatus &status)
{
    const WeightsEntry &entry = status.entry;
    return {{"id", entry.id},
            {"backbone", entry.backbone},
            {"title", entry.title},
            {"file", entry.file},
            {"url", entry.url},
            {"sha256", entry.sha256},
            {"bytes", entry.bytes},
            {"approximate_bytes", entry.approximateBytes},
            {"licence", entry.licence},
            {"source", entry.source},
            {"note", entry.note},
            {"installed", status.installed},
            {"installed_file", displayPath(status.file)},
            {"problem", status.problem}};
}

int list(Context &context)
{
    const std::vector<WeightsStatus> all = context.engine().shelf().weights(context.library());
    if (context.json()) {
        Json rows = Json::array();
        for (const WeightsStatus &status : all)
            rows.push_back(toJson(status));
        printJson({{"weights", rows}});
        return kSuccess;
    }
    std::vector<std::vector<std::string>> rows{{"id", "size", "installed", "file", "licence"}};
    for (const WeightsStatus &status : all) {
        const std::uint64_t bytes = status.entry.shownBytes();
        rows.push_back({status.entry.id,
                        bytes == 0 ? "?" : (status.entry.bytes == 0 ? "about " : "") + megabytes(bytes),
                        !status.problem.empty() ? "damaged"
                        : status.installed      ? "yes"
                                                : "–",
                        status.entry.file, status.entry.licence});
    }
    print(textTable(rows));
    printLine("\n`dank weights fetch ID` downloads one, `dank weights add FILE` takes a file that you have.\n"
              "The backbone classic needs none.");
    return kSuccess;
}

int fetch(Context &context, const std::string &id)
{
    const auto show = [&](const DownloadProgress &progress) {
        std::string extra = megabytes(progress.done);
        if (progress.total > 0)
            extra += " of " + megabytes(progress.total);
        if (progress.bytesPerSecond > 0)
            extra += ", " + megabytes(static_cast<std::uint64_t>(progress.bytesPerSecond)) + "/s";
        if (progress.resumedFrom > 0)
            extra += ", gone on from " + megabytes(progress.resumedFrom);
        context.console().progress(
            "download", progress.done, progress.total, extra,
            {{"bytes_per_second", number(progress.bytesPerSecond)}, {"resumed_from", progress.resumedFrom}});
    };
    const std::filesystem::path file =
        context.engine().shelf().fetchWeights(id, context.library(), show, context.job());
    return context.answer({{"id", id}, {"file", displayPath(file)}}, "Installed as " + displayPath(file));
}

int add(Context &context, const WeightsOptions &options)
{
    const std::string backbone = context.engine().shelf().addWeights(options.file, options.backbone, context.library(),
                                                                     context.job(), options.convention);
    return context.answer({{"backbone", backbone}, {"file", options.file}},
                          options.file + " is installed as the weights of " + backbone + ".");
}

int verify(Context &context)
{
    const std::vector<WeightsCheck> checks = context.engine().shelf().verifyWeights(context.library(), context.job());
    context.console().clear();
    bool good = true;
    Json rows = Json::array();
    for (const WeightsCheck &check : checks) {
        good = good && check.problem.empty();
        rows.push_back({{"backbone", check.backbone},
                        {"file", displayPath(check.file)},
                        {"origin", check.origin},
                        {"ok", check.problem.empty()},
                        {"problem", check.problem}});
        if (!context.json())
            printLine(displayPath(check.file.filename()) + (check.problem.empty() ? ": ok" : ": " + check.problem)
                      + (check.origin.empty() ? "" : " (" + check.origin + ")"));
    }
    if (context.json())
        printJson({{"weights", rows}});
    else if (checks.empty())
        printLine("No weights are installed in " + displayPath(context.library()) + '.');
    return good ? kSuccess : kFailure;
}

int convert(Context &context, const WeightsOptions &options)
{
    checkOutput(options.out);
    const std::size_t tensors = context.engine().shelf().convertWeights(options.in, options.out, context.job());
    return context.answer({{"in", options.in}, {"out", options.out}, {"tensors", tensors}},
                          plural(tensors, "tensor", "tensors") + " written to " + options.out);
}

int remove(Context &context, const WeightsOptions &options)
{
    const auto files = context.engine().shelf().removeWeights(options.backbone, context.library());
    Json removed = Json::array();
    std::string lines;
    for (const auto &file : files) {
        removed.push_back(displayPath(file));
        lines += (lines.empty() ? "Removed " : "\nRemoved ") + displayPath(file);
    }
    return context.answer({{"backbone", options.backbone}, {"removed", removed}},
                          files.empty() ? "No weights of " + options.backbone + " are installed." : lines);
}

}  // namespace

Action declareWeights(CLI::App &app)
{
    auto options = std::make_shared<WeightsOptions>();
    auto chosen = std::make_shared<Action>(list);
    app.require_subcommand(0, 1);
    const auto command = [&](const char *name, const char *summary, const char *example, Action action) {
        CLI::App *sub = app.add_subcommand(name, summary);
        sub->footer(std::string("Example:\n  dank weights ") + example);
        sub->callback([chosen, action = std::move(action)] { *chosen = action; });
        return sub;
    };
    command("list", "The catalogue, and what is installed (also without a word)", "list --json", list);
    command("fetch", "Download, check and install weights; goes on where an earlier call stopped", "fetch inception_v3",
            [options](Context &context) { return fetch(context, options->id); })
        ->add_option("ID", options->id, "An id of the list, as inception_v3")
        ->required();
    CLI::App *adding = command(
        "add", "Install a file that you have: safetensors, .pth of either kind, Keras' .h5, model.json",
        "add ~/Downloads/resnet50-0676ba61.pth", [options](Context &context) { return add(context, *options); });
    adding->add_option("FILE", options->file, "The weights file")->required();
    adding->add_option("--backbone", options->backbone, "Its network; recognised by its parameters where left out")
        ->type_name("ID");
    addConventionOption(*adding, options->convention);
    command("verify", "Read the installed files whole and compare them with what was installed", "verify", verify);
    CLI::App *converting =
        command("convert", "Turn any weights file into safetensors", "convert vgg16.pth vgg16.safetensors",
                [options](Context &context) { return convert(context, *options); });
    converting->add_option("IN", options->in, "The file to read")->required();
    converting->add_option("OUT", options->out, "The safetensors file to write")->required();
    command("remove", "Delete a network's installed weights, those that others replaced included", "remove vgg16",
            [options](Context &context) { return remove(context, *options); })
        ->add_option("BACKBONE", options->backbone, "Its id, as vgg16")
        ->required();
    return [chosen](Context &context) { return (*chosen)(context); };
}

}  // namespace dank::cli
