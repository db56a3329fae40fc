// The time of a cross-validation on random features that tell a little: bench_folds [FOLDS] [SEEDS] [PRESET] [ROWS]
// [COLUMNS] [THREADS] Prints one line of JSON.

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/pipeline/runs/cross_validate.h"

using namespace dank;

int main(int argc, char **argv)
try {
    const auto number = [&](int at, std::size_t otherwise) {
        return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
    };
    TrainConfig config = TrainConfig::fromPreset(argc > 3 ? argv[3] : "standard");
    config.folds = static_cast<int>(number(1, 5));
    config.seeds = static_cast<int>(number(2, 5));
    const std::size_t rows = number(4, 3338), columns = number(5, 2048);
    const auto threads = static_cast<int>(number(6, std::max(1u, std::thread::hardware_concurrency())));

    RunData data;
    data.features.columns = columns;
    data.features.values.resize(rows * columns);
    Random random(3);
    for (float &value : data.features.values)
        value = static_cast<float>(random.normal());
    for (std::size_t row = 0; row < rows; ++row) {
        double told = 0;
        for (std::size_t column = 0; column < 20; ++column)
            told += data.features.row(row)[column] / std::sqrt(20);
        MemeRecord record;
        record.id = std::to_string(row);
        record.author = std::to_string(random.below(rows));
        record.upvotes = static_cast<std::int64_t>(1000 * std::exp(0.5 * told + random.normal()));
        data.features.ids.push_back(record.id);
        data.records.push_back(record);
        data.copies.push_back(row);
        data.clusters.push_back(row);
        data.groups.emplace_back();
        data.targets.push_back(0);  // fitted anew, for all folds
    }
    TrainingControl control;
    const auto start = std::chrono::steady_clock::now();
    double controlsAt = 0;
    const auto now = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
    JobContext job;
    job.progress = [&](const Progress &progress) {
        if (progress.done <= static_cast<std::size_t>(config.folds * (config.seeds + 1)))
            controlsAt = now();
    };
    const std::vector<Split> splits = crossValidationSplits(data, config);
    const CrossValidation cross = crossValidate(data, config, splits, threads, {}, control, job);
    std::printf(
        "{\"program\": \"folds\", \"preset\": \"%s\", \"folds\": %d, \"seeds\": %d, \"rows\": %zu, \"columns\": %zu, "
        "\"threads\": %d, \"seconds\": %.1f, \"trained\": %.1f, \"spearman\": %.3f}\n",
        config.preset.c_str(), config.folds, config.seeds, rows, columns, threads, now(), controlsAt,
        cross.evaluation.model.spearman.value_or(0));
    return 0;
} catch (const Error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
