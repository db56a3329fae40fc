#include "core/weights/mapped_file.h"

#include <sys/mman.h>

#include <cerrno>

#include "core/base/file.h"
#include "core/base/file_descriptor.h"

namespace dank {

MappedFile mapFile(const std::filesystem::path &path)
{
    const FileDescriptor file = FileDescriptor::openRegular(path);
    const auto size = std::size_t(file.size(path));
    if (size == 0)
        return {};
    void *const mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (mapping == MAP_FAILED)
        throwErrno(errno, "read", path);
    return {{static_cast<const std::byte *>(mapping), size}, {mapping, [size](void *begin) { ::munmap(begin, size); }}};
}

}  // namespace dank
