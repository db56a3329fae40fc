#include "core/base/hash.h"

#include <cerrno>
#include <memory>
#include <new>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

namespace {

std::string toHex(const XXH128_hash_t &hash)
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, hash);
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * sizeof canonical.digest);
    for (const unsigned char byte : canonical.digest) {
        text.push_back(kDigits[byte >> 4]);
        text.push_back(kDigits[byte & 15]);
    }
    return text;
}

struct StateDeleter {
    void operator()(XXH3_state_t *state) const { XXH3_freeState(state); }
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

std::string hashFile(const std::filesystem::path &path)
{
    const std::unique_ptr<XXH3_state_t, StateDeleter> state(XXH3_createState());
    if (!state)
        throw std::bad_alloc();
    XXH3_128bits_reset(state.get());

    struct Descriptor {
        int fd;
        ~Descriptor()
        {
            if (fd >= 0)
                ::close(fd);
        }
    };
    // Non-blocking, so that a pipe nobody writes to cannot hang us.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.fd < 0)
        throwErrno(errno, "open", path);
    struct stat about {};
    if (::fstat(file.fd, &about) == 0 && !S_ISREG(about.st_mode))  // a device may never end
        throw Error(ErrorKind::File, "Cannot read '" + displayPath(path) + "': it is not a regular file.", path);
    std::vector<std::byte> piece(1 << 18);
    for (;;) {
        const ssize_t got = ::read(file.fd, piece.data(), piece.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throwErrno(errno, "read", path);
        if (got == 0)
            return toHex(XXH3_128bits_digest(state.get()));
        XXH3_128bits_update(state.get(), piece.data(), static_cast<std::size_t>(got));
    }
}

std::uint64_t hash64(std::span<const std::byte> bytes, std::uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace dank
