// Checks and times this layer by itself, on every device that LibTorch has here: for machines with a GPU but without
// the rest of what the application needs. Exit code 0 when all is well. dank-nn-selftest --checks leaves the timing out
// and checks all networks at the same time.

#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "core/nn/networks/backbone.h"
#include "core/nn/self_check.h"
#include "core/nn/training/practice_data.h"
#include "core/nn/training/trainer.h"

using namespace dank;

namespace {

int failures = 0;

void check(bool good, const std::string &what)
{
    std::printf("%s  %s\n", good ? "ok  " : "FAIL", what.c_str());
    std::fflush(stdout);
    failures += good ? 0 : 1;
}

std::string format(const char *text, double value)
{
    char buffer[200];
    std::snprintf(buffer, sizeof buffer, text, value);
    return buffer;
}

double seconds(auto &&work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void timeForward(const Backbone &backbone, const std::string &name, std::span<const Image> images)
{
    for (std::size_t batch : {std::size_t{1}, std::size_t{8}, std::size_t{32}}) {
        std::vector<float> out(batch * static_cast<std::size_t>(backbone.spec().columns));
        backbone.extract(images.first(batch), out);  // warm up
        double best = 1e9, spent = 0;
        for (int round = 0; round < 5 || spent < 1.0; ++round) {
            const double took = seconds([&] { backbone.extract(images.first(batch), out); });
            best = std::min(best, took);
            spent += took;
            if (spent > 20)
                break;
        }
        std::printf("      %s, batch %zu: %.1f images/s (best round)\n", name.c_str(), batch,
                    static_cast<double>(batch) / best);
        std::fflush(stdout);
    }
}

void show(const std::vector<SelfCheck> &checks)
{
    for (const SelfCheck &one : checks)
        check(one.ok, one.name + format(": %.2g", one.maxDifference) + format(", may be %.2g", one.tolerance));
}

void testDevice(const Device &device, const BackboneSpec &spec, std::span<const Image> images)
{
    std::printf("\n%s (%s), %s\n", device.name.c_str(), device.description.c_str(), spec.title.c_str());
    show(checkFeatures(device, spec, {}));
    for (const Precision precision : precisionsOf(device)) {
        const std::string name = device.name + " " + precisionName(precision);
        try {
            timeForward(*makeBackbone(spec, {}, 42, device, precision), name, images);
        } catch (const Error &error) {
            check(false, name + ": " + error.what());
        }
    }
}

void checkAndTimeAll(int threads)
{
    for (const BackboneSpec &spec : networkSpecs()) {
        const std::vector<Image> images = practicePictures(32, spec.inputSide);
        setIntraOpThreads(1);
        std::printf("\ncpu with one thread, %s\n", spec.title.c_str());
        for (const Precision precision : precisionsOf(chooseDevice("cpu")))
            timeForward(*makeBackbone(spec, {}, 42, chooseDevice("cpu"), precision),
                        std::string("cpu ") + precisionName(precision), images);
        setIntraOpThreads(threads);
        for (const Device &device : availableDevices())
            testDevice(device, spec, images);
    }
}

void checkAll(int threads)
{
    const std::vector<Device> devices = availableDevices();
    std::vector<std::future<std::vector<SelfCheck>>> running;
    for (const Device &device : devices) {
        for (const BackboneSpec &spec : networkSpecs())
            running.push_back(std::async(std::launch::async, [&device, &spec, threads] {
                setIntraOpThreads(std::max(1, threads / 4));
                return checkFeatures(device, spec, {});
            }));
        std::printf("\n%s (%s)\n", device.name.c_str(), device.description.c_str());
        for (auto &one : running)
            show(one.get());
        running.clear();
    }
}

void testTraining()
{
    constexpr std::size_t kRows = 3338, kColumns = 2048;
    const auto [matrix, targets, split] = makePracticeData(kRows, kColumns);
    std::printf("\nTraining 2048-512-256-128-32-8-1 on %zu rows\n", kRows);
    for (TrainConfig config : {TrainConfig::standard(), TrainConfig::paper()}) {
        config.epochs = 4;
        config.patience = 0;
        TrainingControl control;
        const TrainingState state = trainRegressor({matrix, targets, split}, config, {}, control, {}, {});
        double best = 1e9;
        bool finite = true;
        for (const EpochStats &stats : state.curve) {
            best = std::min(best, stats.seconds);
            finite = finite && std::isfinite(stats.trainLoss) && std::isfinite(stats.validationLoss);
        }
        check(finite, config.preset + format(": first training loss %.3g", state.curve.front().trainLoss));
        std::printf("      %.2f epochs/s (best of 4)\n", 1.0 / best);
    }
}

}  // namespace

int main(int argc, char **argv)
{
    const bool checksOnly = argc == 2 && std::string_view(argv[1]) == "--checks";
    if (argc > 1 && !checksOnly) {
        std::fprintf(stderr, "usage: dank-nn-selftest [--checks]\n");
        return 2;
    }
    try {
        const int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
        std::printf("LibTorch %s, bfloat16 in the processor: %s\n", torchVersion().c_str(),
                    cpuHasNativeBFloat16() ? "yes" : "no");
        const Device automatic = chooseDevice("auto");
        std::printf("auto takes %s. %s\n", automatic.name.c_str(), automatic.note.c_str());

        if (checksOnly)
            checkAll(threads);
        else
            checkAndTimeAll(threads);
        std::printf("\n");
        show(checkTrainingStep());
        if (!checksOnly)
            testTraining();
    } catch (const std::exception &error) {
        check(false, error.what());
    }
    std::printf("\n%s\n", failures == 0 ? "All is well." : "Something failed.");
    return failures == 0 ? 0 : 1;
}
