#include "core/pipeline/backbones/backbone_cache.h"

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/image/classic_features.h"
#include "core/nn/networks/torchscript.h"
#include "core/nn/onnx/onnx_backbone.h"
#include "core/pipeline/backbones/backbone_table.h"
#include "core/weights/weights_file.h"

namespace dank {

namespace {

constexpr std::size_t kKeptNetworks = 2;  // float32 and bfloat16 of one backbone; VGG's are 540 + 270 MB

/// classicFeatures() of whole pictures, in float32. Nothing is random and nothing is learnt.
class ClassicBackbone final : public Backbone {
public:
    const BackboneSpec &spec() const override { return m_spec; }

    void extract(std::span<const Image> images, std::span<float> out, const CancelToken &cancel) const override
    {
        constexpr std::size_t kColumns = kClassicColumns;
        if (out.size() != images.size() * kColumns)
            throw Error(ErrorKind::Shape, "The buffer for the features has another size than pictures x columns.");
        for (std::size_t i = 0; i < images.size(); ++i) {
            cancel.check();
            classicFeatures(images[i], out.subspan(i * kColumns, kColumns));
        }
    }

private:
    const BackboneSpec &m_spec = backboneSpec(kClassicId);
};

/// A file may have been replaced since it was named: features must not be kept under another's name.
void requireSame(const std::string &name, const BackboneChoice &choice)
{
    if (name != choice.fileId())
        throw Error(ErrorKind::Mismatch,
                    displayPath(choice.weights) + " was replaced by another file in the meantime. Start again.",
                    choice.weights);
}

std::shared_ptr<const Backbone> build(const BackboneChoice &choice, Precision precision, const Device &device)
{
    switch (choice.kind()) {
    case BackboneKind::Classic: return std::make_shared<ClassicBackbone>();
    case BackboneKind::TorchScript: {
        auto own = makeTorchScriptBackbone(choice.spec, choice.weights, device, precision);
        requireSame(WeightsNames().ofOwnNetwork(choice.weights), choice);
        return own;
    }
    case BackboneKind::Onnx: {
        auto own = makeOnnxBackbone(choice.spec, choice.weights, device, precision);
        requireSame(WeightsNames().ofOwnNetwork(choice.weights), choice);
        return own;
    }
    case BackboneKind::Network: break;
    }
    std::optional<TensorFile> weights;
    if (!choice.isUntrained()) {
        weights = openWeightsFile(choice.weights);
        requireSame(weightsName(contentHash(*weights), choice.spec.convention), choice);
    }
    return makeBackbone(choice.spec, weights, seedOf(choice.weightsId), device, precision, choice.changes.get());
}

}  // namespace

BackboneCache::BackboneCache(Factory factory) : m_factory(std::move(factory))
{
    if (!m_factory)
        m_factory = build;
}

std::shared_ptr<const Backbone> BackboneCache::get(const BackboneChoice &choice, Precision precision,
                                                   const Device &device)
{
    const std::string key =
        choice.spec.id + '/' + precisionName(precision) + '/' + choice.weightsId + '@' + device.name;
    std::lock_guard lock(m_mutex);
    const auto found = std::find_if(m_kept.begin(), m_kept.end(), [&](const Kept &kept) { return kept.key == key; });
    if (found != m_kept.end()) {
        std::rotate(found, found + 1, m_kept.end());
        return m_kept.back().network;
    }
    auto network = m_factory(choice, precision, device);
    if (m_kept.size() == kKeptNetworks)
        m_kept.erase(m_kept.begin());
    m_kept.push_back({key, network});
    return network;
}

}  // namespace dank
