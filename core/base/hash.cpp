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

}  // namespace

std::string hashBytes(std::span<const std::byte> bytes)
{
    return toHex(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string hashText(std::string_view text)
{
    return hashBytes(std::as_bytes(std::span(text)));
}

std::string hashFile(const std::filesystem::path &path)
{
    const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t *)> state(XXH3_createState(), XXH3_freeState);
    if (!state)
        throw std::bad_alloc();
    XXH3_128bits_reset(state.get());

    const FileDescriptor file = FileDescriptor::openRegular(path);
    std::vector<std::byte> piece(1 << 18);
    for (std::uint64_t done = 0;;) {
        const std::size_t got = file.read(piece, done, path);
        XXH3_128bits_update(state.get(), piece.data(), got);
        if (got < piece.size())
            return toHex(XXH3_128bits_digest(state.get()));
        done += got;
    }
}

std::uint64_t hash64(std::span<const std::byte> bytes, std::uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace dank
