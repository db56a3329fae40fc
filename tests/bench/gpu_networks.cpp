// What core/nn does on a device, the peer of gpu_peer.py:
//     gpu_networks [--device auto|cpu|cuda] [--batches 8,128] [--callers N] [--seconds S] [ID…]
//     gpu_networks --device cuda --memory 3 [ID]
// One line of JSON for each network and precision: pictures a second from RGB bytes to features with so many threads
// calling, as extraction does, and how far the features are from the processor's in float32. With --memory it takes the
// device's memory but for so many GB and asks for 2,048 pictures at once: in a process of its own, since a driver
// without memory may have no room for cuDNN's better kernels afterwards.

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <limits>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/nn/agreement.h"
#include "core/nn/networks/backbone.h"
#include "core/nn/training/practice_data.h"

using namespace dank;

namespace {

constexpr std::uint64_t kSeed = 42;
constexpr std::size_t kCompared = 16;  // pictures
using Clock = std::chrono::steady_clock;
using Features = std::vector<float>;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

Features featuresOf(const Backbone &network, std::span<const Image> images)
{
    Features out(images.size() * static_cast<std::size_t>(network.spec().columns));
    network.extract(images, out);
    return out;
}

/// Over all callers, of the median of three rounds.
double picturesPerSecond(const Backbone &network, std::span<const Image> images, int callers, int threadsEach,
                         double seconds)
{
    constexpr int kRounds = 3;
    double speeds[kRounds] = {};
    std::atomic<std::size_t> passes = 0;
    Clock::time_point start;
    std::barrier together(callers + 1);
    std::vector<std::exception_ptr> problems(static_cast<std::size_t>(callers));
    std::vector<std::thread> threads;
    for (std::exception_ptr &problem : problems) {
        threads.emplace_back([&] {
            setIntraOpThreads(threadsEach);
            const auto safely = [&](auto &&work) {
                try {
                    if (!problem)
                        work();
                } catch (...) {
                    problem = std::current_exception();
                }
            };
            safely([&] { featuresOf(network, images); });  // warms up
            for (int round = 0; round < kRounds; ++round) {
                together.arrive_and_wait();
                together.arrive_and_wait();  // `start` is set
                safely([&] {
                    do {
                        featuresOf(network, images);
                        ++passes;
                    } while (secondsSince(start) < seconds);
                });
                together.arrive_and_wait();
            }
        });
    }
    for (double &speed : speeds) {
        together.arrive_and_wait();
        passes = 0;
        start = Clock::now();
        together.arrive_and_wait();
        together.arrive_and_wait();
        speed = static_cast<double>(passes * images.size()) / secondsSince(start);
    }
    for (std::thread &thread : threads)
        thread.join();
    for (const std::exception_ptr &problem : problems)
        if (problem)
            std::rethrow_exception(problem);
    std::sort(std::begin(speeds), std::end(speeds));
    return speeds[kRounds / 2];
}

struct Options {
    Device device;
    std::vector<std::size_t> batches;
    int callers = 1;
    double seconds = 0.2;
    int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
};

void measure(const BackboneSpec &spec, const Options &options)
{
    const std::vector<Precision> precisions = precisionsOf(options.device);
    const auto build = [&](const Device &device, Precision precision) {
        return std::async(std::launch::async, [&spec, device, precision] {
            return std::shared_ptr<const Backbone>(makeBackbone(spec, {}, kSeed, device, precision));
        });
    };
    auto exactNetwork = build(chooseDevice("cpu"), Precision::Float32);
    std::vector<std::future<std::shared_ptr<const Backbone>>> building;
    for (const Precision precision : precisions)
        building.push_back(build(options.device, precision));

    const std::vector<Image> images = practicePictures(std::max(kCompared, options.batches.back()), spec.inputSide);
    const std::span<const Image> compared = std::span(images).first(kCompared);
    setIntraOpThreads(options.threads);
    const Features exact = featuresOf(*exactNetwork.get(), compared);
    for (std::size_t i = 0; i < precisions.size(); ++i) {
        const std::shared_ptr<const Backbone> network = building[i].get();
        const Features mine = featuresOf(*network, compared);
        std::printf("{\"part\": \"agreement\", \"network\": \"%s\", \"precision\": \"%s\", \"relative\": %.3g, "
                    "\"one_less_cosine\": %.3g}\n",
                    spec.id.c_str(), precisionName(precisions[i]), relativeDifference(mine, exact),
                    angleOf(mine, exact, static_cast<std::size_t>(spec.columns)));
        for (const std::size_t batch : options.batches) {
            const int threadsEach = options.device.isCuda() ? 1 : std::max(1, options.threads / options.callers);
            const double speed = picturesPerSecond(*network, std::span(images).first(batch), options.callers,
                                                   threadsEach, options.seconds);
            std::printf("{\"part\": \"speed\", \"program\": \"dank\", \"network\": \"%s\", \"precision\": \"%s\", "
                        "\"batch\": %zu, \"callers\": %d, \"images_per_second\": %.2f}\n",
                        spec.id.c_str(), precisionName(precisions[i]), batch, options.callers, speed);
            std::fflush(stdout);
        }
    }
}

/// Takes all of the device's memory but for `gigabytes`.
std::vector<at::Tensor> takeMemory(const Device &device, std::size_t gigabytes)
{
    std::vector<at::Tensor> taken;
    try {
        while (true)
            taken.push_back(at::empty({std::int64_t{1} << 30},
                                      at::TensorOptions().dtype(at::kByte).device(at::Device(device.name))));
    } catch (const c10::OutOfMemoryError &) {
        taken.resize(taken.size() - std::min(gigabytes, taken.size()));
    }
    return taken;
}

void fillMemory(const BackboneSpec &spec, const Device &device, std::size_t gigabytes)
{
    constexpr std::size_t kDifferent = 32, kAsked = 2048;
    const auto network = makeBackbone(spec, {}, kSeed, device, Precision::Float32);
    const std::vector<Image> few = practicePictures(kDifferent, spec.inputSide);
    const Features expected = featuresOf(*network, few);
    std::vector<Image> many;
    for (std::size_t i = 0; i < kAsked; ++i)
        many.push_back(few[i % kDifferent]);

    const std::vector<at::Tensor> taken = takeMemory(device, gigabytes);
    const auto start = Clock::now();
    const Features got = featuresOf(*network, many);
    const double seconds = secondsSince(start);
    double off = 0;
    for (std::size_t i = 0; i < got.size(); i += expected.size()) {
        const auto begin = got.begin() + static_cast<std::ptrdiff_t>(i);
        const double here =
            relativeDifference(Features(begin, begin + static_cast<std::ptrdiff_t>(expected.size())), expected);
        off = here <= off ? off : here;
    }
    std::printf("{\"part\": \"memory\", \"network\": \"%s\", \"taken_gb\": %zu, \"left_gb\": %zu, \"asked\": %zu, "
                "\"held\": %zu, \"relative\": %.3g, \"seconds\": %.3f}\n",
                spec.id.c_str(), taken.size(), gigabytes, kAsked, network->memoryHolds().value_or(kAsked), off,
                seconds);
}

}  // namespace

int main(int argc, char **argv)
{
    std::map<std::string, std::string> given{
        {"--device", "auto"}, {"--batches", "8,128"}, {"--callers", "4"}, {"--seconds", "0.2"}, {"--memory", "0"}};
    std::vector<const BackboneSpec *> networks;
    for (int i = 1; i < argc; ++i) {
        if (given.contains(argv[i]) && i + 1 < argc) {
            given[argv[i]] = argv[i + 1];
            ++i;
        } else if (const BackboneSpec *const spec = findNetworkSpec(argv[i])) {
            networks.push_back(spec);
        } else {
            std::fprintf(stderr, "usage: gpu_networks [--device auto|cpu|cuda] [--batches 8,128] [--callers N] "
                                 "[--seconds S] [--memory GB] [ID…]\n");
            return 2;
        }
    }
    if (networks.empty())
        for (const BackboneSpec &spec : networkSpecs())
            networks.push_back(&spec);
    try {
        keepFreedMemory();  // as the engine does
        Options options;
        options.device = chooseDevice(given["--device"]);
        options.callers = std::max(1, std::atoi(given["--callers"].c_str()));
        options.seconds = std::atof(given["--seconds"].c_str());
        std::istringstream batches(given["--batches"]);
        for (std::string batch; std::getline(batches, batch, ',');)
            options.batches.push_back(static_cast<std::size_t>(std::clamp(std::atoi(batch.c_str()), 1, 4096)));
        std::sort(options.batches.begin(), options.batches.end());
        if (options.batches.empty())
            throw Error(ErrorKind::Format, "--batches takes numbers with commas between them.");
        if (const int gigabytes = std::atoi(given["--memory"].c_str()); gigabytes > 0) {
            if (!options.device.isCuda())
                throw Error(ErrorKind::Device, "--memory is for a CUDA device.");
            fillMemory(*networks.front(), options.device, static_cast<std::size_t>(gigabytes));
            return 0;
        }
        for (const BackboneSpec *const spec : networks)
            measure(*spec, options);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
