#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/weights/tensorflow/keras_layers.h"

// Internal to core/weights.

namespace dank {

/// The bytes of a file beside the model.json, by its checked name in it. They have to stay until the model is read.
using ShardReader = std::function<std::span<const std::byte>(const std::string &name)>;

/// Whether a text that begins as JSON does is a TensorFlow.js model: it has a list of weights.
bool looksLikeTfjsModel(std::string_view text);

/// The weights of a layers model of TensorFlow.js: float32, or float16, uint8 and uint16 with a scale and a smallest
/// value. Integers and truth values are passed over. The names of shards are checked before one is read: relative,
/// and nowhere up; all their sizes before anything is allocated. Throws BadFile, and what `shard` throws.
KerasContents readTfjsModel(std::string_view json, const ShardReader &shard);

}  // namespace dank
