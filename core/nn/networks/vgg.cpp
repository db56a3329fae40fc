// VGG16 and VGG19 (Simonyan & Zisserman 2015) up to the ReLU of the second fully connected layer, as torchvision builds
// them and with its names, so that its weights fit.

#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "core/nn/networks/network.h"

namespace dank {

namespace {

/// 3 × 3 convolutions of one size, then a maximum over 2 × 2.
struct Stage {
    int convolutions;
    int channels;
};
using Stages = std::vector<Stage>;

constexpr int kHidden = 4096;

class Vgg : public Network {
public:
    Vgg(const Stages &stages, const NetworkBuilder &build)
    {
        ParameterSource &parameters = build.parameters;
        int channels = 3, side = build.spec.inputSide, index = 0;
        for (const Stage &stage : stages) {
            build.beginStage();
            std::vector<Convolution> convolutions;
            for (int i = 0; i < stage.convolutions; ++i) {
                const ConvolutionShape shape = ConvolutionShape::same(channels, stage.channels, 3);
                convolutions.emplace_back(
                    shape,
                    parameters.withBias("features." + std::to_string(index), {shape.outputs, shape.inputs, 3, 3}), side,
                    Convolution::After::Relu, build.placement);
                index += 2;  // torchvision counts the ReLUs
                channels = stage.channels;
            }
            m_stages.push_back(std::move(convolutions));
            side /= 2;
            ++index;  // and the maximum
        }
        // timm keeps these two as convolutions.
        parameters.alias("classifier.0", "pre_logits.fc1");
        parameters.alias("classifier.3", "pre_logits.fc2");
        const int flat = channels * side * side;  // 512 × 7 × 7
        for (const auto &[name, inputs] : {std::pair("classifier.0", flat), std::pair("classifier.3", kHidden)}) {
            build.beginStage();
            m_classifier.emplace_back(inputs, kHidden, parameters.withBias(name, {kHidden, inputs}), build.placement);
        }
    }

    at::Tensor forward(at::Tensor x, const CancelToken &cancel) const override
    {
        // The first maps of a picture take 13 MB each. On a processor one picture at a time is as quick; the classifier
        // is not, whose 478 MB are read for each lot.
        std::vector<at::Tensor> lots;
        for (const at::Tensor &lot : x.split(x.is_cpu() ? 1 : x.size(0)))
            lots.push_back(run(lot, 0, static_cast<int>(m_stages.size()), cancel));
        return passThrough(m_classifier, at::cat(lots), cancel);  // [B, 4096]
    }

    int stages() const override { return static_cast<int>(m_stages.size() + m_classifier.size()); }

    /// Convolutions of one size each, the last of which end in [B, 25088], channel by channel whatever the layout; then
    /// a layer of the classifier each.
    at::Tensor run(at::Tensor x, int from, int to, const CancelToken &cancel) const override
    {
        for (auto stage = static_cast<std::size_t>(from); stage < static_cast<std::size_t>(to); ++stage) {
            cancel.check();
            if (stage >= m_stages.size()) {
                x = m_classifier[stage - m_stages.size()](x);
                continue;
            }
            x = at::max_pool2d(passThrough(m_stages[stage], x, cancel), {2, 2}, {2, 2});
            if (stage + 1 == m_stages.size())
                x = x.contiguous().flatten(1);
        }
        return x;
    }

private:
    std::vector<std::vector<Convolution>> m_stages;
    std::vector<FullyConnected> m_classifier;
};

}  // namespace

std::unique_ptr<Network> makeVgg(const NetworkBuilder &build)
{
    const int deep = build.spec.id == "vgg19" ? 4 : 3;
    return std::make_unique<Vgg>(Stages{{2, 64}, {2, 128}, {deep, 256}, {deep, 512}, {deep, 512}}, build);
}

}  // namespace dank
