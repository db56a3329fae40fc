#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/weights/weights_file.h"
#include "tests/fuzz/check_tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    try {
        checkTensors(dank::parseWeightsFile(std::as_bytes(std::span(data, size)), "fuzz"));
    } catch (const dank::Error &error) {
        checkRefusal(error);
    }
    return 0;
}

#ifdef DANK_FUZZ
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t *data, std::size_t size, std::size_t maxSize);

namespace {

std::uint32_t crc32(std::span<const std::uint8_t> bytes)
{
    std::uint32_t crc = ~0U;
    for (const std::uint8_t byte : bytes) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    return ~crc;
}

template <typename Number>
Number get(std::span<const std::uint8_t> bytes, std::size_t at)
{
    Number number{};
    if (at + sizeof number <= bytes.size())
        std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

/// Makes a zip archive's checksums right again as far as its directory can be followed, or else nothing that lies
/// behind them would ever be reached.
void mendChecksums(std::span<std::uint8_t> bytes)
{
    if (bytes.size() < 22 || get<std::uint32_t>(bytes, 0) != 0x04034b50)
        return;
    std::size_t entry = get<std::uint32_t>(bytes, bytes.size() - 6);
    while (entry + 46 <= bytes.size() && get<std::uint32_t>(bytes, entry) == 0x02014b50) {
        const std::size_t size = get<std::uint32_t>(bytes, entry + 20), local = get<std::uint32_t>(bytes, entry + 42);
        const std::size_t data =
            local + 30 + get<std::uint16_t>(bytes, local + 26) + get<std::uint16_t>(bytes, local + 28);
        if (data <= bytes.size() && size <= bytes.size() - data) {
            const std::uint32_t crc = crc32(bytes.subspan(data, size));
            std::memcpy(bytes.data() + entry + 16, &crc, sizeof crc);
            if (get<std::uint32_t>(bytes, local + 14) != 0)
                std::memcpy(bytes.data() + local + 14, &crc, sizeof crc);
        }
        entry += std::size_t(46) + get<std::uint16_t>(bytes, entry + 28) + get<std::uint16_t>(bytes, entry + 30)
                 + get<std::uint16_t>(bytes, entry + 32);
    }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t *data, std::size_t size, std::size_t maxSize, unsigned seed)
{
    std::size_t result = 0;
    if (seed % 4 != 0 && size > 30 && get<std::uint32_t>({data, size}, 0) == 0x04034b50) {
        // Inside one place and without moving what follows, which the directory would no longer find.
        const std::size_t from = seed / 4 % (size - 16);
        const std::size_t length = 1 + seed / 1024 % std::min<std::size_t>(size - from, 64);
        LLVMFuzzerMutate(data + from, length, length);
        result = size;
    } else {
        result = LLVMFuzzerMutate(data, size, maxSize);
    }
    if (seed % 8 != 1)
        mendChecksums({data, result});
    return result;
}
#endif
