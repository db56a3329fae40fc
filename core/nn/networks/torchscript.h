#pragma once

#include <filesystem>
#include <memory>

#include "core/nn/networks/backbone.h"

namespace dank {

/// A user's own network: a TorchScript file that maps [B, 3, side, side] to [B, columns], with its preprocessing in a
/// JSON file beside it that has the same name but for ".json":
///     {"title": "My network", "input_side": 224, "columns": 512,
///      "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "crop_side": 256}
/// `title` and `crop_side` may be left out. SUCH A FILE IS A PROGRAM: loading it runs what its author wrote. Nothing
/// here decides whether that is wanted.
///
/// Reads the description (network_description.h), and only that. The id is "torchscript". Throws Error{File|Weights}
/// that names the field.
BackboneSpec torchScriptSpec(const std::filesystem::path &file);

/// Loads and runs the program once, to see that it takes and gives what its description says. Throws Error{Weights}
/// when it does not, Error{Memory|Device}.
std::unique_ptr<Backbone> makeTorchScriptBackbone(const BackboneSpec &spec, const std::filesystem::path &file,
                                                  const Device &device, Precision precision);

}  // namespace dank
