// Pictures a second through one feature network, the peer of networks_peer.py:
//     bench_networks --backbone ID --precision fp32|bf16 --threads N --batch B --seconds S
// From RGB bytes to features, by the median pass after two to warm up. Weights are random, pictures drawn by formula.
// Prints one line of JSON; ends with 3 where the processor has no bfloat16 of its own.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "core/base/memory.h"
#include "core/base/version.h"
#include "core/nn/networks/backbone.h"

namespace {

using namespace dank;

Image picture(int k, int side)
{
    Image image{side, side, {}};
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            for (int c = 0; c < 3; ++c)
                image.rgb.push_back(
                    static_cast<std::uint8_t>((3 * x + 5 * y * (k + 1) + 40 * c + ((x / 23) ^ (y / 17)) * 31) % 256));
        }
    }
    return image;
}

double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

double picturesPerSecond(const Backbone &backbone, const std::vector<Image> &images, double seconds)
{
    std::vector<float> out(images.size() * static_cast<std::size_t>(backbone.spec().columns));
    for (int i = 0; i < 2; ++i)
        backbone.extract(images, out);
    std::vector<double> passes;
    const auto begin = std::chrono::steady_clock::now();
    while (passes.size() < 5 || secondsSince(begin) < seconds) {
        const auto start = std::chrono::steady_clock::now();
        backbone.extract(images, out);
        passes.push_back(secondsSince(start));
    }
    return static_cast<double>(images.size()) / median(passes);
}

}  // namespace

int main(int argc, char **argv)
{
    std::map<std::string, std::string> options{
        {"--backbone", ""}, {"--precision", "fp32"}, {"--threads", "1"}, {"--batch", "8"}, {"--seconds", "5"}};
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc || !options.contains(argv[i])) {
            std::fprintf(stderr,
                         "usage: bench_networks --backbone ID [--precision fp32|bf16] [--threads N] [--batch B] "
                         "[--seconds S]\n");
            return 2;
        }
        options[argv[i]] = argv[i + 1];
    }
    const bool half = options["--precision"] == "bf16";
    const int threads = std::max(1, std::atoi(options["--threads"].c_str()));
    const int batch = std::max(1, std::atoi(options["--batch"].c_str()));
    if (half && !cpuHasNativeBFloat16())
        return 3;
    const BackboneSpec *spec = findNetworkSpec(options["--backbone"]);
    if (spec == nullptr) {
        std::fprintf(stderr, "There is no network \"%s\".\n", options["--backbone"].c_str());
        return 2;
    }
    try {
        keepFreedMemory();  // as the engine does
        setIntraOpThreads(threads);
        const auto backbone =
            makeBackbone(*spec, std::nullopt, 1, chooseDevice("cpu"), half ? Precision::BFloat16 : Precision::Float32);
        std::vector<Image> images;
        for (int k = 0; k < batch; ++k)
            images.push_back(picture(k, spec->inputSide));
        const double speed = picturesPerSecond(*backbone, images, std::atof(options["--seconds"].c_str()));
        std::printf("{\"program\": \"dank\", \"version\": \"%s\", \"backbone\": \"%s\", \"precision\": \"%s\", "
                    "\"threads\": %d, \"batch\": %d, \"images_per_second\": %.4f}\n",
                    DANK_VERSION, spec->id.c_str(), options["--precision"].c_str(), threads, batch, speed);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
