// Epochs a second of the regressor's training on random features: bench_trainer [PRESET] [EPOCHS] [ROWS] [COLUMNS]
// [THREADS]: with the last one line of JSON.

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/nn/training/practice_data.h"
#include "core/nn/training/trainer.h"

using namespace dank;

int main(int argc, char **argv)
try {
    const auto number = [&](int at, std::size_t otherwise) {
        return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
    };
    TrainConfig config = TrainConfig::fromPreset(argc > 1 ? argv[1] : "standard");
    config.epochs = static_cast<int>(number(2, 8));
    config.patience = 0;
    const std::size_t rows = number(3, 3338), columns = number(4, 2048);
    const auto [matrix, targets, split] = makePracticeData(rows, columns);
    TrainingControl control;
    std::vector<double> seconds;
    for (const EpochStats &stats :
         trainRegressor({matrix, targets, split}, config, {}, control, {}, {}, static_cast<int>(number(5, 1))).curve)
        seconds.push_back(stats.seconds);
    std::sort(seconds.begin(), seconds.end());
    if (argc > 5) {
        std::printf("{\"program\": \"dank\", \"threads\": %zu, \"milliseconds\": %.3f}\n", number(5, 1),
                    1e3 * seconds[seconds.size() / 2]);
        return 0;
    }
    std::printf("%s, %zu x %zu: median %.1f ms an epoch, best %.1f ms\n", config.preset.c_str(), rows, columns,
                1e3 * seconds[seconds.size() / 2], 1e3 * seconds.front());
    return 0;
} catch (const Error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
