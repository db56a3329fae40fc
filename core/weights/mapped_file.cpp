#include "core/weights/mapped_file.h"

#include <sys/mman.h>

#include <cerrno>

#include "core/base/file.h"
#include "core/base/file_descriptor.h"

namespace dank {

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path &path)
{
    const FileDescriptor file = FileDescriptor::openRegular(path);
    const std::uint64_t bytes = file.size(path);
    std::shared_ptr<MappedFile> result(new MappedFile);
    if (bytes == 0)
        return result;
    const auto size = std::size_t(bytes);
    void *const mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
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
