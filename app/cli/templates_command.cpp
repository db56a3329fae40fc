#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/feed_choice.h"
#include "app/cli/given_paths.h"
#include "app/cli/text.h"
#include "core/base/csv.h"
#include "core/base/file.h"
#include "core/base/searched_text.h"
#include "core/dataset/rate_input.h"
#include "core/templates/template_report.h"

namespace dank::cli {

namespace {

struct TemplatesOptions {
    std::shared_ptr<FeedChoice> feed;
    std::vector<std::string> paths;  ///< of add and match
    std::vector<std::string> names;  ///< of remove
    std::string format = "table";
    std::size_t least = 2;
    bool strict = false;
};

// ---- templates of a dataset

/// A bar for each distance, the threshold's line between them.
void printDistances(const TemplateThreshold &threshold)
{
    constexpr std::size_t kLongest = 40;
    const std::size_t most = std::max<std::size_t>(1, *std::ranges::max_element(threshold.counts));
    printLine("Distance of each picture to the nearest other one:");
    for (int distance = 0; distance <= kFarthest; ++distance) {
        const std::size_t count = threshold.counts[static_cast<std::size_t>(distance)];
        std::string line = distance < kFarthest ? std::to_string(distance) : "farther";
        line = std::string(9 - line.size(), ' ') + line;
        const std::string number = grouped(count);
        line += std::string(8 - std::min<std::size_t>(8, number.size()), ' ') + number + "  ";
        for (std::size_t i = 0; i < (count * kLongest + most - 1) / most; ++i)
            line += "█";
        printLine(line);
        if (distance == threshold.distance)
            printLine("  ------- one template up to here, "
                      + std::string(threshold.fromData ? "where the fewest pictures lie"
                                                       : "as usual: too few pictures are near each other to tell"));
    }
}

void printTemplates(const std::vector<TemplateGroup> &groups, std::span<const MemeRecord> records)
{
    constexpr std::size_t kShown = 3;
    std::vector<std::vector<std::string>> rows{{"template", "memes", "median percentile", "95 % interval"}};
    for (const TemplateGroup &group : groups)
        rows.push_back(
            {plainLine(group.name), grouped(group.members.size()), fixed(group.medianPercentile, 1),
             group.interval ? fixed(group.interval->low, 1) + " to " + fixed(group.interval->high, 1) : "–"});
    const std::string table = textTable(rows);
    std::size_t from = 0;
    for (std::size_t i = 0; from < table.size(); ++i) {
        const std::size_t to = std::min(table.find('\n', from), table.size());
        std::string line = table.substr(from, to - from);
        if (i > 0) {
            const std::vector<std::size_t> &members = groups[i - 1].members;
            for (std::size_t k = 0; k < std::min(kShown, members.size()); ++k)
                line += (k == 0 ? "  " : ", ") + plainLine(records[members[k]].id);
            line += members.size() > kShown ? ", …" : "";
        } else {
            line += "  members";
        }
        printLine(line);
        from = to + 1;
    }
}

Json toJson(const TemplateGroup &group, std::span<const MemeRecord> records)
{
    Json members = Json::array();
    for (const std::size_t row : group.members)
        members.push_back(records[row].id);
    return {{"name", group.name},
            {"size", group.members.size()},
            {"median_percentile", number(group.medianPercentile)},
            {"interval", group.interval ? Json{number(group.interval->low), number(group.interval->high)} : Json()},
            {"known", group.known.has_value()},
            {"distance", group.known ? Json(group.known->distance) : Json()},
            {"members", std::move(members)}};
}

void printCsv(const std::vector<TemplateGroup> &groups, std::span<const MemeRecord> records)
{
    printExact("name,size,median_percentile,percentile_low,percentile_high,known,members\n");
    for (const TemplateGroup &group : groups) {
        std::string members;
        for (const std::size_t row : group.members)
            members += (members.empty() ? "" : " ") + records[row].id;
        const auto end = [&](double Interval::*which) {
            return csvCell(group.interval ? std::optional(*group.interval.*which) : std::nullopt);
        };
        printExact(csvCell(group.name) + ',' + std::to_string(group.members.size()) + ','
                   + csvCell(std::optional(group.medianPercentile)) + ',' + end(&Interval::low) + ','
                   + end(&Interval::high) + ',' + (group.known ? "yes" : "no") + ',' + csvCell(members) + '\n');
    }
}

int find(Context &context, const TemplatesOptions &options)
{
    if (options.feed->file.empty())
        throw UsageError("Say in which file of memes to look for templates, or add, match, list or remove.");
    const Dataset dataset = context.loadDataset(options.feed->file, options.feed->options());
    const std::span<const MemeRecord> records = dataset.records();
    const KnownTemplates known = KnownTemplates::load(context.library());
    std::vector<std::filesystem::path> files;
    std::vector<std::int64_t> upvotes;
    for (const MemeRecord &record : records) {
        files.push_back(record.image);
        upvotes.push_back(record.upvotes);
    }
    const PictureSignatures signatures =
        context.engine().pictures().signatures(files, context.library(), context.job());
    const TemplateClusters clusters = findTemplates(signatures.pictures, context.threads(), context.job());
    const std::vector<TemplateGroup> groups = templateGroups({signatures.pictures, signatures.pictureOf, upvotes},
                                                             clusters, known, options.least, context.job());
    context.console().clear();

    std::size_t together = 0, unread = 0;
    for (const TemplateGroup &group : groups)
        together += group.members.size();
    Json skipped = Json::array();
    for (std::size_t row = 0; row < records.size(); ++row)
        if (!signatures.pictureOf[row]) {
            ++unread;
            skipped.push_back({{"id", records[row].id}, {"reason", signatures.skipped[row]}});
            if (unread <= 20)
                context.console().note("skipped " + printable(records[row].id) + ": " + signatures.skipped[row]);
        }
    if (unread > 20)
        context.console().note("and " + plural(unread - 20, "picture", "pictures") + " more (--json lists them all)");

    const std::string format = context.json() ? "json" : options.format;
    if (format == "json") {
        Json document{{"templates", Json::array()},
                      {"threshold", clusters.threshold.distance},
                      {"threshold_from_data", clusters.threshold.fromData}};
        for (const TemplateGroup &group : groups)
            document["templates"].push_back(toJson(group, records));
        Json edges = Json::array();
        for (std::size_t i = 0; i <= clusters.threshold.counts.size(); ++i)
            edges.push_back(i);
        document["distances"] = {{"edges", std::move(edges)}, {"counts", clusters.threshold.counts}};
        document["memes"] = records.size();
        document["in_templates"] = together;
        document["skipped"] = std::move(skipped);
        printJson(document);
    } else if (format == "csv") {
        printCsv(groups, records);
    } else {
        if (!groups.empty()) {
            printTemplates(groups, records);
            printLine();
        }
        printDistances(clusters.threshold);
        printLine();
        printLine(groups.empty() ? "No " + plural(options.least, "meme", "memes") + " or more of the "
                                       + grouped(records.size()) + " share a picture."
                                 : plural(together, "meme", "memes") + " of " + grouped(records.size()) + " are of "
                                       + plural(groups.size(), "template", "templates")
                                       + ". Percentiles are of upvotes among all of them.");
    }
    return options.strict && unread > 0 ? kSomeSkipped : kSuccess;
}

// ---- known templates

/// What the command line gives beside what the word takes would go to FEED.
void refuseFeed(const TemplatesOptions &options, const char *advice)
{
    if (!options.feed->file.empty())
        throw UsageError("\"" + printable(options.feed->file) + "\" is one too many: " + advice);
}

int add(Context &context, const TemplatesOptions &options)
{
    refuseFeed(options, "dank templates add takes folders and pictures.");
    const auto files = expandRatePaths(givenPaths(options.paths), context.job());
    if (files.empty())
        throw Error(ErrorKind::File, "There is no picture in what was given. A folder of templates holds pictures that "
                                     "are named after what they show, such as Distracted-Boyfriend.jpg.");
    KnownTemplates::load(context.library());  // one that cannot be used is told of before the work
    const PictureSignatures signatures =
        context.engine().pictures().signatures(files, context.library(), context.job());
    context.console().clear();
    std::size_t added = 0, looks = 0, already = 0;
    Json skipped = Json::array();
    const auto addAll = [&](KnownTemplates &known) {
        for (std::size_t i = 0; i < files.size(); ++i) {
            const std::string path = displayPath(files[i]);
            const auto skip = [&](const std::string &reason) {
                context.console().note("skipped " + path + ": " + reason);
                skipped.push_back({{"path", path}, {"reason", reason}});
            };
            const std::optional<std::size_t> picture = signatures.pictureOf[i];
            if (!picture) {
                skip(signatures.skipped[i]);
                continue;
            }
            const PictureSignature &signature = signatures.pictures[*picture];
            if (signatureDistance(signature, signature) > KnownTemplates::kFarthestMatch) {
                skip("it is too plain to be recognised");
                continue;
            }
            const std::string name = templateNameOf(files[i]);
            try {
                switch (known.add(name, {signatures.hashes[*picture], signature})) {
                case KnownTemplates::Added::New: ++added; break;
                case KnownTemplates::Added::Already: ++already; break;
                case KnownTemplates::Added::AnotherLook:
                    ++looks;
                    context.console().note("\"" + name + "\" was known: " + path + " counts as another look of it");
                    break;
                }
            } catch (const Error &error) {
                if (error.kind() != ErrorKind::Format)
                    throw;
                skip(error.what());
            }
        }
        return added + looks > 0;
    };
    const KnownTemplates known = KnownTemplates::change(context.library(), addAll);
    if (skipped.size() == files.size())
        throw Error(ErrorKind::File, "None of the " + plural(files.size(), "file", "files")
                                         + " is a picture that can be used; no template was added.");
    context.answer({{"added", added},
                    {"looks", looks},
                    {"already", already},
                    {"known", known.templates().size()},
                    {"skipped", skipped}},
                   plural(added, "template", "templates") + " added"
                       + (looks > 0 ? ", " + plural(looks, "look", "looks") + " of others" : "")
                       + (already > 0 ? ", " + grouped(already) + " known before" : "") + "; "
                       + plural(known.templates().size(), "template is", "templates are") + " known.");
    return options.strict && !skipped.empty() ? kSomeSkipped : kSuccess;
}

int match(Context &context, const TemplatesOptions &options)
{
    const auto files = expandRatePaths(givenPaths(options.paths), context.job());
    const KnownTemplates known = KnownTemplates::load(context.library());
    const PictureSignatures signatures =
        context.engine().pictures().signatures(files, context.library(), context.job());
    context.console().clear();
    const std::string format = context.json() ? "json" : options.format;
    Json document = Json::array();
    if (format == "csv")
        printExact("path,template,distance,confidence,skipped\n");
    std::size_t skipped = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        context.job().cancel.check();
        const std::string path = displayPath(files[i]);
        const std::optional<std::size_t> picture = signatures.pictureOf[i];
        const auto found = picture ? known.match(signatures.pictures[*picture]) : std::nullopt;
        if (!picture) {
            ++skipped;
            context.console().note("skipped " + path + ": " + signatures.skipped[i]);
        }
        if (format == "json") {
            Json item{{"path", path},
                      {"template", found ? Json(found->name) : Json()},
                      {"distance", found ? Json(found->distance) : Json()},
                      {"confidence", found ? Json(confidenceName(*found)) : Json()}};
            if (!picture)
                item["skipped"] = signatures.skipped[i];
            document.push_back(std::move(item));
        } else if (format == "csv") {
            printExact(csvCell(path) + ',' + csvCell(found ? std::string_view(found->name) : std::string_view()) + ','
                       + (found ? std::to_string(found->distance) : "") + ',' + (found ? confidenceName(*found) : "")
                       + ',' + csvCell(std::string_view(signatures.skipped[i])) + '\n');
        } else {
            printLine(printable(path) + "  "
                      + (picture ? templateText(found) : "(" + printable(signatures.skipped[i]) + ")"));
        }
    }
    if (format == "json")
        printJson(document);
    if (files.empty())
        context.console().note("There is no picture in what was given.");
    else if (known.empty())
        context.console().note("No template is known yet: `dank templates add DIR` takes a folder of named pictures.");
    return options.strict && skipped > 0 ? kSomeSkipped : kSuccess;
}

int list(Context &context, const TemplatesOptions &options)
{
    refuseFeed(options, "dank templates list takes nothing.");
    const KnownTemplates known = KnownTemplates::load(context.library());
    if (context.json()) {
        Json templates = Json::array();
        for (const KnownTemplate &one : known.templates())
            templates.push_back({{"name", one.name}, {"looks", one.looks.size()}});
        printJson({{"known", std::move(templates)}});
        return kSuccess;
    }
    for (const KnownTemplate &one : known.templates())
        printLine(one.name + (one.looks.size() > 1 ? "  " + plural(one.looks.size(), "look", "looks") : ""));
    if (known.empty())
        printLine("No template is known yet: `dank templates add DIR` takes a folder of named pictures.");
    return kSuccess;
}

int remove(Context &context, const TemplatesOptions &options)
{
    std::size_t removed = 0;
    const KnownTemplates known = KnownTemplates::change(context.library(), [&](KnownTemplates &all) {
        for (const std::string &name : options.names) {
            if (!all.remove(name))
                throw Error(ErrorKind::File, "There is no known template \"" + printable(name)
                                                 + "\". `dank templates list` tells which there are.");
            ++removed;
        }
        return true;
    });
    return context.answer({{"removed", removed}, {"known", known.templates().size()}},
                          plural(removed, "template", "templates") + " removed.");
}

}  // namespace

Action declareTemplates(CLI::App &app)
{
    auto options = std::make_shared<TemplatesOptions>();
    auto chosen = std::make_shared<Action>([options](Context &context) { return find(context, *options); });
    app.require_subcommand(0, 1);
    options->feed = addFeed(app);
    app.get_option("FEED")->required(false);
    addNumber(app, "--min", options->least, "The fewest memes that make a template", CLI::Range(2, 1'000'000));
    app.add_option("--format", options->format, "table, csv or json")
        ->check(CLI::IsMember({"table", "csv", "json"}))
        ->type_name("FORMAT")
        ->capture_default_str();
    app.add_flag("--strict", options->strict, "Exit with 3 when a picture cannot be used");
    const auto command = [&](const char *name, const char *summary, const char *example,
                             int (*action)(Context &, const TemplatesOptions &)) {
        CLI::App *sub = app.add_subcommand(name, summary);
        sub->footer(std::string("Example:\n  dank templates ") + example);
        sub->callback([chosen, options, action] {
            *chosen = [options, action](Context &context) { return action(context, *options); };
        });
        return sub;
    };
    command("add", "Know templates by the names of their pictures", "add ~/templates", add)
        ->add_option("DIR", options->paths, "Folders of pictures that are named after what they show")
        ->required();
    command("match", "Tell which known template a picture is", "match picture.jpg folder/ --format csv", match)
        ->add_option("PATH", options->paths, "Pictures and folders; - reads paths from stdin, one a line")
        ->required();
    command("list", "The templates that are known", "list", list);
    command("remove", "Forget known templates", "remove 'Distracted Boyfriend'", remove)
        ->add_option("NAME", options->names, "Their names")
        ->required();
    return [chosen](Context &context) { return (*chosen)(context); };
}

}  // namespace dank::cli
