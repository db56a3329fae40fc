#include "core/base/hash.h"

#include <cstdio>
#include <memory>
#include <new>
#include <vector>

#include <xxhash.h>

#include "core/base/file_descriptor.h"

namespace dank {

namespace {

std::string toHex(const XXH128_hash_t &hash)
{
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                  static_cast<unsigned long long>(hash.low64));
    return text;
}

/// Of bytes that come one piece after the other.
class Hashing {
public:
    Hashing() : m_state(XXH3_createState(), XXH3_freeState)
    {
        if (!m_state)
            throw std::bad_alloc();
        XXH3_128bits_reset(m_state.get());
    }
    void add(std::span<const std::byte> bytes) { XXH3_128bits_update(m_state.get(), bytes.data(), bytes.size()); }
    std::string hash() const { return toHex(XXH3_128bits_digest(m_state.get())); }

private:
    std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t *)> m_state;
};

}  // namespace

std::string hashBytes(std::span<const std::byte> bytes)
{
    return toHex(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string hashText(std::string_view text)
{
    return hashBytes(std::as_bytes(std::span(text)));
}

std::string hashPieces(std::span<const std::span<const std::byte>> pieces)
{
    Hashing hashing;
    for (const auto piece : pieces)
        hashing.add(piece);
    return hashing.hash();
}

std::string hashFile(const std::filesystem::path &path)
{
    Hashing hashing;
    const FileDescriptor file = FileDescriptor::openRegular(path);
    std::vector<std::byte> piece(1 << 18);
    for (std::uint64_t done = 0;;) {
        const std::size_t got = file.read(piece, done, path);
        hashing.add(std::span(piece).first(got));
        if (got < piece.size())
            return hashing.hash();
        done += got;
    }
}

std::uint64_t hash64(std::span<const std::byte> bytes, std::uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace dank
