#include "core/templates/template_report.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/random.h"

namespace dank {

namespace {

constexpr std::size_t kResamples = 1000;

double medianOf(std::vector<double> &values)
{
    std::ranges::sort(values);
    return sortedQuantile(values, 0.5);
}

std::optional<Interval> medianInterval(std::span<const double> values, std::uint64_t seed, const JobContext &job)
{
    if (values.size() < kLeastForInterval)
        return std::nullopt;
    Random random(seed);
    std::vector<double> medians, drawn(values.size());
    for (std::size_t i = 0; i < kResamples; ++i) {
        job.cancel.check();
        for (double &value : drawn)
            value = values[static_cast<std::size_t>(random.below(values.size()))];
        const auto middle = drawn.begin() + static_cast<std::ptrdiff_t>(drawn.size() / 2);
        std::nth_element(drawn.begin(), middle, drawn.end());
        const double upper = *middle;
        medians.push_back(drawn.size() % 2 == 1 ? upper : (upper + *std::max_element(drawn.begin(), middle)) / 2);
    }
    return percentileInterval(std::move(medians), kResamples);
}

}  // namespace

std::vector<double> upvotePercentiles(std::span<const std::int64_t> upvotes)
{
    std::vector<std::int64_t> sorted(upvotes.begin(), upvotes.end());
    std::ranges::sort(sorted);
    std::vector<double> percentiles;
    for (const std::int64_t value : upvotes) {
        const auto [from, to] = std::ranges::equal_range(sorted, value);
        const auto below = static_cast<double>(from - sorted.begin()), equal = static_cast<double>(to - from);
        percentiles.push_back(100 * (below + equal / 2) / static_cast<double>(sorted.size()));
    }
    return percentiles;
}

std::vector<TemplateGroup> templateGroups(const TemplateRows &rows, const TemplateClusters &clusters,
                                          const KnownTemplates &known, std::size_t least, const JobContext &job)
{
    if (rows.pictureOf.size() != rows.upvotes.size() || clusters.of.size() != rows.pictures.size()
        || clusters.middle.size() != rows.pictures.size())
        throw Error(ErrorKind::Shape, "The lists to make templates of are not about the same memes.");
    const std::vector<double> percentiles = upvotePercentiles(rows.upvotes);

    std::map<std::size_t, std::vector<std::size_t>> byCluster;
    for (std::size_t row = 0; row < rows.pictureOf.size(); ++row)
        if (rows.pictureOf[row])
            byCluster[clusters.of[*rows.pictureOf[row]]].push_back(row);
    std::vector<TemplateGroup> groups;
    std::map<std::string, std::size_t> named;
    for (auto &[cluster, members] : byCluster) {
        job.cancel.check();
        // A cluster of one may still be the known template that others are.
        if (members.size() < least && known.empty())
            continue;
        const auto match = known.match(rows.pictures[clusters.middle[cluster]]);
        const auto [place, isNew] =
            match ? named.try_emplace(match->name, groups.size()) : std::pair(named.end(), true);
        if (isNew) {
            groups.push_back({match ? match->name : "", match, std::move(members), 0, std::nullopt});
            continue;
        }
        TemplateGroup &group = groups[place->second];
        group.members.insert(group.members.end(), members.begin(), members.end());
        if (match->distance < group.known->distance)
            group.known = match;
    }
    std::erase_if(groups,
                  [&](const TemplateGroup &group) { return group.members.size() < std::max<std::size_t>(least, 2); });
    for (TemplateGroup &group : groups)
        std::ranges::sort(group.members);
    std::ranges::stable_sort(groups, [](const TemplateGroup &a, const TemplateGroup &b) {
        return a.members.size() != b.members.size() ? a.members.size() > b.members.size()
                                                    : a.members.front() < b.members.front();
    });
    std::size_t unnamed = 0;
    for (TemplateGroup &group : groups) {
        if (group.name.empty())
            group.name = "template " + std::to_string(++unnamed);
        std::vector<double> values;
        for (const std::size_t row : group.members)
            values.push_back(percentiles[row]);
        group.interval = medianInterval(values, mixSeed(1, group.members.front()), job);
        group.medianPercentile = medianOf(values);
        std::ranges::stable_sort(group.members, std::ranges::greater(),
                                 [&](std::size_t row) { return rows.upvotes[row]; });
    }
    return groups;
}

}  // namespace dank
