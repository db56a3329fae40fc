#pragma once

#include <filesystem>

#include "app/cli/context.h"

namespace dank::cli {

/// The model.json of a really trained Inception V3 (npm package nsfwjs 4.3.0, MIT: five picture classes, fine-tuned
/// from ImageNet, pictures in 0..1), fetched once by npm into the library's folder "trained". Throws Error{Network}
/// that says what to do where npm cannot, and Cancelled.
std::filesystem::path realNetwork(Context &context);

}  // namespace dank::cli
