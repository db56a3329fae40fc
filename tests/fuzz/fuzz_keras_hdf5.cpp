#include <cstddef>
#include <cstdint>
#include <span>

#include "core/weights/readers.h"
#include "core/weights/tensorflow/keras_hdf5.h"
#include "core/weights/tensorflow/keras_names.h"
#include "tests/fuzz/check_tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    try {
        const dank::KerasLayers layers = dank::readKerasHdf5(bytes);
        for (const auto &[layer, parts] : layers.all())
            for (const auto &[part, view] : parts)
                require(view.bytes.data() >= bytes.data()
                        && view.bytes.data() + view.bytes.size() <= bytes.data() + bytes.size()
                        && view.toFloat().size() == std::size_t(view.elements()));
        const dank::TranslatedKeras keras = dank::translateKeras(layers);
        checkTensors({"fuzz", keras.tensors, {}, nullptr});
    } catch (const dank::BadFile &bad) {
        require(dank::printable(dank::sanitizeUtf8(bad.why)) == bad.why && bad.why.size() < 1000);
    }
    return 0;
}
