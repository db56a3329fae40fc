#include "core/weights/fetch/sha256.h"

#include <openssl/evp.h>

#include <vector>

#include "core/base/error.h"
#include "core/base/file_descriptor.h"

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

std::string sha256Descriptor(const FileDescriptor &file, const std::filesystem::path &path, const JobContext &context)
{
    const std::uint64_t size = file.size(path);
    Sha256 hash;
    std::vector<std::byte> piece(kPiece);
    for (std::uint64_t done = 0;;) {
        context.cancel.check();
        const std::size_t got = file.read(piece, done, path);
        if (got == 0)
            return hash.hex();
        hash.add(std::span(piece).first(got));
        done += got;
        context.report("verify", done, size);
    }
}

std::string sha256File(const std::filesystem::path &path, const JobContext &context)
{
    return sha256Descriptor(FileDescriptor::openRegular(path), path, context);
}

}  // namespace dank
