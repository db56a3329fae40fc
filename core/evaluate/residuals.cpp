#include "core/evaluate/residuals.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/dataset/grouping.h"

namespace dank {

namespace {

struct RowError {
    double value = 0;
    std::size_t row = 0;
};

std::optional<Interval> medianInterval(const std::vector<RowError> &sorted, const Resamples &resamples)
{
    if (resamples.clusters() < 2)
        return std::nullopt;
    std::vector<double> medians;
    for (std::size_t resample = 0; resample < resamples.count(); ++resample) {
        const auto weights = resamples.weights(resample);
        std::uint64_t total = 0, passed = 0;
        for (const RowError &error : sorted)
            total += weights[error.row];
        for (const RowError &error : sorted) {
            passed += weights[error.row];
            if (total > 0 && passed * 2 >= total) {
                medians.push_back(error.value);
                break;
            }
        }
    }
    return percentileInterval(std::move(medians), resamples.count());
}

std::vector<std::string> groupsOfMemes(const Evaluation &evaluation, const Dataset &dataset, const char *spec)
{
    std::vector<MemeRecord> records;
    for (const JudgedMeme &meme : evaluation.memes) {
        const MemeRecord *record = dataset.find(meme.id);
        records.push_back(record ? *record : MemeRecord());
    }
    GroupContext context;
    context.acceptAny = true;
    try {
        return groupsOf(records, GroupSpec::parse(spec), context).of;
    } catch (const Error &) {  // nobody is known
        return std::vector<std::string>(records.size());
    }
}

}  // namespace

std::vector<std::size_t> clustersOf(const std::vector<JudgedMeme> &memes)
{
    std::vector<std::size_t> clusters;
    for (std::size_t row = 0; row < memes.size(); ++row)
        clusters.push_back(memes[row].cluster == kNoCluster ? kNoCluster - row : memes[row].cluster);
    return clusters;
}

BootstrapOptions quickBootstrap(std::size_t rows) noexcept
{
    BootstrapOptions options;
    options.resamples = std::clamp<std::size_t>(4'000'000 / std::max<std::size_t>(1, rows), 200, 1000);
    return options;
}

GroupResiduals residualsBy(const std::vector<std::string> &groups, std::string name, const Evaluation &evaluation,
                           const BootstrapOptions &options)
{
    const std::vector<JudgedMeme> &memes = evaluation.memes;
    if (groups.size() != memes.size())
        throw Error(ErrorKind::Shape, "There are " + std::to_string(groups.size()) + " groups for "
                                          + std::to_string(memes.size()) + " memes.");
    GroupResiduals found;
    found.name = std::move(name);
    std::map<std::string, std::vector<RowError>> members;
    for (std::size_t row = 0; row < memes.size(); ++row) {
        const double error = memes[row].predicted - memes[row].actual;
        if (!std::isfinite(error))
            continue;
        if (groups[row].empty())
            ++found.unknown;
        else
            members[groups[row]].push_back({error, row});
    }
    found.small = std::erase_if(members, [](const auto &one) { return one.second.size() < kResidualRows; });
    if (members.empty())
        return found;
    const Resamples resamples(memes.size(), clustersOf(memes), options);
    for (auto &[group, errors] : members) {
        std::sort(errors.begin(), errors.end(), [](const RowError &a, const RowError &b) { return a.value < b.value; });
        std::vector<double> values;
        for (const RowError &error : errors)
            values.push_back(error.value);
        found.groups.push_back({group, errors.size(), sortedQuantile(values, 0.25), sortedQuantile(values, 0.5),
                                sortedQuantile(values, 0.75), medianInterval(errors, resamples)});
    }
    std::stable_sort(found.groups.begin(), found.groups.end(), [](const GroupResidual &a, const GroupResidual &b) {
        return std::abs(a.median) > std::abs(b.median);
    });
    return found;
}

GroupResiduals residualsByGroup(const Evaluation &evaluation, const Dataset *dataset, const BootstrapOptions &options)
{
    const auto serves = [](const GroupResiduals &found) { return found.groups.size() >= 2; };
    std::vector<std::string> own;
    for (const JudgedMeme &meme : evaluation.memes)
        own.push_back(meme.group);
    GroupResiduals found =
        residualsBy(own, evaluation.groupName.empty() ? "group" : evaluation.groupName, evaluation, options);
    if (serves(found) || !dataset)
        return serves(found) ? found : GroupResiduals{};
    for (const char *spec : {"author", "month"}) {
        found = residualsBy(groupsOfMemes(evaluation, *dataset, spec), spec, evaluation, options);
        if (serves(found))
            return found;
    }
    return {};
}

}  // namespace dank
