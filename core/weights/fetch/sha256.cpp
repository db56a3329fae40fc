#include "core/weights/fetch/sha256.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

void expect(int result)
{
    if (result != 1)
        throw Error(ErrorKind::Memory, "A SHA-256 hash could not be computed: OpenSSL refused. There may be too "
                                       "little memory.");
}

}  // namespace

struct Sha256::State {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : m_state(std::make_unique<State>())
{
    expect(m_state->context ? EVP_DigestInit_ex(m_state->context, EVP_sha256(), nullptr) : 0);
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes)
{
    expect(EVP_DigestUpdate(m_state->context, bytes.data(), bytes.size()));
}

std::string Sha256::hex()
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    expect(EVP_DigestFinal_ex(m_state->context, digest, &size));
    expect(EVP_DigestInit_ex(m_state->context, EVP_sha256(), nullptr));
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        text += "0123456789abcdef"[digest[i] >> 4];
        text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
}

std::string sha256Descriptor(int descriptor, const std::filesystem::path &path, const JobContext &context)
{
    struct stat status {};
    if (::fstat(descriptor, &status) != 0)
        throwErrno(errno, "read", path);
    if (!S_ISREG(status.st_mode))
        throw Error(ErrorKind::File, "Cannot read '" + displayPath(path) + "': it is not a regular file.", path);
    Sha256 hash;
    std::vector<std::byte> piece(kPiece);
    for (std::size_t done = 0;;) {
        context.cancel.check();
        const ssize_t got = ::pread(descriptor, piece.data(), piece.size(), off_t(done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throwErrno(errno, "read", path);
        if (got == 0)
            return hash.hex();
        hash.add(std::span(piece).first(std::size_t(got)));
        done += std::size_t(got);
        context.report("verify", done, std::size_t(status.st_size));
    }
}

std::string sha256File(const std::filesystem::path &path, const JobContext &context)
{
    struct Descriptor {
        int fd;
        ~Descriptor()
        {
            if (fd >= 0)
                ::close(fd);
        }
    };
    // Not blocking, so that a pipe with no writer is refused instead of waited for.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.fd < 0)
        throwErrno(errno, "open", path);
    return sha256Descriptor(file.fd, path, context);
}

}  // namespace dank
