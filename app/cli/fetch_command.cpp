#include <poll.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/feed_choice.h"
#include "app/cli/text.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"
#include "core/feeds/read_feed.h"
#include "core/fetch/fetch_plan.h"

namespace dank::cli {

namespace {

constexpr std::size_t kShownHosts = 10;
constexpr int kLookMilliseconds = 100;

struct FetchCommandOptions {
    std::shared_ptr<FeedChoice> feed;
    bool yes = false, strict = false;
};

Json toJson(const std::vector<MissedPicture> &pictures)
{
    Json all = Json::array();
    for (const MissedPicture &picture : pictures)
        all.push_back({{"id", picture.id}, {"reason", picture.reason}});
    return all;
}

Json document(const FetchPlan &plan, const FetchReport &report)
{
    Json hosts = Json::array();
    for (const HostPictures &host : plan.hosts())
        hosts.push_back({{"host", host.host}, {"pictures", host.pictures}});
    return {{"fetched", report.fetched.size()},       {"kept", plan.kept},
            {"refused", toJson(report.refused)},      {"failed", toJson(report.failed)},
            {"wanted", plan.wanted.size()},           {"hosts", hosts},
            {"without_address", plan.withoutAddress}, {"bytes", report.bytes},
            {"folder", displayPath(plan.folder)}};
}

/// "12 pictures are missing and can be fetched: 10 from i.redd.it, 2 from i.imgur.com."
std::string planText(const FetchPlan &plan)
{
    std::string text =
        plural(plan.wanted.size(), "picture is missing and can be fetched", "pictures are missing and can be fetched");
    const std::vector<HostPictures> hosts = plan.hosts();
    for (std::size_t i = 0; i < hosts.size() && i < kShownHosts; ++i)
        text += (i == 0 ? ": " : ", ") + grouped(hosts[i].pictures) + " from " + hosts[i].host;
    if (hosts.size() > kShownHosts)
        text += " and others from " + plural(hosts.size() - kShownHosts, "more host", "more hosts");
    return text + ". They would go into " + displayPath(plan.folder) + '.';
}

/// What stays as it is, for people.
std::string restText(const FetchPlan &plan)
{
    std::string text = plural(plan.kept, "picture is", "pictures are") + " there already";
    if (plan.withoutAddress > 0)
        text += ", " + plural(plan.withoutAddress, "missing one has", "missing ones have") + " no web address";
    if (!plan.refused.empty())
        text += ", " + plural(plan.refused.size(), "address is", "addresses are") + " not fetched from";
    return text + '.';
}

/// Asks on the terminal; no for anything but yes.
bool isWanted(const CancelToken &cancel)
{
    std::string line;
    for (char c = 0; c != '\n';) {
        cancel.check();
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, kLookMilliseconds) <= 0)
            continue;
        if (uninterrupted([&] { return ::read(STDIN_FILENO, &c, 1); }) != 1)
            break;
        line += c;
    }
    return line == "y\n" || line == "Y\n" || line == "yes\n" || line == "Yes\n";
}

void listMissed(Console &console, const char *how, const std::vector<MissedPicture> &pictures)
{
    constexpr std::size_t kShown = 20;
    for (std::size_t i = 0; i < pictures.size() && i < kShown; ++i)
        console.note(std::string(how) + ' ' + pictures[i].id + ": " + pictures[i].reason);
    if (pictures.size() > kShown)
        console.note("… and " + grouped(pictures.size() - kShown) + " more " + how + "; --json lists them all");
}

int fetch(Context &context, const FetchCommandOptions &options)
{
    const AddressRules rules = AddressRules::fromEnvironment();
    Console &console = context.console();
    if (rules.testPort != 0)
        console.note("DANK_TEST_FETCH_LOOPBACK is set: 127.0.0.1:" + std::to_string(rules.testPort)
                     + " is asked too. This is for tests alone.");
    const FetchPlan plan = planFetch(feedPath(options.feed->file), options.feed->options(), rules, context.job());
    console.clear();
    FetchReport report;
    report.refused = plan.refused;
    if (!plan.wanted.empty()) {
        const std::string text = planText(plan);
        if (!options.yes) {
            if (!::isatty(STDIN_FILENO) || !::isatty(STDERR_FILENO)) {
                if (context.json())
                    printJson(document(plan, report));
                throw UsageError(text + ' ' + restText(plan) + "\nNothing was fetched: say --yes to fetch them.");
            }
            console.note(text);
            console.note("Fetch them? [y/N]");
            if (!isWanted(context.interrupt().cancel())) {
                context.answer(document(plan, report), "Nothing was fetched.");
                return kSuccess;
            }
        } else {
            console.note(text);
        }
        report = context.engine().pictures().fetch(plan, FetchSettings{}, context.job());
        console.clear();
    }
    listMissed(console, "refused", report.refused);
    listMissed(console, "failed", report.failed);
    context.answer(document(plan, report), plural(report.fetched.size(), "picture", "pictures") + " fetched ("
                                               + megabytes(report.bytes) + "), " + grouped(report.refused.size())
                                               + " refused, " + grouped(report.failed.size()) + " failed. "
                                               + restText(plan));
    if (!plan.wanted.empty() && !report.anyAnswer && !report.failed.empty())
        throw Error(ErrorKind::Network, "No server answered. Check the connection, then try again. Pictures are not "
                                        "fetched through a proxy, since it would connect to whatever it is told.");
    return options.strict && !(report.refused.empty() && report.failed.empty()) ? kSomeSkipped : kSuccess;
}

}  // namespace

Action declareFetch(CLI::App &app)
{
    auto options = std::make_shared<FetchCommandOptions>();
    options->feed = addFeed(app);
    app.get_option("--images")
        ->description(
            "Where the pictures are and go, when not in memes/ or images/ beside the file; made where it is missing");
    app.add_flag("--yes", options->yes, "Do not ask. Without it and without a terminal nothing is fetched");
    app.add_flag("--strict", options->strict, "Exit with 3 when a picture was refused or failed");
    return [options](Context &context) { return fetch(context, *options); };
}

}  // namespace dank::cli
