#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/evaluate/evaluation.h"

/// Made-up datasets of which it is known what there is to learn, run through the whole evaluation. A ridge regression
/// stands in for the network's head: what is tested is the verdict, not the training.
namespace dank::planted {

/// What is planted and how much of it.
struct Plan {
    const char *name = "";
    const char *verdict = "";  ///< the right one
    std::size_t rows = 800;
    std::size_t columns = 24;
    double signal = 0;               ///< share of the target's variance inside a group that the features explain
    double groupEffect = 0;          ///< deviation of four groups' levels, in units of the deviation inside them
    bool featuresKnowGroup = false;  ///< one feature tells the groups apart
    double reposts = 0;              ///< share of the rows that show an earlier row's picture and share its target
    bool shuffled = false;           ///< the training targets are shuffled
    bool constant = false;
    std::size_t perAuthor = 1;  ///< rows of one author in a row, who share half of their luck
};

inline const std::vector<Plan> kPlans{
    {"signal", "learned_something", 800, 24, 0.3},
    {"weak signal, many rows", "learned_something", 3000, 64, 0.1},
    {"signal and groups", "learned_something", 1200, 24, 0.3, 2.0, true},
    {"signal, few rows to judge by", "learned_something", 240, 12, 0.6},
    {"groups, features without content", "explained_by_group", 800, 24, 0, 2.0, false},
    {"groups that the features know", "explained_by_group", 800, 24, 0, 2.0, true},
    {"reposts across a random split", "leakage_suspected", 700, 900, 0, 0, false, 0.4},
    {"some reposts across a random split", "leakage_suspected", 1200, 1500, 0, 0, false, 0.25},
    {"reposts and signal", "leakage_suspected", 700, 900, 0.2, 0, false, 0.4},
    {"shuffled upvotes", "no_evidence", 800, 24, 0.3, 0, false, 0, true},
    {"noise", "no_evidence", 800, 24, 0},
    {"noise, few rows to judge by", "no_evidence", 240, 12, 0},
    {"noise, authors in series", "no_evidence", 800, 24, 0, 0, false, 0, false, false, 5},
    {"constant", "no_evidence", 400, 24, 0, 0, false, 0, false, true},
    {"ten rows", "too_few_rows", 10, 24, 0.3},
};

struct Rows {
    std::vector<std::size_t> train, validation, judged;
    BaselineRows view() const { return {train, validation, judged}; }
};

/// 70 / 15 / 15; whole authors, else at random.
inline Rows split(std::size_t rows, std::size_t perAuthor, Random &random)
{
    std::vector<std::size_t> authors((rows + perAuthor - 1) / perAuthor);
    for (std::size_t i = 0; i < authors.size(); ++i)
        authors[i] = i;
    random.shuffle(std::span(authors));
    Rows sides;
    for (std::size_t i = 0; i < authors.size(); ++i) {
        auto &side = i * 20 < authors.size() * 14   ? sides.train
                     : i * 20 < authors.size() * 17 ? sides.validation
                                                    : sides.judged;
        for (std::size_t row = authors[i] * perAuthor; row < std::min(rows, (authors[i] + 1) * perAuthor); ++row)
            side.push_back(row);
    }
    return sides;
}

/// The evaluation of one made-up run; same plan and seed, same evaluation.
inline Evaluation run(const Plan &plan, std::uint64_t seed)
{
    Random random(mixSeed(seed, 11));
    FeatureMatrix features{"planted", {}, plan.columns, {}};
    FeatureMatrix noise{"noise", {}, plan.columns, {}};
    std::vector<double> direction(plan.columns);
    double length = 0;
    for (double &value : direction) {
        value = random.normal();
        length += value * value;
    }
    std::vector<double> levels{-1.2, -0.4, 0.4, 1.2};
    std::vector<double> latent;
    std::vector<std::string> groups;
    double luck = 0;
    for (std::size_t row = 0; row < plan.rows; ++row) {
        const std::size_t group = random.below(4);
        const bool isRepost = row > 20 && random.uniform() < plan.reposts;
        const std::size_t original = isRepost ? random.below(row) : row;
        if (row % plan.perAuthor == 0)
            luck = random.normal();
        double content = 0;
        for (std::size_t c = 0; c < plan.columns; ++c) {
            double value = random.normal();
            if (isRepost)
                value = features.values[original * plan.columns + c] + 0.003 * value;
            else if (c == 0 && plan.featuresKnowGroup)
                value = levels[group] + 0.1 * value;
            else
                content += value * direction[c] / std::sqrt(length);
            features.values.push_back(static_cast<float>(value));
            noise.values.push_back(static_cast<float>(random.normal()));
        }
        features.ids.push_back("m" + std::to_string(row));
        double other = random.normal();
        if (plan.perAuthor > 1)
            other = std::sqrt(0.5) * (other + luck);
        double value = std::sqrt(plan.signal) * content + std::sqrt(1 - plan.signal) * other;
        value += plan.groupEffect * levels[group];
        if (isRepost)
            value = latent[original] + 0.1 * random.normal();
        latent.push_back(plan.constant ? 0.5 : value);
        groups.push_back(plan.groupEffect > 0 ? "sub" + std::to_string(group) : "");
    }
    noise.ids = features.ids;

    std::vector<float> targets;
    std::vector<std::int64_t> upvotes;
    for (const double value : latent) {
        targets.push_back(static_cast<float>(1 / (1 + std::exp(-value))));
        upvotes.push_back(static_cast<std::int64_t>(std::exp(6 + value)));
    }
    const Rows rows = split(plan.rows, plan.perAuthor, random);
    std::vector<float> shuffled = targets;
    std::vector<float> part;
    for (const std::size_t row : rows.train)
        part.push_back(targets[row]);
    random.shuffle(std::span(part));
    for (std::size_t i = 0; i < part.size(); ++i)
        shuffled[rows.train[i]] = part[i];
    const std::vector<float> &learned = plan.shuffled ? shuffled : targets;

    const std::vector<double> predicted = ridgePredictions(features, learned, rows.view());
    BaselineInput input;
    input.features = &features;
    input.groups = groups;
    input.targets = learned;
    input.rows = rows.view();
    BaselineSet set = computeBaselines(input);
    set.baselines.push_back(makeBaseline("random_features", ridgePredictions(noise, learned, rows.view())));
    set.baselines.push_back(makeBaseline("shuffled", ridgePredictions(features, shuffled, rows.view())));

    EvaluationInput evaluation;
    evaluation.trainMean = set.baselines.front().predicted.empty() ? 0 : set.baselines.front().predicted.front();
    evaluation.groupName = "subreddit";
    evaluation.bootstrap.seed = seed;
    evaluation.figures = {Figure::Spearman, Figure::R2};
    for (std::size_t i = 0; i < rows.judged.size(); ++i) {
        const std::size_t row = rows.judged[i];
        JudgedMeme meme{features.ids[row], predicted[i], targets[row], upvotes[row]};
        meme.group = groups[row];
        meme.cluster = row / plan.perAuthor;
        evaluation.memes.push_back(std::move(meme));
    }
    noteNeighbours(evaluation.memes, set, features.ids);
    evaluation.baselines = std::move(set.baselines);
    evaluation.subset = std::to_string(rows.judged.size()) + " held-out memes";
    return evaluate(std::move(evaluation));
}

}  // namespace dank::planted
