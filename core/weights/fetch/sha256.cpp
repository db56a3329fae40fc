#include "core/weights/fetch/sha256.h"

#include <openssl/evp.h>

#include <memory>
#include <vector>

#include "core/base/error.h"

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

std::string sha256Descriptor(const FileDescriptor &file, const std::filesystem::path &path, const JobContext &context)
{
    const std::uint64_t size = file.size(path);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    expect(hash ? EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) : 0);
    std::vector<std::byte> piece(kPiece);
    for (std::uint64_t done = 0;;) {
        context.cancel.check();
        const std::size_t got = file.read(piece, done, path);
        if (got == 0)
            break;
        expect(EVP_DigestUpdate(hash.get(), piece.data(), got));
        done += got;
        context.report("verify", done, size);
    }
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    expect(EVP_DigestFinal_ex(hash.get(), digest, &length));
    std::string text;
    for (unsigned int i = 0; i < length; ++i) {
        text += "0123456789abcdef"[digest[i] >> 4];
        text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
}

std::string sha256File(const std::filesystem::path &path, const JobContext &context)
{
    return sha256Descriptor(FileDescriptor::openRegular(path), path, context);
}

}  // namespace dank
