#include "core/evaluate/permutation.h"

#include <cmath>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/rows.h"
#include "core/evaluate/metrics.h"

namespace dank {

namespace {

/// Sums of the same numbers in another order differ by less.
constexpr double kRounding = 1e-9;

/// Average ranks less their mean, of length 1; empty for equal values. The product of two is Spearman's rho.
std::vector<double> unitRanks(std::span<const double> values, std::span<const std::size_t> members)
{
    std::vector<double> ranks = averageRanks(picked<double>(values, members));
    const double mean = (static_cast<double>(ranks.size()) + 1) / 2;
    double squares = 0;
    for (double &rank : ranks) {
        rank -= mean;
        squares += rank * rank;
    }
    if (squares == 0)
        return {};
    for (double &rank : ranks)
        rank /= std::sqrt(squares);
    return ranks;
}

/// Rows among which targets are dealt.
struct Deck {
    std::vector<std::size_t> members;
    std::vector<double> actual;      ///< unit ranks; empty for equal targets
    std::vector<double> prediction;  ///< unit ranks, with the weight that the group and the seed have in the figure
};

std::vector<Deck> decksOf(const JudgedRows &rows, bool within)
{
    std::vector<Deck> decks;
    const auto groupOf = [&](std::size_t row) { return within ? std::string_view(rows.groups[row]) : "all"; };
    for (const std::vector<std::size_t> &members : rowsByKey(rows.actual.size(), groupOf)) {
        std::vector<double> actual = unitRanks(rows.actual, members);
        if (!actual.empty() && !groupOf(members.front()).empty())
            decks.push_back({members, std::move(actual), std::vector<double>(members.size())});
    }
    return decks;
}

/// Adds one training's predictions, so that the sum of products is the mean over groups by rows. False where that is
/// undefined.
bool addPredictions(std::vector<Deck> &decks, std::span<const double> predicted)
{
    std::vector<std::vector<double>> ranks;
    double count = 0;
    for (const Deck &deck : decks) {
        ranks.push_back(unitRanks(predicted, deck.members));
        if (!ranks.back().empty())
            count += static_cast<double>(deck.members.size());
    }
    for (std::size_t i = 0; i < decks.size(); ++i)
        for (std::size_t k = 0; k < ranks[i].size(); ++k)
            decks[i].prediction[k] += ranks[i][k] * static_cast<double>(decks[i].members.size()) / count;
    return count > 0;
}

double statistic(const std::vector<Deck> &decks)
{
    double sum = 0;
    for (const Deck &deck : decks)
        for (std::size_t k = 0; k < deck.actual.size(); ++k)
            sum += deck.prediction[k] * deck.actual[k];
    return sum;
}

void checkLength(std::size_t length, const JudgedRows &rows)
{
    if (length != rows.actual.size())
        throw Error(ErrorKind::Shape, "There are " + std::to_string(length) + " predictions or groups for "
                                          + std::to_string(rows.actual.size()) + " rows.");
}

}  // namespace

std::optional<double> permutationPValue(const JudgedRows &rows, bool within, const PermutationOptions &options,
                                        const JobContext &job)
{
    if (within)
        checkLength(rows.groups.size(), rows);
    std::vector<Deck> decks = decksOf(rows, within);
    bool isDefined = false;
    for (const std::span<const double> predicted : rows.answers()) {
        checkLength(predicted.size(), rows);
        isDefined |= addPredictions(decks, predicted);
    }
    if (!isDefined)
        return std::nullopt;

    const double reached = statistic(decks) - kRounding;
    Random random(options.seed);
    std::size_t asGreat = 0;
    for (std::size_t permutation = 0; permutation < options.permutations; ++permutation) {
        if (permutation % 64 == 0)
            job.cancel.check();
        for (Deck &deck : decks)
            random.shuffle(std::span(deck.actual));
        asGreat += statistic(decks) >= reached;
    }
    return static_cast<double>(1 + asGreat) / static_cast<double>(1 + options.permutations);
}

}  // namespace dank
