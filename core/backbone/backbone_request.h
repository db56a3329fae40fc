#pragma once

#include <string>

namespace dank {

/// How pictures become features. Strings are as on the command line.
struct BackboneRequest {
    std::string
        backbone;  ///< an id, or the path of an ONNX file (core/nn/onnx/onnx_backbone.h) or of a TorchScript file
                   ///< (a program: see core/nn/networks/torchscript.h);
                   ///< empty: the first network with installed weights, else "classic"
    std::string weights;             ///< a weights file; "none" for seeded random; empty: the library's own
    std::string device = "auto";     ///< auto, cpu, cuda, cuda:N
    std::string precision = "auto";  ///< auto, fp32, bf16; on CUDA also tf32, fp16
    std::string resize = "warp";
    int batch = 8;           ///< pictures a forward pass
    std::string convention;  ///< torch, keras or unit: how a weights file is read; empty: as it says itself

    bool operator==(const BackboneRequest &) const = default;
};

}  // namespace dank
