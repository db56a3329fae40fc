#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace dank {

/// A file's text as UTF-8, piece by piece: unpacked where it is gzip's or Zstandard's, converted where it is UTF-16,
/// without a byte order mark. What it is is told by its bytes. Not thread-safe.
class FeedText {
public:
    /// Throws Error{File} where it cannot be read.
    explicit FeedText(const std::filesystem::path &path);
    ~FeedText();

    /// Adds up to 1 MiB to `to`; false at the end. Throws Error{File|Format}, the latter for a packed file that is
    /// damaged or ends early.
    bool more(std::string &to);
    /// "gzip", "Zstandard" or empty.
    const char *packing() const;
    /// How far in the file, packed as it is, the middle of the piece is that was read last: 0..1.
    double portionRead() const;

private:
    class Source;
    std::unique_ptr<Source> m_source;
    std::string m_bytes;  ///< unpacked, not yet converted
    enum class Encoding { Unknown, Utf8, Utf16Little, Utf16Big } m_encoding = Encoding::Unknown;
};

/// Parts a text at its line ends, \n or \r\n.
class FeedLines {
public:
    /// Longer lines are told as such, and not kept.
    static constexpr std::size_t kMostBytes = 16 << 20;

    FeedLines(FeedText &text, std::string begun) : m_text(text), m_buffer(std::move(begun)) {}

    /// The next line, without its end; false when there is none. `tooLong`: it was, and `line` is empty.
    bool next(std::string &line, bool &tooLong);

private:
    FeedText &m_text;
    std::string m_buffer;
    std::size_t m_at = 0;
    bool m_ended = false;
};

}  // namespace dank
