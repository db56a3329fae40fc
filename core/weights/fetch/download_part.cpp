#include "core/weights/fetch/download_part.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_reader.h"
#include "core/weights/fetch/sha256.h"

namespace fs = std::filesystem;

namespace dank {
namespace {

constexpr std::uint64_t kMaxOrigin = 64u << 10;

bool isRegular(const fs::path &path)
{
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::string textIn(const JsonValue &object, const char *key)
{
    const auto found = object.find(key);
    return found ? found->text() : std::string();
}

}  // namespace

DownloadPart::DownloadPart(const fs::path &target, const std::string &url, const std::string &sha256)
    : m_target(target), m_path(target.native() + ".part"),
      m_originPath(target.native() + ".part.json"), m_origin{url, sha256, {}, {}}
{
    createFolder(target.has_parent_path() ? target.parent_path() : fs::path("."));
    openLocked();
    readOrigin();
}

DownloadPart::~DownloadPart()
{
    if (m_size == 0)  // nothing to go on from
        discard();
}

void DownloadPart::openLocked()
{
    // A part that another download installs or deletes between the opening and the locking is not ours to write to:
    // then open again.
    for (int attempt = 0; attempt < 10; ++attempt) {
        m_file = FileDescriptor(m_path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW, 0666);
        if (!m_file && errno != ELOOP && errno != ENXIO && errno != EISDIR)
            throwErrno(errno, "write", m_path);
        struct flock range {};  // an open file description lock: it ends with the process, however that ends
        range.l_type = F_WRLCK;
        range.l_whence = SEEK_SET;
        struct stat ours {
        }, named{};
        const bool locked = uninterrupted([&] { return ::fcntl(m_file.get(), F_OFD_SETLK, &range); }) == 0;
        const int failed = errno;
        const bool known = uninterrupted([&] { return ::fstat(m_file.get(), &ours); }) == 0;
        if (locked && known && S_ISREG(ours.st_mode) && ::lstat(m_path.c_str(), &named) == 0
            && ours.st_dev == named.st_dev && ours.st_ino == named.st_ino) {
            m_size = std::uint64_t(ours.st_size);
            return;
        }
        if (!m_file || (known && !S_ISREG(ours.st_mode)))
            throw Error(ErrorKind::File,
                        "Cannot download to '" + displayPath(m_path)
                            + "': something that is not a plain file has that name. Remove it and try again.",
                        m_path);
        if (!locked && failed != EAGAIN && failed != EACCES)
            throwErrno(failed, "write", m_path);
        if (!locked)
            break;
    }
    throw Error(ErrorKind::File,
                "'" + displayPath(m_target)
                    + "' is being downloaded already, here or by another program. Wait until that ends, or stop it.",
                m_target);
}

void DownloadPart::readOrigin()
{
    if (m_size == 0)
        return;
    PartOrigin found;
    // Whatever is wrong with the note, the answer is to begin again.
    try {
        if (isRegular(m_originPath)) {
            const JsonDocument document(readTextFile(m_originPath, kMaxOrigin), 1,
                                        [](const std::string &why) { throw Error(ErrorKind::Format, why); });
            const JsonValue note = document.root();
            found = {textIn(note, "url"), textIn(note, "sha256"), textIn(note, "etag"), textIn(note, "last_modified")};
        }
    } catch (const Error &) {
    }
    if (found.url == m_origin.url && found.sha256 == m_origin.sha256)
        m_origin = found;
    else
        restart({}, {});
}

void DownloadPart::restart(const std::string &etag, const std::string &lastModified)
{
    m_file.resize(0, m_path);
    m_size = 0;
    m_origin.etag = etag;
    m_origin.lastModified = lastModified;
    // The write below would go through a link.
    std::error_code ignored;
    if (fs::is_symlink(m_originPath, ignored))
        fs::remove(m_originPath, ignored);
    const nlohmann::json note{{"url", m_origin.url},
                              {"sha256", m_origin.sha256},
                              {"etag", m_origin.etag},
                              {"last_modified", m_origin.lastModified}};
    writeFileAtomically(m_originPath, note.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void DownloadPart::append(std::span<const std::byte> bytes)
{
    m_file.write(bytes, m_size, m_path);
    m_size += bytes.size();
}

void DownloadPart::needSpace(std::uint64_t bytes) const
{
    std::error_code failed;
    const fs::space_info space = fs::space(m_target.has_parent_path() ? m_target.parent_path() : fs::path("."), failed);
    if (!failed && space.available < bytes)
        throw Error(ErrorKind::Disk,
                    "There is not enough free space for '" + displayPath(m_target) + "': " + std::to_string(bytes)
                        + " bytes are to come and " + std::to_string(space.available)
                        + " are free. Free some space and try again.",
                    m_target);
}

std::string DownloadPart::sha256(const JobContext &context) const
{
    return sha256Descriptor(m_file, m_path, context);
}

void DownloadPart::install()
{
    m_file.flush(m_path);
    if (::rename(m_path.c_str(), m_target.c_str()) != 0)
        throwErrno(errno, "replace", m_target);
    ::unlink(m_originPath.c_str());
    flushFolder(m_target.parent_path());
}

void DownloadPart::discard()
{
    ::unlink(m_path.c_str());
    ::unlink(m_originPath.c_str());
    m_size = 0;
}

}  // namespace dank
