#include "core/pipeline/backbones/classic_backbone.h"

#include "core/base/error.h"
#include "core/image/classic_features.h"
#include "core/pipeline/backbones/backbone_table.h"

namespace dank {

namespace {

class ClassicBackbone final : public Backbone {
public:
    const BackboneSpec &spec() const override { return m_spec; }
    Precision precision() const override { return Precision::Float32; }
    bool isUntrained() const override { return false; }

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

}  // namespace

std::unique_ptr<Backbone> makeClassicBackbone()
{
    return std::make_unique<ClassicBackbone>();
}

}  // namespace dank
