#include "core/learn/target.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/names.h"

namespace dank {

namespace {

constexpr std::size_t kMaxQuantiles = 1001;
constexpr const char *kNames[] = {"max", "log", "percentile"};

/// Mid-rank of `value` among the ascending `sorted`, as a share of their number: (below + equal / 2) / n.
/// Between two of them it is interpolated linearly, so that the map has an inverse.
double midRank(const std::vector<double> &sorted, double value)
{
    const auto count = static_cast<double>(sorted.size());
    const auto share = [&](double present) {
        const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), present);
        return (static_cast<double>(first - sorted.begin()) + static_cast<double>(last - sorted.begin())) / 2 / count;
    };
    if (value <= sorted.front())
        return share(sorted.front());
    if (value >= sorted.back())
        return share(sorted.back());
    const auto next = std::lower_bound(sorted.begin(), sorted.end(), value);
    if (*next == value)
        return share(value);
    const double low = *(next - 1);
    const double high = *next;
    const double below = share(low);
    return below + (share(high) - below) * (value - low) / (high - low);
}

/// The inverse of midRank().
double valueAt(const std::vector<double> &sorted, double share)
{
    const auto above = std::partition_point(sorted.begin(), sorted.end(),
                                            [&](double value) { return midRank(sorted, value) <= share; });
    if (above == sorted.begin())
        return sorted.front();
    if (above == sorted.end())
        return sorted.back();
    const double low = *(above - 1);
    const double high = *above;
    const double below = midRank(sorted, low);
    return low + (high - low) * (share - below) / (midRank(sorted, high) - below);
}

double toUnit(double value)
{
    return value > 0 ? std::min(value, 1.0) : 0.0;  // NaN becomes 0
}

}  // namespace

const char *targetKindName(TargetKind kind) noexcept
{
    return nameIn(kNames, kind);
}

TargetKind targetKindFromName(std::string_view name)
{
    if (const auto kind = valueIn<TargetKind>(kNames, name))
        return *kind;
    throw Error(ErrorKind::Format, "There is no target '" + std::string(name) + "'. Choose max, log or percentile.");
}

TargetTransform TargetTransform::fit(TargetKind kind, std::span<const std::int64_t> upvotes)
{
    if (upvotes.empty())
        throw Error(ErrorKind::Dataset, "There are no upvotes to scale: no meme can be used.");
    std::vector<double> sorted;
    sorted.reserve(upvotes.size());
    for (const std::int64_t value : upvotes)
        sorted.push_back(static_cast<double>(std::max<std::int64_t>(value, 0)));

    TargetTransform transform;
    transform.m_kind = kind;
    if (kind != TargetKind::Percentile) {
        const double greatest = *std::max_element(sorted.begin(), sorted.end());
        if (!(greatest > 0))
            throw Error(ErrorKind::Dataset,
                        "Every meme has 0 upvotes, so upvotes cannot be divided by the greatest of them. "
                        "Choose the percentile target, or a dataset with upvotes.");
        transform.m_parameters = {greatest};
        return transform;
    }

    std::sort(sorted.begin(), sorted.end());
    if (sorted.size() <= kMaxQuantiles) {
        transform.m_parameters = std::move(sorted);
        return transform;
    }
    transform.m_parameters.resize(kMaxQuantiles);
    for (std::size_t i = 0; i < kMaxQuantiles; ++i) {
        const double position = static_cast<double>(i) * static_cast<double>(sorted.size() - 1) / (kMaxQuantiles - 1);
        const auto below = static_cast<std::size_t>(position);
        const std::size_t above = std::min(below + 1, sorted.size() - 1);
        transform.m_parameters[i] = std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
    }
    return transform;
}

TargetTransform TargetTransform::fromParameters(TargetKind kind, std::vector<double> parameters)
{
    const auto refuse = [&](const std::string &why) {
        throw Error(ErrorKind::Format, std::string("The parameters of the target '") + targetKindName(kind)
                                           + "' make no sense: " + why + ".");
    };
    for (const double value : parameters)
        if (!std::isfinite(value) || value < 0)
            refuse("one of them is negative or not a finite number");
    if (kind == TargetKind::Percentile) {
        if (parameters.empty() || parameters.size() > kMaxQuantiles)
            refuse("there are " + std::to_string(parameters.size()) + " of them instead of 1 to "
                   + std::to_string(kMaxQuantiles));
        if (!std::is_sorted(parameters.begin(), parameters.end()))
            refuse("they are not ascending");
    } else {
        if (parameters.size() != 1)
            refuse("there are " + std::to_string(parameters.size()) + " of them instead of 1");
        if (!(parameters.front() > 0))
            refuse("the greatest number of upvotes is 0");
    }
    TargetTransform transform;
    transform.m_kind = kind;
    transform.m_parameters = std::move(parameters);
    return transform;
}

float TargetTransform::toDankness(std::int64_t upvotes) const
{
    const auto value = static_cast<double>(std::max<std::int64_t>(upvotes, 0));
    switch (m_kind) {
    case TargetKind::Max: return static_cast<float>(toUnit(value / m_parameters.front()));
    case TargetKind::Log: return static_cast<float>(toUnit(std::log1p(value) / std::log1p(m_parameters.front())));
    case TargetKind::Percentile: return static_cast<float>(toUnit(midRank(m_parameters, value)));
    }
    return 0;
}

double TargetTransform::toUpvotes(double dankness) const
{
    const double share = toUnit(dankness);
    switch (m_kind) {
    case TargetKind::Max: return share * m_parameters.front();
    case TargetKind::Log: return std::expm1(share * std::log1p(m_parameters.front()));
    case TargetKind::Percentile: return valueAt(m_parameters, share);
    }
    return 0;
}

GroupedTarget GroupedTarget::fit(TargetKind kind, std::span<const std::int64_t> upvotes,
                                 std::span<const std::string> groups, std::span<const std::size_t> train,
                                 std::size_t leastMembers)
{
    if (!groups.empty() && groups.size() != upvotes.size())
        throw Error(ErrorKind::Shape, "The groups of a target are not about the same memes as its upvotes.");
    std::vector<std::size_t> rows(train.begin(), train.end());
    if (kind != TargetKind::Percentile) {
        rows.resize(upvotes.size());
        std::iota(rows.begin(), rows.end(), std::size_t{0});
    }

    std::vector<std::int64_t> fitted;
    std::map<std::string, std::vector<std::int64_t>> members;
    for (const std::size_t row : rows) {
        if (row >= upvotes.size())
            throw Error(ErrorKind::Shape, "A target is to be fitted on a row that is not there.");
        fitted.push_back(upvotes[row]);
        if (!groups.empty() && !groups[row].empty())
            members[groups[row]].push_back(upvotes[row]);
    }
    GroupedTarget target;
    target.global = TargetTransform::fit(kind, fitted);
    if (kind == TargetKind::Percentile && !groups.empty()) {
        // Splits that keep groups whole leave held-out groups without rows to learn from: they are ranked among
        // themselves.
        std::map<std::string, std::vector<std::int64_t>> heldOut;
        for (std::size_t row = 0; row < upvotes.size(); ++row)
            if (!groups[row].empty() && !members.contains(groups[row]))
                heldOut[groups[row]].push_back(upvotes[row]);
        members.merge(heldOut);
    }
    for (const auto &[group, values] : members) {
        const bool hasUnit = kind == TargetKind::Percentile || *std::max_element(values.begin(), values.end()) > 0;
        if (values.size() >= std::max<std::size_t>(leastMembers, 1) && hasUnit)
            target.byGroup.emplace(group, TargetTransform::fit(kind, values));
    }
    target.validate();
    return target;
}

void GroupedTarget::validate() const
{
    if (byGroup.size() > kMaxGroups)
        throw Error(ErrorKind::Format, "A target within " + std::to_string(byGroup.size())
                                           + " groups is too much; "
                                             "up to "
                                           + std::to_string(kMaxGroups) + " can be kept.");
    for (const auto &[group, transform] : byGroup) {
        if (group.empty() || group.size() > kMaxNameBytes || printable(sanitizeUtf8(group)) != group)
            throw Error(ErrorKind::Format, "A target's group has no proper name.");
        if (transform.kind() != global.kind())
            throw Error(ErrorKind::Format, "The target of the group '" + group + "' is "
                                               + targetKindName(transform.kind()) + " where the others are "
                                               + targetKindName(global.kind()) + ".");
    }
}

const TargetTransform &GroupedTarget::of(const std::string &group) const
{
    const auto found = byGroup.find(group);
    return found == byGroup.end() ? global : found->second;
}

}  // namespace dank
