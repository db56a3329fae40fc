// How long a JPEG takes from its bytes to the network's input, decoded whole and decoded at a reduced scale:
//     bench_prepare SIDE ROUNDS FILE…
// The two ways take turns on each file, so that both see the same machine. Prints JSON: milliseconds a picture.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/dataset/image_probe.h"
#include "core/image/decode.h"
#include "core/pipeline/features/preprocess.h"

namespace {

using namespace dank;

double milliseconds(const std::vector<std::byte> &bytes, int side, int target)
{
    const auto start = std::chrono::steady_clock::now();
    const Decoded decoded = decodeImage(bytes, target);
    if (decoded.problem)
        return std::numeric_limits<double>::quiet_NaN();
    const Image image = preprocess(decoded.image, ResizeRule::Warp, side, side);
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    return image.empty() ? 0 : time.count();
}

double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

double mean(const std::vector<double> &values)
{
    double sum = 0;
    for (double value : values)
        sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

}  // namespace

int main(int argc, char **argv)
{
    if (argc < 4) {
        std::fprintf(stderr, "usage: bench_prepare SIDE ROUNDS FILE…\n");
        return 2;
    }
    const int side = std::atoi(argv[1]), rounds = std::max(1, std::atoi(argv[2]));
    std::vector<double> full, reduced;  // each file's median
    try {
        for (int i = 3; i < argc; ++i) {
            const std::vector<std::byte> bytes = readFile(argv[i], kMaxImageBytes);
            std::vector<double> times[2];
            for (int round = 0; round < rounds; ++round) {
                times[0].push_back(milliseconds(bytes, side, 0));
                times[1].push_back(milliseconds(bytes, side, side));
            }
            if (times[0][0] != times[0][0])
                continue;  // no picture
            full.push_back(median(times[0]));
            reduced.push_back(median(times[1]));
        }
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::printf("{\"files\": %zu, \"full_median_ms\": %.3f, \"reduced_median_ms\": %.3f, \"full_mean_ms\": %.3f, "
                "\"reduced_mean_ms\": %.3f}\n",
                full.size(), median(full), median(reduced), mean(full), mean(reduced));
    return 0;
}
