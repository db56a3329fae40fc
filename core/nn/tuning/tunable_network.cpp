#include "core/nn/tuning/tunable_network.h"

#include <algorithm>
#include <cstring>
#include <string>

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/base/error.h"
#include "core/nn/networks/network.h"
#include "core/nn/networks/picture_input.h"
#include "core/nn/torch_device.h"
#include "core/nn/training/mlp.h"

namespace dank {

namespace {

constexpr float kMostHalf = 65504;
/// As trainRegressor(): a loss that only ranks does without dropout in hidden layers narrower than that.
constexpr int kNarrow = 64;

/// While alive, this thread computes in bfloat16 on CUDA where that loses little. Not measured on a GPU.
class MixedPrecision {
public:
    explicit MixedPrecision(bool wanted) : m_wanted(wanted)
    {
        if (!m_wanted)
            return;
        at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
        at::autocast::set_enabled(true);
    }
    ~MixedPrecision()
    {
        if (!m_wanted)
            return;
        at::autocast::set_enabled(false);
        at::autocast::clear_cache();
    }
    MixedPrecision(const MixedPrecision &) = delete;
    MixedPrecision &operator=(const MixedPrecision &) = delete;

private:
    bool m_wanted;
};

/// A leaf of autograd and where it lies in the parameter buffer.
struct Leaf {
    std::string name;  ///< empty: the head's
    at::Tensor tensor;
    std::size_t offset = 0;
};

class TorchPass final : public TunableNetwork::Pass {
public:
    TorchPass(const std::vector<Leaf> &leaves, at::Tensor out, bool learns) : m_leaves(leaves)
    {
        const at::Tensor values = out.detach().to(at::Device(at::kCPU), at::kFloat).contiguous();
        scores.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
        if (learns)
            m_scores = std::move(out);
    }

    void differentiate(std::span<const float> slopes) override
    {
        translateTorchErrors("fine-tuning", [&] {
            const at::Tensor slope = at::from_blob(const_cast<float *>(slopes.data()),
                                                   {static_cast<std::int64_t>(slopes.size())}, at::kFloat)
                                         .to(m_scores.device());
            std::vector<at::Tensor> inputs;
            for (const Leaf &leaf : m_leaves)
                inputs.push_back(leaf.tensor);
            // Not backward(): that adds to the leaves, which other threads use.
            m_gradients = torch::autograd::grad({m_scores}, inputs, {slope});
            m_scores.reset();
        });
    }

    void addTo(std::span<float> gradient) const override
    {
        translateTorchErrors("fine-tuning", [&] {
            for (std::size_t i = 0; i < m_leaves.size(); ++i) {
                const at::Tensor part = m_gradients[i].to(at::Device(at::kCPU), at::kFloat).contiguous();
                const float *values = part.data_ptr<float>();
                float *into = gradient.data() + m_leaves[i].offset;
                for (std::int64_t k = 0; k < part.numel(); ++k)
                    into[k] += values[k];
            }
        });
    }

private:
    const std::vector<Leaf> &m_leaves;
    at::Tensor m_scores;
    std::vector<at::Tensor> m_gradients;
};

class TorchTunable final : public TunableNetwork {
public:
    TorchTunable(const BackboneSpec &spec, const std::optional<TensorFile> &weights, std::uint64_t seed,
                 const Placement &placement, TuneDepth depth, const TunedHead &head)
        : m_spec(spec), m_config(head.config), m_placement(placement), m_input(m_spec, placement),
          m_learnt({placement.device, at::kFloat}), m_pictures(m_spec, m_learnt)
    {
        {
            const c10::InferenceMode guard;
            m_front = makeNetwork(m_spec, weights, seed, placement, nullptr);
        }
        const int stages = m_front->stages();
        m_from = depth == TuneDepth::All ? 0 : stages - (depth == TuneDepth::Last ? 1 : 2);
        if (stages == 0 || m_from < 0)
            throw Error(ErrorKind::Format, m_spec.title + " cannot be fine-tuned: it has no blocks to cut it between.");
        TrainedStages learning{m_from, -1, {}};
        Placement plain{c10::Device(at::kCPU), at::kFloat};
        plain.trained = &learning;
        m_tail = makeNetwork(m_spec, weights, seed, plain, nullptr);
        if (m_from == 0)
            m_front.reset();
        measureRow();
        gatherLeaves(head, learning);
    }

    std::size_t rowBytes() const override { return m_rowBytes; }
    bool takesPictures() const override { return m_from == 0; }

    void prepare(std::span<const Image> images, std::span<std::byte> rows, const CancelToken &cancel) const override
    {
        if (rows.size() != images.size() * m_rowBytes)
            throw Error(ErrorKind::Shape, "The buffer for what goes into the network has another size.");
        if (takesPictures()) {
            for (std::size_t i = 0; i < images.size(); ++i) {
                if (images[i].rgb.size() != m_rowBytes)
                    throw Error(ErrorKind::Shape, m_spec.title + " takes pictures of another size.");
                std::memcpy(rows.data() + i * m_rowBytes, images[i].rgb.data(), m_rowBytes);
            }
            return;
        }
        translateTorchErrors("computing activations", [&] {
            const c10::InferenceMode guard;
            at::Tensor x = m_front->run(m_input.place(m_input.gather(images)), 0, m_from, cancel);
            x = x.to(at::kFloat).clamp(-kMostHalf, kMostHalf).to(at::Device(at::kCPU), at::kHalf);
            if (x.dim() == 4)
                x = x.permute({0, 2, 3, 1});
            x = x.contiguous();
            if (x.nbytes() != rows.size())
                throw Error(ErrorKind::Shape, m_spec.title + " gave activations of another shape.");
            std::memcpy(rows.data(), x.data_ptr(), rows.size());
        });
    }

    std::span<float> parameters() override { return m_parameters; }
    std::size_t headParameters() const override { return m_headParameters; }

    void parametersChanged() override
    {
        if (m_placement.device.is_cpu())
            return;  // the leaves lie in the buffer itself
        const c10::NoGradGuard still;
        for (Leaf &leaf : m_leaves)
            leaf.tensor.copy_(at::from_blob(&m_parameters[leaf.offset], leaf.tensor.sizes(), at::kFloat));
    }

    NetworkChanges changes(std::span<const float> parameters, std::string base) const override
    {
        NetworkChanges changes{std::move(base), {}};
        for (const Leaf &leaf : m_leaves) {
            if (leaf.name.empty())
                continue;
            const auto values = parameters.subspan(leaf.offset, static_cast<std::size_t>(leaf.tensor.numel()));
            changes.tensors.push_back({leaf.name, leaf.tensor.sizes().vec(), {values.begin(), values.end()}});
        }
        return changes;
    }

    std::unique_ptr<Pass> forward(std::span<const TuningRow> rows, Random *dropout, bool learns,
                                  const CancelToken &cancel) const override
    {
        return translateTorchErrors("fine-tuning", [&]() -> std::unique_ptr<Pass> {
            const c10::AutoGradMode learning(learns);
            at::Tensor x = gathered(rows);
            {
                const MixedPrecision mixed(m_placement.device.is_cuda());
                x = m_tail->run(x, m_from, m_tail->stages(), cancel);
            }
            return std::make_unique<TorchPass>(m_leaves, throughHead(m_tail->features(x).to(at::kFloat), dropout),
                                               learns);
        });
    }

private:
    /// What a row holds, by the shape of a black picture's activations.
    void measureRow()
    {
        const auto side = static_cast<std::size_t>(m_spec.inputSide);
        const Image black{m_spec.inputSide, m_spec.inputSide, std::vector<std::uint8_t>(side * side * 3)};
        if (m_from == 0) {
            m_rowBytes = black.rgb.size();
            return;
        }
        const c10::InferenceMode guard;
        const at::Tensor x = m_front->run(m_input.place(m_input.gather({&black, 1})), 0, m_from, {});
        m_rowShape = x.dim() == 4 ? std::vector<std::int64_t>{x.size(2), x.size(3), x.size(1)}
                                  : std::vector<std::int64_t>{x.size(1)};
        m_rowBytes = static_cast<std::size_t>(x.numel()) * sizeof(at::Half);
    }

    void gatherLeaves(const TunedHead &head, TrainedStages &learning)
    {
        const auto add = [&](std::string name, const std::vector<std::int64_t> &shape, const float *values) {
            const std::size_t offset = m_parameters.size();
            std::int64_t count = 1;
            for (const std::int64_t side : shape)
                count *= side;
            m_parameters.insert(m_parameters.end(), values, values + count);
            m_leaves.push_back({std::move(name), at::empty(shape), offset});
            return offset;
        };
        m_layers = layerSlices(m_spec.columns, m_config.hidden, m_config.layerNorm);
        m_headParameters = parameterCount(m_layers);
        if (head.parameters.size() != m_headParameters)
            throw Error(ErrorKind::Mismatch, "The head to be fine-tuned belongs to another network.");
        std::size_t learnt = m_headParameters;
        for (const auto &[name, tensor] : learning.parameters)
            learnt += static_cast<std::size_t>(tensor.numel());
        m_parameters.reserve(learnt);
        const float *at = head.parameters.data();
        const std::int64_t columns = m_spec.columns;
        if (m_config.layerNorm)
            for (int part = 0; part < 2; ++part, at += columns)
                add({}, {columns}, at);
        for (const LayerSlice &layer : m_layers) {
            add({}, {layer.outputs, layer.inputs}, head.parameters.data() + layer.weight);
            add({}, {layer.outputs}, head.parameters.data() + layer.bias);
        }
        const std::size_t headLeaves = m_leaves.size();
        for (const auto &[name, tensor] : learning.parameters) {
            add(name, tensor.sizes().vec(), tensor.data_ptr<float>());
            m_leaves.back().tensor = tensor;  // the network holds the same one
        }
        const bool inPlace = m_placement.device.is_cpu();
        for (std::size_t i = 0; i < m_leaves.size(); ++i) {
            Leaf &leaf = m_leaves[i];
            const at::Tensor there = at::from_blob(&m_parameters[leaf.offset], leaf.tensor.sizes(), at::kFloat);
            const at::Tensor data = inPlace ? there : there.to(m_placement.device);
            if (i < headLeaves)
                leaf.tensor = data.set_requires_grad(true);
            else
                leaf.tensor.set_data(data);
        }
        const auto constant = [&](std::span<const float> values) {
            return values.empty()
                       ? at::Tensor()
                       : at::tensor(at::ArrayRef<float>(values.data(), values.size())).to(m_placement.device);
        };
        m_mean = constant(head.mean);
        m_scale = constant(head.scale);
    }

    at::Tensor gathered(std::span<const TuningRow> rows) const
    {
        const auto count = static_cast<std::int64_t>(rows.size());
        for (const TuningRow &row : rows)
            if (row.size() != m_rowBytes)
                throw Error(ErrorKind::Shape, "A row to be fine-tuned on has another size than the network takes.");
        if (takesPictures()) {
            std::vector<Image> images;
            for (const TuningRow &row : rows) {
                const auto *bytes = reinterpret_cast<const std::uint8_t *>(row.data());
                images.push_back({m_spec.inputSide, m_spec.inputSide, {bytes, bytes + row.size()}});
            }
            return m_pictures.place(m_pictures.gather(images));
        }
        std::vector<std::int64_t> shape = m_rowShape;
        shape.insert(shape.begin(), count);
        at::Tensor x = at::empty(shape, at::kHalf);
        auto *out = static_cast<std::byte *>(x.data_ptr());
        for (const TuningRow &row : rows)
            out = std::copy(row.begin(), row.end(), out);
        x = x.to(m_placement.device).to(at::kFloat);
        return shape.size() == 4 ? x.permute({0, 3, 1, 2}) : x;  // channels last
    }

    /// [B, columns] -> [B], before the output's activation.
    at::Tensor throughHead(at::Tensor x, Random *dropout) const
    {
        std::size_t leaf = 0;
        const auto next = [&]() -> const at::Tensor & { return m_leaves[leaf++].tensor; };
        if (m_mean.defined())
            x = (x - m_mean) / m_scale;
        if (m_config.layerNorm) {
            const at::Tensor &gain = next(), &shift = next();
            x = at::layer_norm(x, {m_spec.columns}, gain, shift, 1e-5);
        }
        const int least = lossFixesHeight(m_config.loss) ? 0 : kNarrow;
        for (std::size_t layer = 0; layer < m_layers.size(); ++layer) {
            const at::Tensor &weight = next(), &bias = next();
            x = at::linear(x, weight, bias);
            if (layer + 1 == m_layers.size())
                break;
            x = x.relu();
            if (dropout && m_config.dropout > 0 && m_layers[layer].outputs >= least)
                x = x * mask(x.sizes(), *dropout);
        }
        return x.squeeze(1);
    }

    at::Tensor mask(at::IntArrayRef shape, Random &random) const
    {
        at::Tensor mask = at::empty(shape, at::kFloat);
        const auto keep = static_cast<float>(1 / (1 - m_config.dropout));
        std::generate_n(mask.data_ptr<float>(), mask.numel(),
                        [&] { return random.uniform() < m_config.dropout ? 0.0f : keep; });
        return mask.to(m_placement.device);
    }

    const BackboneSpec m_spec;
    const TrainConfig m_config;
    const Placement m_placement;  ///< of the front
    const PictureInput m_input;
    const Placement m_learnt;
    const PictureInput m_pictures;
    std::unique_ptr<Network> m_front, m_tail;
    int m_from = 0;
    std::size_t m_rowBytes = 0, m_headParameters = 0;
    std::vector<std::int64_t> m_rowShape;  ///< without the row's own side
    std::vector<LayerSlice> m_layers;
    std::vector<float> m_parameters;
    std::vector<Leaf> m_leaves;  ///< in the order of the buffer
    at::Tensor m_mean, m_scale;
};

}  // namespace

std::unique_ptr<TunableNetwork> TunableNetwork::make(const BackboneSpec &spec, const std::optional<TensorFile> &weights,
                                                     std::uint64_t seed, const Device &device, Precision precision,
                                                     TuneDepth depth, const TunedHead &head)
{
    return translateTorchErrors("loading the network to be fine-tuned", [&]() -> std::unique_ptr<TunableNetwork> {
        const c10::ScalarType type = precision == Precision::BFloat16  ? at::kBFloat16
                                     : precision == Precision::Float16 ? at::kHalf
                                                                       : at::kFloat;
        return std::make_unique<TorchTunable>(
            spec, weights, seed, Placement{c10::Device(device.name), type, precision == Precision::TensorFloat32},
            depth, head);
    });
}

}  // namespace dank
