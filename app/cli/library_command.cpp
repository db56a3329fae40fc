#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/text.h"
#include "core/base/file.h"

namespace dank::cli {

namespace {

std::uint64_t databaseBytes(const std::filesystem::path &library)
{
    std::error_code ignored;
    return std::filesystem::file_size(library / "library.sqlite", ignored);
}

struct LibraryOptions {
    PruneRequest request;
    bool dryRun = false, yes = false;
};

Json toJson(const std::vector<StoredItem> &items)
{
    Json all = Json::array();
    for (const StoredItem &item : items)
        all.push_back({{"kind", item.kind},
                       {"backbone", item.backbone.empty() ? Json(nullptr) : Json(item.backbone)},
                       {"rows", item.rows},
                       {"bytes", item.bytes},
                       {"last_used", item.lastUsed.empty() ? Json(nullptr) : Json(item.lastUsed)},
                       {"can_be_freed", item.canBeFreed},
                       {"models", item.models},
                       {"unfinished", item.unfinished}});
    return all;
}

std::string itemsTable(const std::vector<StoredItem> &items)
{
    std::vector<std::vector<std::string>> rows{{"what", "rows", "size", "last used", "backbone"}};
    for (const StoredItem &item : items)
        rows.push_back({item.kind, grouped(item.rows), megabytes(item.bytes),
                        item.lastUsed.empty() ? "–" : item.lastUsed, item.backbone});
    return textTable(rows);
}

int info(Context &context)
{
    std::vector<StoredItem> items;
    if (context.libraryExists())
        items = context.readLibrary().housekeeping().items();
    if (context.json()) {
        printJson({{"items", toJson(items)}, {"bytes", bytesOf(items)}});
        return kSuccess;
    }
    if (items.empty()) {
        printLine("There is no library yet in " + displayPath(context.library()) + '.');
        return kSuccess;
    }
    print(itemsTable(items));
    printLine(
        megabytes(bytesOf(items)) + " in " + displayPath(context.library())
        + ". Features, thumbnails and facts can be freed by `dank library prune`: they are computed again when they"
          " are needed. So can the texts of pictures, which `dank read` reads again.");
    return kSuccess;
}

int prune(Context &context, const LibraryOptions &options)
{
    const PruneRequest &request = options.request;
    if (request.kinds.empty() && request.backbones.empty() && request.unusedForDays == 0 && request.mostBytes == 0)
        throw UsageError(
            "Say what is to go: --kind, --backbone, --unused-for or --to. `dank library` tells what is there.");
    Library library = context.openLibrary();
    const std::vector<StoredItem> before = library.housekeeping().items(), chosen = chooseItems(before, request);
    std::string losses;
    for (const StoredItem &item : chosen)
        if (const std::string loss = lossOf(item); !loss.empty())
            losses += item.backbone + ": " + loss + '\n';
    if (!context.json() && !chosen.empty())
        print(itemsTable(chosen) + losses);
    if (!losses.empty() && !options.yes && !options.dryRun)
        throw Error(ErrorKind::Library,
                    "Nothing was freed: runs of this library need some of it.\n" + (context.json() ? losses : "")
                        + "Say --yes to free it all the same, or name less.",
                    context.library());
    if (!options.dryRun)
        for (const StoredItem &item : chosen)
            library.housekeeping().free(item, context.job());
    const std::string freed =
        megabytes(bytesOf(chosen))
        + (options.dryRun ? " would be freed."
                          : " freed. The file is used again; `dank library vacuum` gives the room "
                            "back to the disk.");
    return context.answer({{"items", toJson(chosen)}, {"bytes", bytesOf(chosen)}, {"dry_run", options.dryRun}},
                          chosen.empty() ? "Nothing of that kind is stored." : freed);
}

int vacuum(Context &context)
{
    Library library = context.openLibrary();
    const std::uint64_t before = databaseBytes(context.library());
    library.housekeeping().vacuum(context.job());
    const std::uint64_t after = databaseBytes(context.library()), freed = before > after ? before - after : 0;
    return context.answer({{"items", toJson(library.housekeeping().items())}, {"bytes", freed}},
                          megabytes(freed) + " given back to the disk; the database has " + megabytes(after) + '.');
}

}  // namespace

Action declareLibrary(CLI::App &app)
{
    auto options = std::make_shared<LibraryOptions>();
    auto chosen = std::make_shared<Action>(info);
    app.require_subcommand(0, 1);
    const auto command = [&](const char *name, const char *summary, const char *example, Action action) {
        CLI::App *sub = app.add_subcommand(name, summary);
        sub->footer(std::string("Example:\n  dank library ") + example);
        sub->callback([chosen, action = std::move(action)] { *chosen = action; });
        return sub;
    };
    command("info", "How much is stored, of what, least used first (also without a word)", "info --json", info);
    CLI::App *pruning =
        command("prune", "Free what can be computed again, the least used first", "prune --unused-for 90 --to 2GB",
                [options](Context &context) { return prune(context, *options); });
    PruneRequest &request = options->request;
    pruning->add_option("--kind", request.kinds, "Only features, thumbnails, texts or facts; may be given again")
        ->check(CLI::IsMember({"features", "thumbnails", "texts", "facts"}))
        ->type_name("KIND");
    pruning->add_option("--backbone", request.backbones, "Only features of this id, or of a network's every id")
        ->type_name("ID");
    pruning->add_option("--unused-for", request.unusedForDays, "Only what was not used for so many days")
        ->check(checkCount)
        ->type_name("DAYS");
    pruning->add_option("--to", request.mostBytes, "No more than it takes to bring the library to this size, as 500MB")
        ->transform(CLI::AsSizeValue(true))
        ->type_name("SIZE");
    pruning->add_flag("--dry-run", options->dryRun, "Only tell what would go");
    pruning->add_flag("--yes", options->yes, "Also what models and unfinished runs of the library need");
    command("vacuum", "Give room that is not used any more back to the disk", "vacuum", vacuum);
    return [chosen](Context &context) { return (*chosen)(context); };
}

}  // namespace dank::cli
