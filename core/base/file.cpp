#include "core/base/file.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <iterator>
#include <mutex>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/code_points.h"
#include "core/base/error.h"
#include "core/base/file_descriptor.h"
#include "core/base/random.h"

namespace fs = std::filesystem;

namespace dank {

namespace {

template <typename Bytes>
Bytes readWhole(const fs::path &path, std::uint64_t limit)
{
    const FileDescriptor file = FileDescriptor::openRegular(path);
    const auto tooLarge = [&] {
        return Error(ErrorKind::File,
                     "Cannot read '" + displayPath(path) + "': it is larger than " + std::to_string(limit)
                         + " bytes, the most that is read here.",
                     path);
    };
    const std::uint64_t size = file.size(path);
    if (size > limit)
        throw tooLarge();

    Bytes bytes;
    bytes.resize(static_cast<std::size_t>(size));
    std::size_t filled = file.read(std::as_writable_bytes(std::span(bytes)), 0, path);
    if (filled < bytes.size()) {  // shrunk while we read
        bytes.resize(filled);
        return bytes;
    }
    // Is there more than was said? The file may be growing, or be one of /proc's.
    std::array<std::byte, 4096> more;
    while (const std::size_t got = file.read(more, filled, path)) {
        if (filled + got > limit)
            throw tooLarge();
        bytes.resize(filled + got);
        std::memcpy(bytes.data() + filled, more.data(), got);
        filled += got;
    }
    return bytes;
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

constexpr const char *kTemporaryHead = ".dank-", *kTemporaryTail = ".tmp";  // and 16 digits between

bool isTemporaryName(std::string_view name)
{
    if (!name.starts_with(kTemporaryHead) || !name.ends_with(kTemporaryTail))
        return false;
    name.remove_prefix(std::strlen(kTemporaryHead));
    return name.size() == 16 + std::strlen(kTemporaryTail)
           && name.substr(0, 16).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Whether nobody works on a temporary file any more: ours, a plain file under this one name, not touched for a day,
/// and without the lock that who writes it holds.
bool isLeftBehind(const fs::path &path)
{
    constexpr std::time_t kDay = 24 * 60 * 60;
    const FileDescriptor file(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    struct stat status {};
    return file && uninterrupted([&] { return ::fstat(file.get(), &status); }) == 0 && S_ISREG(status.st_mode)
           && status.st_uid == ::geteuid() && status.st_nlink == 1 && std::time(nullptr) - status.st_mtime > kDay
           && uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) == 0;
}

/// Removes what writers that were killed have left in a folder, the first time that this process writes there.
void removeLeftBehind(const fs::path &folder)
{
    constexpr std::size_t kMostFolders = 10'000;
    {
        static std::mutex mutex;
        static std::set<fs::path> seen;
        std::error_code unknown;
        fs::path whole = fs::canonical(folder, unknown);
        const std::lock_guard lock(mutex);
        if (unknown || seen.size() >= kMostFolders || !seen.insert(std::move(whole)).second)
            return;
    }
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
        if (isTemporaryName(entry->path().filename().native()) && isLeftBehind(entry->path()))
            ::unlink(entry->path().c_str());
}

FileDescriptor createTemporary(const fs::path &folder, const fs::path &target, mode_t mode, TemporaryFile &temporary)
{
    static std::atomic<std::uint64_t> counter{0};
    const auto now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    Random random(mixSeed(now ^ (static_cast<std::uint64_t>(::getpid()) << 32), counter.fetch_add(1)));
    for (int attempt = 0; attempt < 100; ++attempt) {
        char name[64];
        std::snprintf(name, sizeof name, "%s%016llx%s", kTemporaryHead, static_cast<unsigned long long>(random.next()),
                      kTemporaryTail);
        const fs::path path = folder / name;
        FileDescriptor file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if (file) {
            temporary.path = path;
            uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); });  // some file systems cannot
            return file;
        }
        if (errno != EEXIST)
            throwErrno(errno, "write", target);
    }
    throwErrno(EEXIST, "write", target);
}

/// Length of the valid UTF-8 sequence that `text` begins with, or 0; then `bad` is how many bytes the ill-formed part
/// has.
std::size_t sequenceLength(std::string_view text, std::size_t &bad)
{
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0  // a continuation, or overlong
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    for (bad = 1; bad < length; ++bad) {
        const unsigned char byte = bad < text.size() ? static_cast<unsigned char>(text[bad]) : 0;
        const bool isSecond = bad == 1;
        const unsigned char low = isSecond && lead == 0xe0 ? 0xa0 : isSecond && lead == 0xf0 ? 0x90 : 0x80;  // overlong
        const unsigned char high =  // surrogates, above U+10FFFF
            isSecond && lead == 0xed   ? 0x9f
            : isSecond && lead == 0xf4 ? 0x8f
                                       : 0xbf;
        if (byte < low || byte > high)
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
    std::error_code unresolved;
    if (fs::is_symlink(path, unresolved))
        if (const fs::path resolved = fs::weakly_canonical(path, unresolved); !unresolved)
            target = resolved;
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    removeLeftBehind(folder);
    struct stat old {};
    const bool exists = uninterrupted([&] { return ::stat(target.c_str(), &old); }) == 0;
    if (!exists && errno != ENOENT)
        throwErrno(errno, "write", target);
    if (exists && !S_ISREG(old.st_mode))  // a rename would put a file in a device's or a pipe's place
        throw Error(ErrorKind::File, "Cannot write '" + displayPath(target) + "': it is not a regular file.", target);

    TemporaryFile temporary;
    FileDescriptor file = createTemporary(folder, target, 0666, temporary);
    if (exists)
        uninterrupted([&] { return ::fchmod(file.get(), old.st_mode & 0777); });
    std::uint64_t written = 0;
    for (const std::span<const std::byte> piece : pieces) {
        file.write(piece, written, target);
        written += piece.size();
    }
    file.flush(target);
    if (const int failed = file.close())
        throwErrno(failed, "write", target);
    if (uninterrupted([&] { return ::rename(temporary.path.c_str(), target.c_str()); }) != 0)
        throwErrno(errno, "write", target);
    temporary.keep = true;
    flushFolder(folder);
}

void writeFileAtomically(const fs::path &path, std::span<const std::byte> bytes)
{
    writeFileAtomically(path, std::span(&bytes, 1));
}

void writeFileAtomically(const fs::path &path, std::string_view text)
{
    writeFileAtomically(path, std::as_bytes(std::span(text)));
}

fs::file_status statusOf(const fs::path &path)
{
    std::error_code failed;
    fs::file_status status;
    do
        status = fs::status(path, failed);
    while (failed == std::errc::interrupted);
    if (failed && status.type() != fs::file_type::not_found)
        throwErrno(failed.value(), "look at", path);
    return status;
}

std::string fileStamp(const std::filesystem::path &path)
{
    constexpr std::int64_t kSettled = 2'000'000'000;  // nanoseconds; file systems' clocks are coarse
    struct stat status {};
    if (uninterrupted([&] { return ::stat(path.c_str(), &status); }) != 0)
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

namespace {

std::string shown(std::string_view text, bool lines)
{
    if (std::ranges::all_of(text, [&](char byte) { return (byte >= 0x20 && byte < 0x7f) || (lines && byte == '\n'); }))
        return std::string(text);
    const std::string whole = sanitizeUtf8(text);
    std::string fit;
    fit.reserve(whole.size());
    for (std::size_t at = 0; at < whole.size();) {
        const std::size_t from = at;
        const char32_t point = nextCodePoint(whole, at);
        if (isControl(point) && !(lines && point == '\n'))
            appendCodePoint(fit, kNoCharacter);
        else
            fit.append(whole, from, at - from);
    }
    return fit;
}

}  // namespace

std::string printable(std::string_view text)
{
    return shown(text, false);
}

std::string printableLines(std::string_view text)
{
    return shown(text, true);
}

std::string sanitizeUtf8(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        std::size_t bad = 1;
        if (const std::size_t length = sequenceLength(bytes.substr(at), bad)) {
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
    constexpr std::string_view kWriting[] = {"write", "create", "rename", "replace", "flush"};
    const bool isForbidden = errorNumber == EROFS
                             || ((errorNumber == EACCES || errorNumber == EPERM)
                                 && std::find(std::begin(kWriting), std::end(kWriting), doing) != std::end(kWriting));
    const std::string advice = errorNumber == ENOSPC   ? " Free some space and try again."
                               : errorNumber == EDQUOT ? " Your quota is used up: remove something and try again."
                               : isForbidden           ? " Choose a folder that can be written to."
                                                       : "";
    const ErrorKind kind = !advice.empty() || errorNumber == EFBIG ? ErrorKind::Disk : ErrorKind::File;
    throw Error(kind,
                "Cannot " + std::string(doing) + " '" + displayPath(path)
                    + "': " + std::error_code(errorNumber, std::generic_category()).message() + "." + advice,
                path);
}

}  // namespace dank
