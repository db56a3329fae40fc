#include "core/feeds/feed_text.h"

#include <algorithm>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <zlib.h>
#include <zstd.h>

#include "core/base/code_points.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"

namespace dank {

namespace {

constexpr std::size_t kPiece = 1 << 20;
/// Zstandard's windows of the archives that people share: 2 GB. It is taken as far as a file needs it.
constexpr int kMostWindowLog = 31;

}  // namespace

/// The file's bytes, unpacked.
class FeedText::Source {
public:
    enum class Packing { None, Gzip, Zstandard };

    explicit Source(const std::filesystem::path &path)
        : m_path(path), m_file(FileDescriptor::openRegular(path)), m_size(m_file.size(path))
    {
        fill();
        const std::string_view start(m_in.data(), m_filled);
        if (start.starts_with("\x1f\x8b")) {
            packing = Packing::Gzip;
            if (inflateInit2(&m_gzip, 15 + 16) != Z_OK)
                throw std::bad_alloc();
        } else if (start.starts_with("\x28\xb5\x2f\xfd")
                   || start.substr(0, 4) == std::string_view("\x50\x2a\x4d\x18", 4)) {
            packing = Packing::Zstandard;
            m_zstd.reset(ZSTD_createDStream());
            if (!m_zstd || ZSTD_isError(ZSTD_DCtx_setParameter(m_zstd.get(), ZSTD_d_windowLogMax, kMostWindowLog)))
                throw std::bad_alloc();
        }
    }
    ~Source()
    {
        if (packing == Packing::Gzip)
            inflateEnd(&m_gzip);
    }

    /// Adds a piece; false at the end.
    bool more(std::string &to)
    {
        if (m_at == m_filled)
            fill();
        if (packing == Packing::None) {
            to.append(m_in.data() + m_at, m_filled - m_at);
            return std::exchange(m_at, m_filled) < m_filled;
        }
        const std::size_t before = to.size();
        to.resize(before + kPiece);
        const std::size_t got = packing == Packing::Gzip ? gunzip({to.data() + before, kPiece})
                                                         : unpackZstandard({to.data() + before, kPiece});
        to.resize(before + got);
        return got > 0;
    }

    double portionRead() const
    {
        const double middle = static_cast<double>(m_offset) - static_cast<double>(m_filled) / 2;
        return m_size == 0 ? 1 : std::clamp(middle / static_cast<double>(m_size), 0.0, 1.0);
    }

    Packing packing = Packing::None;

private:
    void fill()
    {
        m_in.resize(kPiece);
        m_filled = m_file.read(std::as_writable_bytes(std::span(m_in)), m_offset, m_path);
        m_offset += m_filled;
        m_at = 0;
    }

    [[noreturn]] void damaged(const std::string &why) const
    {
        throw Error(ErrorKind::Format,
                    "'" + displayPath(m_path) + "' cannot be unpacked: " + why + ". Fetch or export the file again.",
                    m_path);
    }

    std::size_t gunzip(std::span<char> out)
    {
        m_gzip.next_out = reinterpret_cast<Bytef *>(out.data());
        m_gzip.avail_out = static_cast<uInt>(out.size());
        while (m_gzip.avail_out > 0) {
            if (m_at == m_filled)
                fill();
            if (m_filled == 0) {
                if (m_inside)
                    damaged("it ends early");
                break;
            }
            if (!m_inside) {  // several members are one after the other
                if (m_in[m_at] != '\x1f')
                    break;  // padding
                inflateReset(&m_gzip);
                m_inside = true;
            }
            m_gzip.next_in = reinterpret_cast<Bytef *>(m_in.data() + m_at);
            m_gzip.avail_in = static_cast<uInt>(m_filled - m_at);
            const int result = inflate(&m_gzip, Z_NO_FLUSH);
            m_at = m_filled - m_gzip.avail_in;
            if (result == Z_MEM_ERROR)
                throw std::bad_alloc();
            if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
                damaged("its gzip data are damaged");
            m_inside = result != Z_STREAM_END;
        }
        return out.size() - m_gzip.avail_out;
    }

    std::size_t unpackZstandard(std::span<char> out)
    {
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        while (to.pos < to.size) {
            if (m_at == m_filled)
                fill();
            ZSTD_inBuffer from{m_in.data() + m_at, m_filled - m_at, 0};
            const std::size_t had = to.pos;
            const std::size_t left = ZSTD_decompressStream(m_zstd.get(), &to, &from);
            m_at += from.pos;
            if (ZSTD_isError(left))
                damaged(ZSTD_getErrorName(left));
            if (from.pos > 0 || to.pos > had)  // else it tells what the next frame would need
                m_inside = left > 0;
            if (from.size == 0 && to.pos == had) {
                if (m_inside)
                    damaged("it ends early");
                break;
            }
        }
        return to.pos;
    }

    struct FreeZstd {
        void operator()(ZSTD_DStream *stream) const { ZSTD_freeDStream(stream); }
    };
    const std::filesystem::path m_path;
    const FileDescriptor m_file;
    const std::uint64_t m_size;
    std::uint64_t m_offset = 0;
    std::vector<char> m_in;
    std::size_t m_filled = 0, m_at = 0;
    bool m_inside = false;  ///< a member or a frame that has not ended
    z_stream m_gzip{};
    std::unique_ptr<ZSTD_DStream, FreeZstd> m_zstd;
};

FeedText::FeedText(const std::filesystem::path &path) : m_source(std::make_unique<Source>(path)) {}
FeedText::~FeedText() = default;

const char *FeedText::packing() const
{
    return m_source->packing == Source::Packing::Gzip        ? "gzip"
           : m_source->packing == Source::Packing::Zstandard ? "Zstandard"
                                                             : "";
}

double FeedText::portionRead() const
{
    return m_source->portionRead();
}

bool FeedText::more(std::string &to)
{
    const bool more = m_source->more(m_bytes);
    if (m_encoding == Encoding::Unknown) {
        const std::string_view start = m_bytes;
        m_encoding = start.starts_with("\xff\xfe")   ? Encoding::Utf16Little
                     : start.starts_with("\xfe\xff") ? Encoding::Utf16Big
                                                     : Encoding::Utf8;
        m_bytes.erase(0, m_encoding != Encoding::Utf8 ? 2 : start.starts_with("\xef\xbb\xbf") ? 3 : 0);
    }
    if (m_encoding == Encoding::Utf8) {
        to += m_bytes;
        m_bytes.clear();
        return more;
    }
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<unsigned char>(m_bytes[at]),
                   second = static_cast<unsigned char>(m_bytes[at + 1]);
        return static_cast<char32_t>(m_encoding == Encoding::Utf16Little ? first | second << 8 : first << 8 | second);
    };
    std::size_t at = 0;
    while (at + 2 <= m_bytes.size()) {
        const char32_t one = unit(at);
        const bool high = one >= 0xd800 && one < 0xdc00;
        if (high && at + 4 > m_bytes.size() && more)
            break;  // its other half comes
        const char32_t two = high && at + 4 <= m_bytes.size() ? unit(at + 2) : 0;
        const bool pair = two >= 0xdc00 && two < 0xe000;
        appendCodePoint(to, pair                            ? 0x10000 + ((one - 0xd800) << 10) + (two - 0xdc00)
                            : one >= 0xd800 && one < 0xe000 ? kNoCharacter
                                                            : one);
        at += pair ? 4 : 2;
    }
    m_bytes.erase(0, at);
    return more;
}

bool FeedLines::next(std::string &line, bool &tooLong)
{
    line.clear();
    tooLong = false;
    for (;;) {
        const std::size_t end = m_buffer.find('\n', m_at);
        if (end == std::string::npos && !m_ended) {
            m_buffer.erase(0, m_at);
            m_at = 0;
            if (m_buffer.size() > kMostBytes) {
                tooLong = true;
                m_buffer.clear();
            }
            m_ended = !m_text.more(m_buffer);
            continue;
        }
        if (end == std::string::npos && m_at == m_buffer.size())
            return tooLong;
        const std::size_t stop = std::min(end, m_buffer.size());
        if (!tooLong)
            line.assign(m_buffer, m_at, stop - m_at);
        m_at = std::min(stop + 1, m_buffer.size());
        if (line.ends_with('\r'))
            line.pop_back();
        return true;
    }
}

}  // namespace dank
