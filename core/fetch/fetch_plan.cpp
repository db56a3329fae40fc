#include "core/fetch/fetch_plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "core/base/file.h"
#include "core/dataset/meme_maker.h"
#include "core/dataset/picture_finder.h"
#include "core/feeds/read_feed.h"

namespace fs = std::filesystem;

namespace dank {

namespace {

/// With an extension behind it, is this a file of that very folder?
bool isFileName(const std::string &id)
{
    return id.find('/') == std::string::npos && id.find('\0') == std::string::npos && id != "." && id != "..";
}

}  // namespace

std::vector<HostPictures> FetchPlan::hosts() const
{
    std::map<std::string, std::size_t> counts;
    for (const WantedPicture &picture : wanted)
        ++counts[picture.address.host];
    std::vector<HostPictures> hosts;
    for (const auto &[host, pictures] : counts)
        hosts.push_back({host, pictures});
    std::ranges::stable_sort(hosts, std::ranges::greater(), &HostPictures::pictures);
    return hosts;
}

FetchPlan planFetch(const fs::path &file, const FeedOptions &options, const AddressRules &rules, const JobContext &job)
{
    job.report("load", 0, 0);
    const Feed feed = readFeed(file, options, job);
    FetchPlan plan;
    plan.rules = rules;
    std::optional<PictureFinder> pictures;
    const fs::path absolute = fs::absolute(file).lexically_normal();
    if (options.images.empty() || fs::exists(statusOf(options.images))) {
        pictures.emplace(absolute, options.images, job);
        plan.folder = pictures->folderForNew();
    } else {
        plan.folder = fs::absolute(options.images).lexically_normal();
    }
    const bool areUpvotesTold = tellsUpvotes(feed.mapping);
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < feed.rows.size(); ++i) {
        if (i % 64 == 0) {
            job.cancel.check();
            job.report("load", i, feed.rows.size());
        }
        const FeedRow &row = feed.rows[i];
        const std::string &id = row.id.empty() ? row.key : row.id;
        if (!row.problem.empty() || !idProblem(id).empty() || !seen.insert(id).second
            || !(areUpvotesTold ? row.upvotes.has_value() : row.hasLabel))
            continue;
        const FoundPicture found =
            pictures ? pictures->find(id, row.image) : FoundPicture{{}, SkipReason::ImageMissing, {}};
        std::string refusal;
        if (!found.problem)
            ++plan.kept;
        else if (!isWebAddress(row.image))
            ++plan.withoutAddress;
        else if (!isFileName(id))
            plan.refused.push_back({id, "its id would name a file outside the folder"});
        else if (found.problem != SkipReason::ImageMissing)
            plan.refused.push_back({id, found.detail});
        else if (WebAddress address = readWebAddress(row.image, rules, refusal); refusal.empty())
            plan.wanted.push_back({id, std::move(address)});
        else
            plan.refused.push_back({id, refusal});
    }
    job.report("load", feed.rows.size(), feed.rows.size());
    return plan;
}

}  // namespace dank
