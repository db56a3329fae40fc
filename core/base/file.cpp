#include "core/base/file.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/random.h"

namespace fs = std::filesystem;

namespace dank {

namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor() { closeNow(); }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    int get() const { return m_fd; }
    /// The errno of close(), or 0. A network or quota file system may report a lost write only here.
    int closeNow()
    {
        if (m_fd < 0)
            return 0;
        const int fd = m_fd;
        m_fd = -1;
        return ::close(fd) != 0 && errno != EINTR ? errno : 0;
    }

private:
    int m_fd;
};

int openRetrying(const char *path, int flags, mode_t mode = 0)
{
    int fd;
    do
        fd = ::open(path, flags, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

template <typename Bytes>
Bytes readWhole(const fs::path &path, std::uint64_t limit)
{
    // Non-blocking, so that a pipe nobody writes to cannot hang us; it has no effect on regular files.
    const Descriptor file(openRetrying(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0)
        throwErrno(errno, "open", path);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0)
        throwErrno(errno, "read", path);
    if (!S_ISREG(info.st_mode))
        throw Error(ErrorKind::File, "Cannot read '" + displayPath(path) + "': it is not a regular file.", path);

    const auto tooLarge = [&] {
        return Error(ErrorKind::File,
                     "Cannot read '" + displayPath(path) + "': it is larger than " + std::to_string(limit)
                         + " bytes, the most that is read here.",
                     path);
    };
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size > limit)
        throw tooLarge();

    Bytes bytes;
    bytes.resize(static_cast<std::size_t>(size));
    std::size_t filled = 0;
    for (;;) {
        if (filled == bytes.size()) {
            // Is there more than fstat() said? The file may be growing, or be one of /proc's.
            char more[4096];
            const ssize_t got = ::read(file.get(), more, sizeof more);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                throwErrno(errno, "read", path);
            if (got == 0)
                return bytes;
            if (filled + static_cast<std::size_t>(got) > limit)
                throw tooLarge();
            bytes.resize(filled + static_cast<std::size_t>(got));
            std::memcpy(bytes.data() + filled, more, static_cast<std::size_t>(got));
            filled = bytes.size();
            continue;
        }
        const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throwErrno(errno, "read", path);
        if (got == 0) {  // shrunk while we read
            bytes.resize(filled);
            return bytes;
        }
        filled += static_cast<std::size_t>(got);
    }
}

void writeAll(int fd, std::span<const std::byte> bytes, const fs::path &path)
{
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t count = ::write(fd, bytes.data() + written, bytes.size() - written);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throwErrno(errno, "write", path);
        if (count == 0)
            throwErrno(ENOSPC, "write", path);
        written += static_cast<std::size_t>(count);
    }
}

void flush(int fd, const fs::path &path)
{
    int result;
    do
        result = ::fsync(fd);
    while (result != 0 && errno == EINTR);
    // Some file systems cannot flush this kind of file; there is nothing more to do then.
    if (result != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS)
        throwErrno(errno, "write", path);
}

/// Removes its file unless it was kept.
struct TemporaryFile {
    fs::path path;
    bool keep = false;

    TemporaryFile() = default;
    TemporaryFile(const TemporaryFile &) = delete;
    TemporaryFile &operator=(const TemporaryFile &) = delete;
    ~TemporaryFile()
    {
        if (!keep && !path.empty())
            ::unlink(path.c_str());
    }
};

int createTemporary(const fs::path &folder, const fs::path &target, mode_t mode, TemporaryFile &temporary)
{
    static std::atomic<std::uint64_t> counter{0};
    const auto now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    Random random(mixSeed(now ^ (static_cast<std::uint64_t>(::getpid()) << 32), counter.fetch_add(1)));
    for (int attempt = 0; attempt < 100; ++attempt) {
        char name[64];
        std::snprintf(name, sizeof name, ".dank-%016llx.tmp", static_cast<unsigned long long>(random.next()));
        const fs::path path = folder / name;
        const int fd = openRetrying(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (fd >= 0) {
            temporary.path = path;
            return fd;
        }
        if (errno != EEXIST)
            throwErrno(errno, "write", target);
    }
    throwErrno(EEXIST, "write", target);
}

bool isContinuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/// Length of the valid UTF-8 sequence at `at`, or 0; then `bad` is how many bytes the ill-formed part has.
std::size_t sequenceLength(std::string_view text, std::size_t at, std::size_t &bad)
{
    const auto byteAt = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
    };
    const unsigned char lead = byteAt(at);
    bad = 1;
    if (lead < 0x80)
        return 1;
    std::size_t length;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        length = 3;
        if (lead == 0xe0)
            low = 0xa0;  // overlong
        if (lead == 0xed)
            high = 0x9f;  // surrogates
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        if (lead == 0xf0)
            low = 0x90;  // overlong
        if (lead == 0xf4)
            high = 0x8f;  // above U+10FFFF
    } else {
        return 0;
    }
    const unsigned char second = byteAt(at + 1);
    if (second < low || second > high)
        return 0;
    for (std::size_t i = 2; i < length; ++i) {
        bad = i;
        if (!isContinuation(byteAt(at + i)))
            return 0;
    }
    return length;
}

}  // namespace

std::vector<std::byte> readFile(const fs::path &path, std::uint64_t limit)
{
    return readWhole<std::vector<std::byte>>(path, limit);
}

std::string readTextFile(const fs::path &path, std::uint64_t limit)
{
    return readWhole<std::string>(path, limit);
}

void writeFileAtomically(const fs::path &path, std::span<const std::span<const std::byte>> pieces)
{
    // Write through a link instead of replacing it.
    fs::path target = path;
    std::error_code ignored;
    if (fs::is_symlink(path, ignored)) {
        std::error_code failed;
        const fs::path resolved = fs::weakly_canonical(path, failed);
        if (!failed)
            target = resolved;
    }
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    struct stat old {};
    const bool exists = ::stat(target.c_str(), &old) == 0;
    if (exists && !S_ISREG(old.st_mode))  // a rename would put a file in a device's or a pipe's place
        throw Error(ErrorKind::File, "Cannot write '" + displayPath(target) + "': it is not a regular file.", target);

    TemporaryFile temporary;
    Descriptor file(createTemporary(folder, target, 0666, temporary));
    if (exists)
        (void)!::fchmod(file.get(), old.st_mode & 0777);
    for (const std::span<const std::byte> piece : pieces)
        writeAll(file.get(), piece, target);
    flush(file.get(), target);
    if (const int failed = file.closeNow())
        throwErrno(failed, "write", target);
    if (::rename(temporary.path.c_str(), target.c_str()) != 0)
        throwErrno(errno, "write", target);
    temporary.keep = true;

    const Descriptor parent(openRetrying(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent.get() >= 0)  // a folder may be writable but not readable; the new contents are in place either way
        flush(parent.get(), folder);
}

void writeFileAtomically(const fs::path &path, std::span<const std::byte> bytes)
{
    writeFileAtomically(path, std::span(&bytes, 1));
}

void writeFileAtomically(const fs::path &path, std::string_view text)
{
    writeFileAtomically(path, std::as_bytes(std::span(text)));
}

std::string fileStamp(const std::filesystem::path &path)
{
    constexpr std::int64_t kSettled = 2'000'000'000;  // nanoseconds; file systems' clocks are coarse
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return {};
    const auto nanoseconds = [](const timespec &time) {
        return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
    };
    const std::int64_t changed = nanoseconds(status.st_ctim);  // unlike the other, nobody can set it back
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (nanoseconds(now) - changed < kSettled)
        return {};
    return std::to_string(status.st_size) + '.' + std::to_string(nanoseconds(status.st_mtim)) + '.'
           + std::to_string(changed) + '.' + std::to_string(status.st_ino);
}

void createFolder(const fs::path &path)
{
    std::error_code failed;
    fs::create_directories(path, failed);
    if (!failed && !fs::is_directory(path, failed) && !failed)
        failed = std::make_error_code(std::errc::not_a_directory);
    if (failed)
        throw Error(ErrorKind::Disk, "Cannot create the folder '" + displayPath(path) + "': " + failed.message() + ".",
                    path);
}

std::string displayPath(const fs::path &path)
{
    return sanitizeUtf8(path.native());
}

std::string printable(std::string_view text)
{
    std::string line;
    line.reserve(text.size());
    for (const char byte : sanitizeUtf8(text))
        if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f)
            line += "\xef\xbf\xbd";
        else
            line += byte;
    return line;
}

std::string sanitizeUtf8(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        std::size_t bad = 1;
        if (const std::size_t length = sequenceLength(bytes, at, bad)) {
            text.append(bytes.substr(at, length));
            at += length;
        } else {
            text.append("\xef\xbf\xbd");
            at += bad;
        }
    }
    return text;
}

void throwErrno(int errorNumber, std::string_view doing, const fs::path &path)
{
    const bool writing =
        doing == "write" || doing == "create" || doing == "rename" || doing == "replace" || doing == "flush";
    ErrorKind kind = ErrorKind::File;
    std::string advice;
    switch (errorNumber) {
    case ENOSPC:
        kind = ErrorKind::Disk;
        advice = " Free some space and try again.";
        break;
    case EDQUOT:
        kind = ErrorKind::Disk;
        advice = " Your quota is used up: remove something and try again.";
        break;
    case EROFS:
        kind = ErrorKind::Disk;
        advice = " Choose a folder that can be written to.";
        break;
    case EFBIG: kind = ErrorKind::Disk; break;
    case EACCES:
    case EPERM:
        if (writing) {
            kind = ErrorKind::Disk;
            advice = " Choose a folder that can be written to.";
        }
        break;
    default: break;
    }
    throw Error(kind,
                "Cannot " + std::string(doing) + " '" + displayPath(path)
                    + "': " + std::error_code(errorNumber, std::generic_category()).message() + "." + advice,
                path);
}

}  // namespace dank
