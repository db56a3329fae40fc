#pragma once

// How files of memes are packed and written.

#include <QByteArray>
#include <QString>

#include <zlib.h>
#include <zstd.h>

namespace dank::test {

inline QByteArray gzipped(const QByteArray &bytes)
{
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    QByteArray packed(static_cast<int>(deflateBound(&stream, static_cast<uLong>(bytes.size()))) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.truncate(static_cast<int>(stream.total_out));
    deflateEnd(&stream);
    return packed;
}

inline QByteArray zstandard(const QByteArray &bytes)
{
    QByteArray packed(static_cast<int>(ZSTD_compressBound(static_cast<std::size_t>(bytes.size()))), '\0');
    packed.truncate(static_cast<int>(ZSTD_compress(packed.data(), static_cast<std::size_t>(packed.size()), bytes.data(),
                                                   static_cast<std::size_t>(bytes.size()), 3)));
    return packed;
}

inline QByteArray utf16(const QByteArray &text, bool big)
{
    QByteArray bytes(big ? "\xfe\xff" : "\xff\xfe");
    for (const QChar c : QString::fromUtf8(text)) {
        const char high = static_cast<char>(c.unicode() >> 8), low = static_cast<char>(c.unicode() & 0xff);
        bytes.append(big ? high : low).append(big ? low : high);
    }
    return bytes;
}

}  // namespace dank::test
