#include "core/base/error.h"

#include <utility>

namespace dank {

const char *errorKindName(ErrorKind kind) noexcept
{
    switch (kind) {
    case ErrorKind::File: return "file";
    case ErrorKind::Format: return "format";
    case ErrorKind::Dataset: return "dataset";
    case ErrorKind::Weights: return "weights";
    case ErrorKind::Device: return "device";
    case ErrorKind::Memory: return "memory";
    case ErrorKind::Disk: return "disk";
    case ErrorKind::Library: return "library";
    case ErrorKind::Mismatch: return "mismatch";
    case ErrorKind::Shape: return "shape";
    case ErrorKind::Diverged: return "diverged";
    case ErrorKind::Engine: return "engine";
    case ErrorKind::Network: return "network";
    }
    return "unknown";
}

Error::Error(ErrorKind kind, const std::string &message, std::filesystem::path path)
    : std::runtime_error(message), m_kind(kind), m_path(std::move(path))
{
}

}  // namespace dank
