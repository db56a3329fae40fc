#include "core/base/error.h"

#include <utility>

#include "core/base/names.h"

namespace dank {

const char *errorKindName(ErrorKind kind) noexcept
{
    static constexpr const char *kNames[] = {"file",    "format",   "dataset", "weights",  "device", "memory", "disk",
                                             "library", "mismatch", "shape",   "diverged", "engine", "network"};
    return nameIn(kNames, kind);
}

Error::Error(ErrorKind kind, const std::string &message, std::filesystem::path path)
    : std::runtime_error(message), m_kind(kind), m_path(std::move(path))
{
}

}  // namespace dank
