#pragma once

#include <string_view>

#include "core/backbone/backbone_id.h"
#include "core/backbone/backbone_status.h"

namespace dank {

/// Is it a file of the user's own, a TorchScript or an ONNX one, rather than a network that is built here?
inline bool isOwnNetwork(BackboneKind kind)
{
    return kind == BackboneKind::TorchScript || kind == BackboneKind::Onnx;
}
inline bool isOwnNetwork(std::string_view network)
{
    return network == kTorchScriptId || network == kOnnxId;
}

}  // namespace dank
