#pragma once

#include <filesystem>
#include <memory>

#include "core/nn/networks/backbone.h"

namespace dank {

/// A user's own network as an ONNX file, any encoder of pictures: one input of [B, 3, side, side] or [B, side, side, 3]
/// in floating-point numbers, of any batch or of one picture, and an output of [B, columns], of maps [B, columns, H,
/// W], whose mean over all places is taken, or of [B, tokens, columns]. Beside it a JSON file that has the same name
/// but for ".json":
///     {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
///      "title": "My network", "input_side": 224, "crop_side": 256, "columns": 768,
///      "output": "last_hidden_state", "pool": "first"}
/// All but `mean` and `std` may be left out where the graph itself says it: a side and columns that it fixes, and the
/// output where there is one. `output` may name any value inside the graph, such as what goes into the classifier.
/// `pool` has to say of tokens whether "first" or "mean" is the feature. Such a file is data: nothing of it runs but
/// the operators of core/nn/onnx.
///
/// Reads both, and that only. The id is "onnx". Throws Error{File|Format|Weights} that names what is missing.
BackboneSpec onnxSpec(const std::filesystem::path &file);

/// Loads it and runs it once, to see that it gives what its description says. Throws Error{Weights} when it does not,
/// Error{Memory|Device}.
std::unique_ptr<Backbone> makeOnnxBackbone(const BackboneSpec &spec, const std::filesystem::path &file,
                                           const Device &device, Precision precision);

}  // namespace dank
