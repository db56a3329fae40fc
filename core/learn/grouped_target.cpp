#include "core/learn/grouped_target.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

GroupedTarget GroupedTarget::fit(TargetKind kind, std::span<const std::int64_t> upvotes,
                                 std::span<const std::string> groups, std::span<const std::size_t> train,
                                 std::size_t leastMembers)
{
    if (!groups.empty() && groups.size() != upvotes.size())
        throw Error(ErrorKind::Shape, "The groups of a target are not about the same memes as its upvotes.");
    std::vector<std::size_t> all;
    if (kind != TargetKind::Percentile) {
        all.resize(upvotes.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
    }
    const std::span<const std::size_t> rows =
        kind == TargetKind::Percentile ? train : std::span<const std::size_t>(all);

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
