#include "core/explain/map_checks.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/text.h"
#include "core/evaluate/metrics.h"

namespace dank {

namespace {

constexpr const char *kNotAboutUpvotes = "This map is not about upvotes: ";
/// Points that are nothing to look at.
constexpr double kFlat = 1e-3;

std::size_t disputedCells(const Explanation &explanation)
{
    std::size_t disputed = 0;
    for (const MapCell &cell : explanation.cells)
        disputed += cell.disputed ? 1 : 0;
    return disputed;
}

}  // namespace

std::optional<double> rankCorrelation(std::span<const double> map, std::span<const double> other)
{
    if (map.size() < 3 || strength(map) <= 0 || strength(other) <= 0)
        return std::nullopt;
    return computeMetrics(map, other).spearman;
}

double strength(std::span<const double> map)
{
    double squares = 0;
    for (const double value : map)
        squares += value * value;
    return map.empty() ? 0 : std::sqrt(squares / static_cast<double>(map.size()));
}

double direction(std::span<const double> map)
{
    double strongest = 0;
    for (const double value : map)
        if (std::abs(value) > std::abs(strongest))
            strongest = value;
    return strongest < 0 ? -1 : 1;
}

bool disputes(double blurred, double mean, double greatest)
{
    constexpr double kNotable = 0.25;
    if (std::abs(blurred - mean) <= kNotable * greatest)
        return false;
    const double less = std::min(std::abs(blurred), std::abs(mean)), more = std::max(std::abs(blurred), std::abs(mean));
    return (blurred < 0) != (mean < 0) || more > 2 * less;
}

std::vector<std::string> mapWarnings(const Explanation &explanation, const Model &model)
{
    std::vector<std::string> warnings;
    const Judgement verdict = model.verdict();
    if (verdict.kind == VerdictKind::NoEvidence)
        warnings.push_back(kNotAboutUpvotes + ("the model's verdict is \"" + verdict.headline + "\" ")
                           + "It shows what moves a number that orders unseen memes no better than luck.");
    else if (!verdict.kind)
        warnings.push_back("Nothing says that this map is about upvotes: the model is not judged. " + verdict.headline);
    if (explanation.greatest() < kFlat) {
        warnings.push_back(kNotAboutUpvotes + std::string("no part of the picture moves the score."));
        return warnings;
    }
    const MapChecks &checks = explanation.checks;
    if (checks.shuffledCorrelation && std::abs(*checks.shuffledCorrelation) >= kSameMap)
        warnings.push_back(kNotAboutUpvotes
                           + ("the head that learned from shuffled upvotes draws nearly the same (rank correlation "
                              + fixed(*checks.shuffledCorrelation, 2) + ")."));
    if (checks.strengthRatio && *checks.strengthRatio < kWeakMap)
        warnings.push_back(kNotAboutUpvotes
                           + ("parts of the picture move this score " + fixed(*checks.strengthRatio, 2)
                              + " times as far as they move that of a head that learned from shuffled upvotes; "
                                "that is what chance does."));
    if (checks.deletionTop && checks.deletionRandom) {
        const double ahead = (*checks.deletionTop - *checks.deletionRandom) * (*checks.deletionTop < 0 ? -1 : 1);
        if (ahead <= checks.deletionSpread.value_or(0))
            warnings.push_back(kNotAboutUpvotes
                               + ("covering its strongest fifth changes the score by " + fixed(*checks.deletionTop, 1)
                                  + " points, a random fifth by " + fixed(*checks.deletionRandom, 1) + "."));
    }
    if (const std::size_t disputed = disputedCells(explanation); disputed > 0)
        warnings.push_back("The two ways of covering (blurred, and the mean colour) disagree at "
                           + std::to_string(disputed) + " of " + std::to_string(explanation.cells.size())
                           + " places: there the change is as much about what is put in as about what is taken away.");
    return warnings;
}

}  // namespace dank
