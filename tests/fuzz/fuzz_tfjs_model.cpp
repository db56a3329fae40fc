#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/weights/readers.h"
#include "core/weights/tensorflow/keras_names.h"
#include "core/weights/tensorflow/tfjs_model.h"
#include "tests/fuzz/check_tensors.h"

/// The text up to the first NUL byte is the model.json; every shard that it names holds what follows.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::uint8_t *const end = std::find(data, data + size, 0);
    const std::string_view json(reinterpret_cast<const char *>(data), static_cast<std::size_t>(end - data));
    const auto shard = std::as_bytes(std::span(end == data + size ? end : end + 1, data + size));
    try {
        const dank::KerasContents contents = dank::readTfjsModel(json, [&](const std::string &name) {
            require(!name.empty() && name.front() != '/' && name.find("..") != 0 && name.find("/../") == name.npos);
            return shard;
        });
        for (const auto &[layer, parts] : contents.layers.all())
            for (const auto &[part, view] : parts)
                require(view.toFloat().size() == std::size_t(view.elements()));
        const dank::TranslatedKeras keras = dank::translateKeras(contents.layers);
        checkTensors({"fuzz", keras.tensors, {}, nullptr});
    } catch (const dank::BadFile &bad) {
        require(dank::printable(dank::sanitizeUtf8(bad.why)) == bad.why && bad.why.size() < 1000);
    }
    return 0;
}
