#include "core/nn/training/paper_loop.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/learn/reproduction.h"
#include "core/nn/device.h"
#include "core/nn/parallel.h"
#include "core/nn/torch_device.h"
#include "core/nn/training/mlp.h"
#include "core/nn/training/optimiser.h"
#include "core/nn/training/training_loss.h"

namespace dank {

namespace {

// Streams of the seed.
constexpr std::uint64_t kFeatures = 0, kParameters = 1, kDropout = 2;

std::vector<float> drawn(std::size_t count, Random random, double (*draw)(Random &))
{
    std::vector<float> values(count);
    for (float &value : values)
        value = static_cast<float>(draw(random));
    return values;
}

}  // namespace

std::vector<double> runPaperLoop(std::span<const float> targets, int epochs, std::uint64_t seed,
                                 const std::function<void(int epoch, double loss)> &onEpoch, const JobContext &job)
{
    if (targets.empty())
        throw Error(ErrorKind::Dataset, "The paper's loop needs at least one target.");
    const TrainConfig paper = TrainConfig::paper();
    return translateTorchErrors("running the paper's loop", [&] {
        setIntraOpThreads(1);
        const FlushDenormals flush;
        const std::size_t rows = targets.size(), columns = kPaperColumns;
        const std::vector<float> features =
            drawn(rows * columns, Random(mixSeed(seed, kFeatures)), [](Random &random) { return random.uniform(); });
        Mlp network(kPaperColumns, paper.hidden, false, paper.output, paper.dropout, kPaperBatch);
        std::vector<float> parameters = drawn(network.parameterCount(), Random(mixSeed(seed, kParameters)),
                                              [](Random &random) { return random.normal(); });
        std::vector<float> first(parameters.size()), second(parameters.size()), gradient(parameters.size());
        TrainingLoss loss(paper.loss, paper.output);
        std::vector<float> delta(kPaperBatch);
        Random dropout(mixSeed(seed, kDropout));

        std::vector<double> losses;
        std::int64_t step = 0;
        for (int epoch = 1; epoch <= epochs; ++epoch) {
            double sum = 0;
            for (std::size_t from = 0; from < rows; from += kPaperBatch) {
                job.cancel.check();
                const std::size_t count = std::min<std::size_t>(kPaperBatch, rows - from);
                std::copy_n(&features[from * columns], count * columns, network.input().begin());
                const auto answers = network.forward(parameters, static_cast<int>(count), &dropout);
                const auto slopes = std::span(delta).first(count);
                sum += loss.batch({network.scores(), answers, targets.subspan(from, count), {}}, slopes, dropout)
                       / static_cast<double>(count);
                network.backward(parameters, slopes, gradient);
                adamStep(parameters, first, second, gradient, ++step, paper.learningRate, 0);
            }
            losses.push_back(sum);
            if (onEpoch)
                onEpoch(epoch, sum);
        }
        return losses;
    });
}

}  // namespace dank
