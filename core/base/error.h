#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

namespace dank {

/// What went wrong, as far as a front needs to know to word it and to offer a way out.
enum class ErrorKind {
    File,      ///< a file or folder cannot be read, written or found
    Format,    ///< a file's contents are not what they should be
    Dataset,   ///< a dataset holds nothing that the step can use
    Weights,   ///< pretrained weights are missing, incomplete or of the wrong shape
    Device,    ///< the compute device asked for is not there or failed
    Memory,    ///< out of memory, on the host or the device
    Disk,      ///< the disk is full or the folder is read-only
    Library,   ///< the library is from a newer version, locked or damaged
    Mismatch,  ///< parts that do not belong together, such as a model and another backbone's features
    Shape,     ///< a broken contract inside the program: a bug
    Diverged,  ///< training left the finite numbers; the last good snapshot was saved
    Engine,    ///< the compute engine could not be opened
    Network,   ///< a server cannot be reached, refuses, or breaks off
};

/// The one exception of the core. `what()` is a whole sentence that names what failed, why, and
/// where it helps what to do; `path()` is the file it is about, or empty.
class Error : public std::runtime_error {
public:
    Error(ErrorKind kind, const std::string &message, std::filesystem::path path = {})
        : std::runtime_error(message), m_kind(kind), m_path(std::move(path))
    {
    }

    ErrorKind kind() const noexcept { return m_kind; }
    const std::filesystem::path &path() const noexcept { return m_path; }

private:
    ErrorKind m_kind;
    std::filesystem::path m_path;
};

/// Thrown when the user stopped a job. Deliberately not a std::exception: a stop is not an error,
/// and no `catch (const std::exception &)` may swallow it.
struct Cancelled {};

}  // namespace dank
