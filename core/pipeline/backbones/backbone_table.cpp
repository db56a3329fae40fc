#include "core/pipeline/backbones/backbone_table.h"

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/image/classic_features.h"

namespace dank {

std::span<const BackboneSpec> backboneSpecs()
{
    static const std::vector<BackboneSpec> specs = [] {
        BackboneSpec classic;
        classic.id = kClassicId;
        classic.title = "Classic";
        classic.summary = "Colours, edges, texture and text layout; nothing to download";
        classic.columns = kClassicColumns;
        std::vector<BackboneSpec> all{classic};
        const auto networks = networkSpecs();
        all.insert(all.end(), networks.begin(), networks.end());
        return all;
    }();
    return specs;
}

const BackboneSpec &backboneSpec(std::string_view id)
{
    std::string known;
    for (const BackboneSpec &spec : backboneSpecs()) {
        if (id == spec.id)
            return spec;
        known += (known.empty() ? "" : ", ") + spec.id;
    }
    throw Error(ErrorKind::Weights, "There is no backbone \"" + printable(id.substr(0, 60)) + "\". Known: " + known
                                        + ", or the path of an ONNX or TorchScript file.");
}

}  // namespace dank
