// A picture's first score in a program that is open already, beside one forward pass of its network alone:
//     bench_rate MODEL LIBRARY ROUNDS
// The picture is a JPEG of 1080 × 1080 that nobody has rated: each round draws another. Prints a line of JSON each.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "core/base/memory.h"
#include "core/image/encode.h"
#include "core/image/meme_painter.h"
#include "core/pipeline/backbones/backbone_choice.h"
#include "core/pipeline/features/preprocess.h"
#include "core/pipeline/runs/rating.h"
#include "core/store/model_file.h"

using namespace dank;

namespace {

void print(const char *program, double seconds)
{
    std::printf("{\"row\": \"score\", \"program\": \"%s\", \"value\": %.6f}\n", program, seconds);
}

template <typename Work>
double secondsOf(Work work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char **argv)
try {
    if (argc < 4)
        return 2;
    keepFreedMemory();  // as the engine does
    const auto model = std::make_shared<const Model>(loadModel(argv[1]));
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    BackboneCache networks;
    const PipelineContext context{networks, cores, argv[2]};
    const auto session = openRatingSession(model, {}, "cpu", context);
    session->prepare();
    const BackboneId id = BackboneId::parse(model->backbone);
    const BackboneChoice choice = findBackbone(id, {}, model->weightsFile, context.library, networks.names());
    const auto network = networks.get(choice, id.precision, chooseDevice("cpu"));
    std::vector<float> features(static_cast<std::size_t>(choice.spec.columns));
    const int rounds = std::atoi(argv[3]);
    for (int round = -2; round < rounds; ++round) {
        const Image painted = paintMeme(
            {1080, 1080, 0, 0, 0, "when the first score", "comes at once", static_cast<std::uint64_t>(round + 1000)});
        const std::vector<std::byte> jpeg = encodeJpeg(painted, 90);
        const Image prepared = preprocess(painted, id.resize, choice.spec.inputSide, choice.spec.cropSide);
        const double scored = secondsOf([&] { (void)session->rate(jpeg, "picture"); });
        double alone[2];
        for (const int threads : {1, cores}) {
            setIntraOpThreads(threads);
            alone[threads == 1 ? 0 : 1] = secondsOf([&] { network->extract({&prepared, 1}, features); });
        }
        if (round < 0)
            continue;  // warms up
        print("dank", scored);
        print("forward, 1 thread", alone[0]);
        print("forward, all threads", cores == 1 ? alone[0] : alone[1]);
    }
    return 0;
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
