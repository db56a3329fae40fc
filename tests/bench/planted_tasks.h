#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/learn/train_config.h"
#include "core/pipeline/runs/run_data.h"

/// Made-up datasets of which it is known what picture and title tell, as a run would see them.
namespace dank::planted {

enum class Shape {
    Luck,    ///< the picture tells nothing
    Linear,  ///< a straight line through its features
    Kinked,  ///< hinges: half of what it tells no straight line can say
};

/// What is planted and how much of it.
struct Task {
    const char *name = "";
    std::size_t rows = 0;  ///< as in the db.json: those to choose and to judge by are among them
    std::size_t columns = 0;
    Shape shape = Shape::Luck;
    double picture = 0;      ///< share of the variance that the picture explains
    double words = 0;        ///< and the title
    bool few = false;        ///< the columns are mixtures of 24 things, some of which matter more than others
    bool tails = false;      ///< what the columns are made of has tails as Student's t with 3 degrees
    bool maximum = false;    ///< upvotes by their maximum, which is far away, instead of percentiles
    bool oneAuthor = false;  ///< who has half of the rows; every author's memes share half of their luck
    int repetitions = 1;
};

/// Chosen before any of them was run.
inline const std::vector<Task> kTasks{
    {"line, 30 memes", 30, 64, Shape::Linear, 0.5, 0, true, false, false, false, 100},
    {"only words, 30 memes", 30, 64, Shape::Luck, 0, 0.5, true, false, false, false, 100},
    {"neither, 30 memes", 30, 64, Shape::Luck, 0, 0, true, false, false, false, 100},
    {"both, 100 memes", 100, 64, Shape::Linear, 0.3, 0.3, true, false, false, false, 40},
    {"line", 300, 128, Shape::Linear, 0.3, 0, true, false, false, false, 20},
    {"kinks", 300, 64, Shape::Kinked, 0.5, 0, true, false, false, false, 20},
    {"only words", 300, 64, Shape::Luck, 0, 0.3, true, false, false, false, 20},
    {"neither", 300, 64, Shape::Luck, 0, 0, true, false, false, false, 20},
    {"both, one author has half", 600, 64, Shape::Linear, 0.2, 0.2, true, false, false, true, 10},
    {"both", 1000, 128, Shape::Linear, 0.2, 0.2, false, false, false, false, 8},
    {"line, 2,048 columns", 1000, 2048, Shape::Linear, 0.3, 0, true, false, false, false, 3},
    {"line, columns with heavy tails", 1000, 64, Shape::Linear, 0.3, 0, false, true, false, false, 8},
    {"line, upvotes by their maximum", 1000, 64, Shape::Linear, 0.3, 0, true, false, true, false, 8},
    {"kinks, columns of equal weight", 3000, 64, Shape::Kinked, 0.4, 0, false, false, false, false, 4},
    {"kinks and words", 3000, 64, Shape::Kinked, 0.3, 0.2, true, false, false, false, 4},
    {"only words, 2,048 columns", 3000, 2048, Shape::Luck, 0, 0.2, true, false, false, false, 1},
    {"weak line", 3000, 256, Shape::Linear, 0.05, 0, false, false, false, false, 4},
    {"kinks", 20'000, 64, Shape::Kinked, 0.3, 0, false, false, false, false, 1},
    {"both, weak", 20'000, 64, Shape::Linear, 0.1, 0.1, false, false, false, false, 1},
    {"neither", 20'000, 64, Shape::Luck, 0, 0, true, false, false, false, 4},
};

/// A task's rows, and behind them `fresh` rows of the same law by other authors that no side of the split has.
struct Planted {
    RunData data;
    std::vector<std::size_t> fresh;
};

/// To mean 0 and deviation 1.
inline void standardise(std::vector<double> &values)
{
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (double &value : values) {
        value -= mean;
        squares += value * value / count;
    }
    for (double &value : values)
        value /= std::sqrt(squares);
}

/// Titles of three to eight words out of 300, some more common than others; appends to `captions` and returns what each
/// tells, which is the sum of what its words do.
inline std::vector<double> plantTitles(std::size_t rows, Random &random, std::vector<Caption> &captions)
{
    constexpr std::size_t kWords = 300;
    std::vector<std::string> words;
    std::vector<double> effects, upTo;
    for (std::size_t w = 0; w < kWords; ++w) {
        std::string word;
        for (std::uint64_t syllables = 2 + random.below(2); syllables > 0; --syllables) {
            word += "bcdfghjklmnprstvz"[random.below(17)];
            word += "aeiou"[random.below(5)];
        }
        words.push_back(std::move(word));
        effects.push_back(random.normal());
        upTo.push_back((upTo.empty() ? 0 : upTo.back()) + 1.0 / static_cast<double>(w + 10));
    }
    std::vector<double> tells;
    for (std::size_t row = 0; row < rows; ++row) {
        std::string title;
        double sum = 0;
        for (std::uint64_t left = 3 + random.below(6); left > 0; --left) {
            const auto found = std::upper_bound(upTo.begin(), upTo.end() - 1, random.uniform(0, upTo.back()));
            const auto word = static_cast<std::size_t>(found - upTo.begin());
            title += (title.empty() ? "" : " ") + words[word];
            sum += effects[word];
        }
        captions.push_back({std::move(title), {}});
        tells.push_back(sum);
    }
    standardise(tells);
    return tells;
}

/// Fills `features` and returns what each picture tells.
inline std::vector<double> plantPictures(const Task &task, std::size_t rows, Random &random, FeatureMatrix &features)
{
    constexpr std::size_t kThings = 24, kThatMatter = 8;
    const std::size_t things = task.few ? kThings : task.columns;
    std::vector<double> mixing(task.few ? things * task.columns : 0), first(things), second(things);
    for (double &weight : mixing)
        weight = random.normal();
    for (std::size_t t = 0; t < things; ++t) {
        first[t] = task.few && t >= kThatMatter ? 0 : random.normal();
        second[t] = task.few && t >= kThatMatter ? 0 : random.normal();
    }
    std::vector<double> along(rows), across(rows), thing(things);
    features.values.reserve(rows * task.columns);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t t = 0; t < things; ++t) {
            double squares = 0;
            for (int degree = 0; task.tails && degree < 3; ++degree) {
                const double one = random.normal();
                squares += one * one / 3;
            }
            thing[t] = random.normal() / (task.tails ? std::sqrt(squares) : 1);
            if (task.few)
                thing[t] /= std::sqrt(1.0 + static_cast<double>(t));
            along[row] += first[t] * thing[t];
            across[row] += second[t] * thing[t];
        }
        for (std::size_t c = 0; c < task.columns; ++c) {
            double value = task.few ? 0.5 * random.normal() : thing[c];
            for (std::size_t t = 0; task.few && t < things; ++t)
                value += thing[t] * mixing[t * task.columns + c];
            features.values.push_back(static_cast<float>(value));
        }
    }
    standardise(along);
    standardise(across);
    if (task.shape == Shape::Kinked)
        for (std::size_t row = 0; row < rows; ++row)
            along[row] = std::max(0.0, along[row]) + std::abs(across[row]);
    standardise(along);
    return along;
}

/// Same task and seed, same rows. `config`: its target, split and seed count.
inline Planted plant(const Task &task, const TrainConfig &config, std::size_t fresh, std::uint64_t seed)
{
    Random random(mixSeed(seed, 13));
    Planted planted;
    RunData &data = planted.data;
    const std::size_t rows = task.rows + fresh;
    data.features.backbone = "planted";
    data.features.columns = task.columns;
    const std::vector<double> picture = plantPictures(task, rows, random, data.features);
    const std::vector<double> words = plantTitles(rows, random, data.captions);

    double shared = 0;
    const double ofTheOne = random.normal();
    std::size_t author = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        const bool one = task.oneAuthor && row < task.rows && row % 2 == 0;
        if (!one && (row % 4 == 1 || row >= task.rows)) {  // others have two memes each
            ++author;
            shared = random.normal();
        }
        double luck = random.normal();
        if (task.oneAuthor)
            luck = std::sqrt(0.5) * (luck + (one ? ofTheOne : shared));
        const double value = std::sqrt(task.picture) * picture[row] + std::sqrt(task.words) * words[row]
                             + std::sqrt(1 - task.picture - task.words) * luck;
        MemeRecord record;
        record.id = "m" + std::to_string(row);
        record.author = one ? "one" : "author" + std::to_string(task.oneAuthor ? author : row);
        record.title = data.captions[row].title;
        record.upvotes = static_cast<std::int64_t>(std::exp(6 + (task.maximum ? 1.5 : 2.0) * value));
        data.features.ids.push_back(record.id);
        data.copies.push_back(row);
        data.clusters.push_back(one ? 0 : task.oneAuthor ? author : row);
        data.records.push_back(std::move(record));
        if (row >= task.rows)
            planted.fresh.push_back(row);
    }
    data.groups.resize(rows);
    data.split = makeRunSplit(std::span(data.records).first(task.rows), {config.split, config.validationFraction, {}},
                              config.seed);
    std::tie(data.target, data.targets) = fitTargets(data, config, data.split.train);
    for (const std::size_t row : data.split.train)
        data.trainMean += data.targets[row] / static_cast<double>(data.split.train.size());
    return planted;
}

}  // namespace dank::planted
