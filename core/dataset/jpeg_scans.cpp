#include "core/dataset/jpeg_scans.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include <turbojpeg.h>

#include "core/dataset/byte_source.h"

namespace dank {
namespace {

constexpr std::uint32_t kCoefficients = 64;
/// How many low bits of each coefficient are still to come.
using Missing = std::array<std::uint32_t, kCoefficients>;
constexpr std::uint32_t kNothingYet = 16;

}  // namespace

bool jpegScansAreComplete(std::span<const std::byte> bytes)
{
    std::map<std::uint32_t, Missing> components;
    for (std::size_t at = 2; at + 4 <= bytes.size();) {
        if (byteAt(bytes, at) != 0xff) {  // inside a scan's data
            const void *next = std::memchr(bytes.data() + at, 0xff, bytes.size() - at);
            if (!next)
                break;
            at = static_cast<std::size_t>(static_cast<const std::byte *>(next) - bytes.data());
            continue;
        }
        const std::uint32_t marker = byteAt(bytes, at + 1);
        if (marker == 0xff) {  // fill byte
            ++at;
            continue;
        }
        if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
            at += 2;
            continue;
        }
        const std::size_t length = big16(bytes, at + 2);
        if (length < 2 || length > bytes.size() - at - 2)
            return false;
        const auto body = bytes.subspan(at + 4, length - 2);
        at += 2 + length;
        if (marker >= 0xc0 && marker <= 0xc2) {  // Huffman-coded frames
            if (body.size() < 6 || body.size() < 6 + 3 * std::size_t{byteAt(body, 5)})
                return false;
            for (std::uint32_t i = 0; i < byteAt(body, 5); ++i)
                components[byteAt(body, 6 + 3 * std::size_t{i})].fill(kNothingYet);
        } else if (marker == 0xda) {
            const std::size_t count = body.empty() ? 0 : byteAt(body, 0);
            if (body.size() < 4 + 2 * count)
                return false;
            const std::uint32_t first = byteAt(body, 1 + 2 * count), last = byteAt(body, 2 + 2 * count);
            for (std::size_t i = 0; i < count; ++i)
                if (const auto found = components.find(byteAt(body, 1 + 2 * i)); found != components.end())
                    for (std::uint32_t k = first; k <= last && k < kCoefficients; ++k)
                        found->second[k] = byteAt(body, 3 + 2 * count) & 0x0f;
        }
    }
    return !components.empty() && std::all_of(components.begin(), components.end(), [](const auto &component) {
        return std::all_of(component.second.begin(), component.second.end(), [](auto bits) { return bits == 0; });
    });
}

bool jpegHasAllRows(std::vector<std::byte> bytes)
{
    if (!jpegScansAreComplete(bytes))
        return false;
    // With an end marker the decoder's first warning, the only one that it tells, is of data that is missing.
    bytes.push_back(std::byte{0xff});
    bytes.push_back(std::byte{0xd9});
    const std::unique_ptr<void, int (*)(tjhandle)> handle(tjInitDecompress(), tjDestroy);
    if (!handle)
        throw std::bad_alloc();
    const auto *raw = reinterpret_cast<const unsigned char *>(bytes.data());
    const auto size = static_cast<unsigned long>(bytes.size());
    int width = 0, height = 0, subsampling = -1, colours = -1;
    tjDecompressHeader3(handle.get(), raw, size, &width, &height, &subsampling, &colours);
    if (width <= 0 || height <= 0 || colours < 0)
        return false;
    const tjscalingfactor eighth{1, 8};
    const int columns = TJSCALED(width, eighth), rows = TJSCALED(height, eighth);
    const int format = colours == TJCS_CMYK || colours == TJCS_YCCK ? TJPF_CMYK : TJPF_GRAY;
    std::vector<unsigned char> pixels(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)
                                      * static_cast<std::size_t>(tjPixelSize[format]));
    if (tjDecompress2(handle.get(), raw, size, pixels.data(), columns, 0, rows, format, TJFLAG_LIMITSCANS) == 0)
        return true;
    // Bytes between the last scan and the end marker are no loss.
    return tjGetErrorCode(handle.get()) == TJERR_WARNING
           && std::string_view(tjGetErrorStr2(handle.get())).ends_with("extraneous bytes before marker 0xd9");
}

}  // namespace dank
