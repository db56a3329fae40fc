// Xception (Chollet 2017) up to its pooled features, as timm builds it (its `legacy_xception`) and with its names, so
// that its weights fit.

#include <optional>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "core/nn/networks/network.h"

namespace dank {

namespace {

/// A 3 × 3 convolution of each channel by itself, then a 1 × 1 across them with batch-norm.
class SeparableConvolution {
public:
    SeparableConvolution(const NetworkBuilder &build, const std::string &name, const std::string &norm, int inputs,
                         int outputs, int side, Convolution::After after = Convolution::After::Relu,
                         double gain = kReluGain)
        : m_depthwise(ConvolutionShape::same(inputs, inputs, 3, 1, inputs),
                      build.parameters.convolution(name + ".conv1", {inputs, 1, 3, 3}, kLinearGain), side,
                      Convolution::After::Nothing, build.placement),
          m_pointwise(build.convolutionBatchNorm(name + ".pointwise", norm, ConvolutionShape::same(inputs, outputs, 1),
                                                 side, after, gain))
    {
    }

    at::Tensor operator()(const at::Tensor &x) const { return m_pointwise(m_depthwise(x)); }

private:
    Convolution m_depthwise, m_pointwise;
};

/// A residual block as the table below states it.
struct BlockSpec {
    int inputs, outputs;
    int separables;
    bool halves;  ///< ends in a maximum over 3 × 3 of stride 2
    bool startsWithRelu;
    bool growsFirst;  ///< the first separable convolution changes the channels, else the last
};

constexpr BlockSpec kMiddle{728, 728, 3, false, true, true};
constexpr BlockSpec kBlocks[] = {
    // input -> output, channels × height × width
    {64, 128, 2, true, false, true},  // 64 × 147 × 147 -> 128 × 74 × 74
    {128, 256, 2, true, true, true},  // -> 256 × 37 × 37
    {256, 728, 2, true, true, true},  // -> 728 × 19 × 19
    kMiddle,
    kMiddle,
    kMiddle,
    kMiddle,
    kMiddle,
    kMiddle,
    kMiddle,
    kMiddle,
    {728, 1024, 2, true, true, false},  // -> 1024 × 10 × 10
};

class Block {
public:
    Block(const NetworkBuilder &build, const std::string &name, const BlockSpec &spec, int side)
        : m_startsWithRelu(spec.startsWithRelu), m_halves(spec.halves),
          m_fromEdge(build.spec.convention != Convention::Torch && side % 2 == 0)
    {
        for (int i = 0; i < spec.separables; ++i) {
            const bool last = i + 1 == spec.separables;
            const int inputs = i > 0 && spec.growsFirst ? spec.outputs : spec.inputs;
            const int outputs = last || spec.growsFirst ? spec.outputs : spec.inputs;
            // timm numbers ReLU, convolution, batch-norm in turn.
            const int at = 3 * i + (spec.startsWithRelu ? 1 : 0);
            m_separables.emplace_back(build, name + ".rep." + std::to_string(at),
                                      name + ".rep." + std::to_string(at + 1), inputs, outputs, side,
                                      last ? Convolution::After::Nothing : Convolution::After::Relu,
                                      last ? kReluGain / std::size(kBlocks) : kReluGain);
        }
        if (spec.halves || spec.inputs != spec.outputs)
            m_skip =
                build.convolutionBatchNorm(name + ".skip", name + ".skipbn",
                                           ConvolutionShape::same(spec.inputs, spec.outputs, 1, spec.halves ? 2 : 1),
                                           side, Convolution::After::Nothing, kLinearGain);
    }

    at::Tensor forward(const at::Tensor &x, const CancelToken &cancel) const
    {
        at::Tensor y = m_startsWithRelu ? at::relu(x) : x;  // a copy: the way around sees x as it was
        y = passThrough(m_separables, y, cancel);
        cancel.check();
        if (m_halves && m_fromEdge) {
            // TensorFlow pads an even side behind alone; what would lie beyond the edge is no rival to a maximum.
            y = at::max_pool2d(y, {3, 3}, {2, 2}, {0, 0}, {1, 1}, true);
        } else if (m_halves) {
            y = at::max_pool2d(y, {3, 3}, {2, 2}, {1, 1});
        }
        return y.add_(m_skip ? (*m_skip)(x) : x);
    }

private:
    bool m_startsWithRelu, m_halves;
    bool m_fromEdge;  ///< the first maximum begins at the edge, not beyond
    std::vector<SeparableConvolution> m_separables;
    std::optional<Convolution> m_skip;
};

class Xception : public PooledNetwork {
public:
    explicit Xception(const NetworkBuilder &build)
    {
        int side = build.spec.inputSide;
        build.beginStage();
        const auto stem = [&](const std::string &number, const ConvolutionShape &shape) {
            m_stem.push_back(build.convolutionBatchNorm("conv" + number, "bn" + number, shape, side));
            side = shape.outputSide(side);
        };
        stem("1", {3, 32, 3, 3, 2});  // 32 × 149 × 149
        stem("2", {32, 64, 3, 3});    // 64 × 147 × 147
        int number = 1;
        for (const BlockSpec &block : kBlocks) {
            build.beginStage();
            m_blocks.emplace_back(build, "block" + std::to_string(number++), block, side);
            side = block.halves ? (side + 1) / 2 : side;
        }
        build.beginStage();
        m_head.emplace_back(build, "conv3", "bn3", 1024, 1536, side);
        m_head.emplace_back(build, "conv4", "bn4", 1536, 2048, side);
    }

    int stages() const override { return 2 + static_cast<int>(m_blocks.size()); }

    /// The stem, then a block each, then the two convolutions at the end; out comes [B, 2048, 10, 10].
    at::Tensor run(at::Tensor x, int from, int to, const CancelToken &cancel) const override
    {
        for (int stage = from; stage < to; ++stage)
            x = stage == 0              ? passThrough(m_stem, x, cancel)
                : stage + 1 == stages() ? passThrough(m_head, x, cancel)
                                        : m_blocks[static_cast<std::size_t>(stage) - 1].forward(x, cancel);
        return x;
    }

private:
    std::vector<Convolution> m_stem;
    std::vector<Block> m_blocks;
    std::vector<SeparableConvolution> m_head;
};

}  // namespace

std::unique_ptr<Network> makeXception(const NetworkBuilder &build)
{
    return std::make_unique<Xception>(build);
}

}  // namespace dank
