// Inception V3 (Szegedy et al. 2016) up to its pooled features, as torchvision builds it and with its names, so that
// its weights fit. The network is data; what follows the tables is the same for every block.

#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "core/nn/networks/network.h"

namespace dank {

namespace {

/// One convolution as the table below states it. It keeps the size of its input unless it strides or is `valid`.
struct ConvolutionSpec {
    std::string name;
    int outputs = 0;
    int kernelHeight = 1;
    int kernelWidth = 1;
    int stride = 1;
    bool valid = false;  ///< no padding

    ConvolutionShape shape(int inputs) const
    {
        const bool padded = stride == 1 && !valid;
        return {inputs,
                outputs,
                kernelHeight,
                kernelWidth,
                stride,
                padded ? kernelHeight / 2 : 0,
                padded ? kernelWidth / 2 : 0};
    }
};

enum class Pool { None, Average, Maximum };

/// A path through a block: pooling, then convolutions in a chain, then, where there are any, two side by side.
struct Branch {
    std::vector<ConvolutionSpec> chain;
    std::vector<ConvolutionSpec> fork = {};
    Pool pool = Pool::None;
};

/// A block's branches see the same input; their outputs are joined along the channels in this order.
struct Block {
    std::string name;
    std::vector<Branch> branches;
};

Block blockA(std::string name, int poolFeatures)
{
    return {std::move(name),
            {{{{"branch1x1", 64}}},
             {{{"branch5x5_1", 48}, {"branch5x5_2", 64, 5, 5}}},
             {{{"branch3x3dbl_1", 64}, {"branch3x3dbl_2", 96, 3, 3}, {"branch3x3dbl_3", 96, 3, 3}}},
             {{{"branch_pool", poolFeatures}}, {}, Pool::Average}}};
}

Block blockB(std::string name)
{
    return {std::move(name),
            {{{{"branch3x3", 384, 3, 3, 2}}},
             {{{"branch3x3dbl_1", 64}, {"branch3x3dbl_2", 96, 3, 3}, {"branch3x3dbl_3", 96, 3, 3, 2}}},
             {{}, {}, Pool::Maximum}}};
}

Block blockC(std::string name, int narrow)
{
    return {std::move(name),
            {{{{"branch1x1", 192}}},
             {{{"branch7x7_1", narrow}, {"branch7x7_2", narrow, 1, 7}, {"branch7x7_3", 192, 7, 1}}},
             {{{"branch7x7dbl_1", narrow},
               {"branch7x7dbl_2", narrow, 7, 1},
               {"branch7x7dbl_3", narrow, 1, 7},
               {"branch7x7dbl_4", narrow, 7, 1},
               {"branch7x7dbl_5", 192, 1, 7}}},
             {{{"branch_pool", 192}}, {}, Pool::Average}}};
}

Block blockD(std::string name)
{
    return {std::move(name),
            {{{{"branch3x3_1", 192}, {"branch3x3_2", 320, 3, 3, 2}}},
             {{{"branch7x7x3_1", 192},
               {"branch7x7x3_2", 192, 1, 7},
               {"branch7x7x3_3", 192, 7, 1},
               {"branch7x7x3_4", 192, 3, 3, 2}}},
             {{}, {}, Pool::Maximum}}};
}

Block blockE(std::string name)
{
    return {std::move(name),
            {{{{"branch1x1", 320}}},
             {{{"branch3x3_1", 384}}, {{"branch3x3_2a", 384, 1, 3}, {"branch3x3_2b", 384, 3, 1}}},
             {{{"branch3x3dbl_1", 448}, {"branch3x3dbl_2", 384, 3, 3}},
              {{"branch3x3dbl_3a", 384, 1, 3}, {"branch3x3dbl_3b", 384, 3, 1}}},
             {{{"branch_pool", 192}}, {}, Pool::Average}}};
}

/// Maximum pooling of 3 × 3, stride 2, as a block without a name.
Block maximumPool()
{
    return {"", {{{}, {}, Pool::Maximum}}};
}

/// A convolution of the stem, as a block of one branch.
Block stem(ConvolutionSpec spec)
{
    return {"", {{{std::move(spec)}}}};
}

std::vector<Block> inceptionV3()
{
    // Comments: the block's output, channels × height × width.
    return {
        stem({"Conv2d_1a_3x3", 32, 3, 3, 2}),         // 32 × 149 × 149
        stem({"Conv2d_2a_3x3", 32, 3, 3, 1, true}),   // 32 × 147 × 147
        stem({"Conv2d_2b_3x3", 64, 3, 3}),            // 64 × 147 × 147
        maximumPool(),                                // 64 × 73 × 73
        stem({"Conv2d_3b_1x1", 80}),                  // 80 × 73 × 73
        stem({"Conv2d_4a_3x3", 192, 3, 3, 1, true}),  // 192 × 71 × 71
        maximumPool(),                                // 192 × 35 × 35
        blockA("Mixed_5b", 32),                       // 256 × 35 × 35
        blockA("Mixed_5c", 64),                       // 288 × 35 × 35
        blockA("Mixed_5d", 64),                       // 288 × 35 × 35
        blockB("Mixed_6a"),                           // 768 × 17 × 17
        blockC("Mixed_6b", 128),                      // 768 × 17 × 17
        blockC("Mixed_6c", 160),                      // 768 × 17 × 17
        blockC("Mixed_6d", 160),                      // 768 × 17 × 17
        blockC("Mixed_6e", 192),                      // 768 × 17 × 17
        blockD("Mixed_7a"),                           // 1280 × 8 × 8
        blockE("Mixed_7b"),                           // 2048 × 8 × 8
        blockE("Mixed_7c"),                           // 2048 × 8 × 8
    };
}

/// What a builder knows of the maps at one point of the network.
struct Maps {
    int channels;
    int side;
};

class BuiltBranch {
public:
    BuiltBranch(const std::string &block, const Branch &branch, Maps maps, const NetworkBuilder &network)
        : m_pool(branch.pool), m_countsPadding(network.spec.convention == Convention::Torch)
    {
        if (m_pool == Pool::Maximum)
            maps.side = (maps.side - 3) / 2 + 1;
        const auto build = [&](const ConvolutionSpec &spec, Convolution::After after) {
            const std::string name = block.empty() ? spec.name : block + "." + spec.name;
            const ConvolutionShape shape = spec.shape(maps.channels);
            FoldedConvolution folded = network.parameters.convolutionBatchNorm(
                name + ".conv", name + ".bn", {shape.outputs, shape.inputs, shape.kernelHeight, shape.kernelWidth},
                network.spec.batchNormEpsilon);
            if (after == Convolution::After::Nothing && !folded.bias.empty()) {
                TrainedStages *const trained = network.placement.trained;
                if (!trained)
                    m_lateBias = at::tensor(at::ArrayRef<float>(folded.bias))
                                     .to(network.placement.device, network.placement.type);
                else if (trained->takes())
                    m_lateBias = trained->add(name + ".conv.bias", folded.bias, {spec.outputs});
                folded.bias.clear();
            }
            return Convolution(shape, folded, maps.side, after, network.placement);
        };
        for (const ConvolutionSpec &spec : branch.chain) {
            // An average and a 1 × 1 convolution without bias may change places; after it there are fewer channels.
            const bool late = m_pool == Pool::Average;
            m_chain.push_back(build(spec, late ? Convolution::After::Nothing : Convolution::After::Relu));
            maps.side = spec.shape(maps.channels).outputSide(maps.side);
            maps.channels = spec.outputs;
        }
        for (const ConvolutionSpec &spec : branch.fork)
            m_fork.push_back(build(spec, Convolution::After::Relu));
        if (!branch.fork.empty()) {
            maps.channels = 0;
            for (const ConvolutionSpec &spec : branch.fork)
                maps.channels += spec.outputs;
        }
        m_maps = maps;
    }

    Maps maps() const { return m_maps; }

    void run(const at::Tensor &input, std::vector<at::Tensor> &outputs) const
    {
        at::Tensor x = m_pool == Pool::Maximum ? at::max_pool2d(input, {3, 3}, {2, 2}) : input;
        for (const Convolution &convolution : m_chain)
            x = convolution(x);
        if (m_pool == Pool::Average) {
            // Zeros of the padding count in torchvision.
            x = at::avg_pool2d(x, {3, 3}, {1, 1}, {1, 1}, false, m_countsPadding).add_(m_lateBias.view({1, -1, 1, 1}));
            x.relu_();
        }
        if (m_fork.empty())
            outputs.push_back(std::move(x));
        for (const Convolution &convolution : m_fork)
            outputs.push_back(convolution(x));
    }

private:
    Pool m_pool;
    bool m_countsPadding;
    Maps m_maps{};
    std::vector<Convolution> m_chain, m_fork;
    at::Tensor m_lateBias;  ///< [outputs], of the convolution that changed places with the average
};

class InceptionV3 : public PooledNetwork {
public:
    explicit InceptionV3(const NetworkBuilder &build)
    {
        Maps maps{3, build.spec.inputSide};
        for (const Block &block : inceptionV3()) {
            build.beginStage();
            std::vector<BuiltBranch> branches;
            Maps joined{0, 0};
            for (const Branch &branch : block.branches) {
                branches.emplace_back(block.name, branch, maps, build);
                joined.channels += branches.back().maps().channels;
                joined.side = branches.back().maps().side;
            }
            m_blocks.push_back(std::move(branches));
            maps = joined;
        }
    }

    int stages() const override { return static_cast<int>(m_blocks.size()); }

    /// A block each; out comes [B, 2048, 8, 8].
    at::Tensor run(at::Tensor x, int from, int to, const CancelToken &cancel) const override
    {
        std::vector<at::Tensor> outputs;
        for (int stage = from; stage < to; ++stage) {
            outputs.clear();
            for (const BuiltBranch &branch : m_blocks[static_cast<std::size_t>(stage)]) {
                cancel.check();
                branch.run(x, outputs);
            }
            x = outputs.size() == 1 ? outputs.front() : at::cat(outputs, 1);
        }
        return x;
    }

private:
    std::vector<std::vector<BuiltBranch>> m_blocks;
};

}  // namespace

std::unique_ptr<Network> makeInceptionV3(const NetworkBuilder &build)
{
    return std::make_unique<InceptionV3>(build);
}

}  // namespace dank
