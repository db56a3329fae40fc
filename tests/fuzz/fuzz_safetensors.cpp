#include <cstddef>
#include <cstdint>
#include <span>

#include "tests/fuzz/check_tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    try {
        checkTensors(dank::parseSafetensors(std::as_bytes(std::span(data, size)), "fuzz"));
    } catch (const dank::Error &error) {
        checkRefusal(error);
    }
    return 0;
}
