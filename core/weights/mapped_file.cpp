#include "core/weights/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

namespace {

struct Descriptor {
    int fd = -1;
    ~Descriptor()
    {
        if (fd >= 0)
            ::close(fd);
    }
};

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path &path)
{
    // Not blocking, so that a pipe with no writer is refused below instead of waited for.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.fd < 0)
        throwErrno(errno, "open", path);
    struct stat status {};
    if (::fstat(file.fd, &status) != 0)
        throwErrno(errno, "read", path);
    if (!S_ISREG(status.st_mode))
        throw Error(ErrorKind::File, "'" + displayPath(path) + "' is not a regular file.", path);

    std::shared_ptr<MappedFile> result(new MappedFile);
    if (status.st_size == 0)
        return result;
    const auto size = std::size_t(status.st_size);
    void *const mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
    if (mapping == MAP_FAILED)
        throwErrno(errno, "read", path);
    result->m_bytes = {static_cast<const std::byte *>(mapping), size};
    return result;
}

MappedFile::~MappedFile()
{
    if (!m_bytes.empty())
        ::munmap(const_cast<std::byte *>(m_bytes.data()), m_bytes.size());
}

}  // namespace dank
