#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <QByteArray>
#include <QString>

#include "core/base/file.h"
#include "core/image/decode.h"

namespace dank {

/// A file of tests/image/data.
inline QByteArray pictureFile(const std::string &name)
{
    const std::vector<std::byte> bytes = readFile(DANK_TEST_DATA "/data/" + name, 1 << 20);
    return {reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

inline std::span<const std::byte> bytesOf(const QByteArray &bytes)
{
    return std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

/// Why a picture is refused, as it is called; "decoded" where it is not.
inline QString refusalOf(const QByteArray &file)
{
    const Decoded decoded = decodeImage(bytesOf(file));
    return decoded.problem ? skipReasonName(*decoded.problem) : "decoded";
}

/// `value` in `count` bytes, the low one first.
inline QByteArray little(quint32 value, int count)
{
    QByteArray bytes;
    for (int i = 0; i < count; ++i)
        bytes += static_cast<char>(value >> (8 * i));
    return bytes;
}

/// `value` in 4 bytes, the high one first.
inline QByteArray big(quint32 value)
{
    QByteArray bytes;
    for (int i = 3; i >= 0; --i)
        bytes += static_cast<char>(value >> (8 * i));
    return bytes;
}

/// An EXIF block with an orientation, in either byte order.
inline QByteArray exifBlock(int orientation, bool motorola)
{
    if (motorola)
        return QByteArray("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) + static_cast<char>(orientation)
               + QByteArray(6, '\0');
    return QByteArray("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 18) + static_cast<char>(orientation)
           + QByteArray(7, '\0');
}

/// Where the pixel at (x, y) of an upright picture lies in one of width × height that has this orientation.
inline std::pair<int, int> sourceOf(int x, int y, int width, int height, int orientation)
{
    switch (orientation) {
    case 2: return {width - 1 - x, y};
    case 3: return {width - 1 - x, height - 1 - y};
    case 4: return {x, height - 1 - y};
    case 5: return {y, x};
    case 6: return {y, height - 1 - x};
    case 7: return {width - 1 - y, height - 1 - x};
    case 8: return {width - 1 - y, x};
    default: return {x, y};
    }
}

/// Whether a picture is another one after its orientation was applied.
inline bool isTurned(const Image &upright, const Image &stored, int orientation)
{
    const bool swaps = orientation >= 5;
    if (upright.width != (swaps ? stored.height : stored.width) || upright.rgb.size() != stored.rgb.size())
        return false;
    for (int y = 0; y < upright.height; ++y)
        for (int x = 0; x < upright.width; ++x) {
            const auto [fromX, fromY] = sourceOf(x, y, stored.width, stored.height, orientation);
            for (std::size_t c = 0; c < 3; ++c)
                if (upright.rgb[upright.offset(x, y) + c] != stored.rgb[stored.offset(fromX, fromY) + c])
                    return false;
        }
    return true;
}

}  // namespace dank
