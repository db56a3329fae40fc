// ResNet with bottleneck blocks (He et al. 2016) up to its pooled features, as torchvision builds it (the stride lies
// in the 3 × 3 convolution; in Keras in the 1 × 1 before it) and with its names, so that its weights fit.

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "core/nn/networks/network.h"

namespace dank {

namespace {

constexpr int kExpansion = 4;

class Bottleneck {
public:
    /// `lastGain`: of the branch's last convolution; keeps the sum of random branches from growing with the depth.
    Bottleneck(const NetworkBuilder &build, const std::string &name, int inputs, int width, int stride, int side,
               double lastGain, bool stridesFirst)
        : m_reduce(build.convolutionBatchNorm(name + ".conv1", name + ".bn1",
                                              ConvolutionShape::same(inputs, width, 1, stridesFirst ? stride : 1), side,
                                              Convolution::After::Relu)),
          m_middle(build.convolutionBatchNorm(name + ".conv2", name + ".bn2",
                                              ConvolutionShape::same(width, width, 3, stridesFirst ? 1 : stride),
                                              stridesFirst ? side / stride : side)),
          m_expand(build.convolutionBatchNorm(name + ".conv3", name + ".bn3",
                                              ConvolutionShape::same(width, width * kExpansion, 1), side / stride,
                                              Convolution::After::Nothing, lastGain))
    {
        if (inputs != width * kExpansion || stride != 1)
            m_shortcut = build.convolutionBatchNorm(name + ".downsample.0", name + ".downsample.1",
                                                    ConvolutionShape::same(inputs, width * kExpansion, 1, stride), side,
                                                    Convolution::After::Nothing, kLinearGain);
    }

    at::Tensor operator()(const at::Tensor &x) const
    {
        const at::Tensor shortcut = m_shortcut ? (*m_shortcut)(x) : x;
        return m_expand.joined(m_middle(m_reduce(x)), shortcut);
    }

private:
    Convolution m_reduce, m_middle, m_expand;
    std::optional<Convolution> m_shortcut;
};

class ResNet : public PooledNetwork {
public:
    ResNet(const std::array<int, 4> &depths, const NetworkBuilder &build)
        : m_stem((build.beginStage(), build.convolutionBatchNorm("conv1", "bn1", ConvolutionShape::same(3, 64, 7, 2),
                                                                 build.spec.inputSide)))
    {
        const double lastGain = kReluGain / std::accumulate(depths.begin(), depths.end(), 0);
        int channels = 64, width = 64, side = build.spec.inputSide / 4;  // 64 × 56 × 56
        for (std::size_t layer = 0; layer < depths.size(); ++layer, width *= 2) {
            for (int i = 0; i < depths[layer]; ++i) {
                const int stride = layer > 0 && i == 0 ? 2 : 1;
                build.beginStage();
                m_blocks.emplace_back(build, "layer" + std::to_string(layer + 1) + "." + std::to_string(i), channels,
                                      width, stride, side, lastGain, build.spec.convention != Convention::Torch);
                channels = width * kExpansion;
                side /= stride;
            }
        }
    }

    int stages() const override { return 1 + static_cast<int>(m_blocks.size()); }

    /// The stem, then a block each; out comes [B, 2048, 7, 7].
    at::Tensor run(at::Tensor x, int from, int to, const CancelToken &cancel) const override
    {
        cancel.check();
        if (from == 0 && to > 0)
            x = at::max_pool2d(m_stem(x), {3, 3}, {2, 2}, {1, 1});
        const auto first = static_cast<std::size_t>(std::max(0, from - 1));
        const auto end = static_cast<std::size_t>(std::max(0, to - 1));
        return passThrough(std::span(m_blocks).subspan(first, end - first), x, cancel);
    }

private:
    Convolution m_stem;
    std::vector<Bottleneck> m_blocks;
};

}  // namespace

std::unique_ptr<Network> makeResNet(const NetworkBuilder &build)
{
    static const std::map<std::string, std::array<int, 4>> depths{
        {"resnet50", {3, 4, 6, 3}}, {"resnet101", {3, 4, 23, 3}}, {"resnet152", {3, 8, 36, 3}}};
    return std::make_unique<ResNet>(depths.at(build.spec.id), build);
}

}  // namespace dank
