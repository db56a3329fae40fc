// Milliseconds of a forward pass of an ONNX file, the peer of onnx_peer.mjs:
//     bench_onnx FILE BATCH SIDES… THREADS SECONDS        bench_onnx net.onnx 1 3 224 224 2 5
// By the median pass after two to warm up. Prints one line of JSON.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "core/base/memory.h"
#include "core/nn/device.h"
#include "core/nn/onnx/onnx_network.h"

int main(int count, char **words)
{
    using namespace dank;
    using Clock = std::chrono::steady_clock;
    if (count != 8) {
        std::fprintf(stderr, "usage: bench_onnx FILE BATCH CHANNELS HEIGHT WIDTH THREADS SECONDS\n");
        return 2;
    }
    try {
        keepFreedMemory();  // as the engine does
        setIntraOpThreads(std::atoi(words[6]));
        const OnnxNetwork network(openOnnxFile(words[1]));
        NumberArray input;
        std::size_t size = 1;
        for (int i = 2; i < 6; ++i) {
            input.shape.push_back(std::atoi(words[i]));
            size *= static_cast<std::size_t>(input.shape.back());
        }
        for (std::size_t i = 0; i < size; ++i)
            input.values.push_back(static_cast<float>(i * 37 % 255) / 127.5f - 1);
        std::vector<double> passes;
        const auto begin = Clock::now();
        for (int i = 0; i < 7 || std::chrono::duration<double>(Clock::now() - begin).count() < std::atof(words[7]);
             ++i) {
            const auto start = Clock::now();
            network.run(input, {});
            if (i >= 2)
                passes.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        }
        std::nth_element(passes.begin(), passes.begin() + static_cast<std::ptrdiff_t>(passes.size() / 2), passes.end());
        std::printf("{\"program\": \"dank\", \"ms\": %.3f}\n", passes[passes.size() / 2]);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
