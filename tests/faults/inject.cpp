// Loaded in front of the C library (LD_PRELOAD) to have one call of a program fail as a full disk, a broken one, a
// signal or a shortage would have it fail, or to kill the program in the middle of it. campaign.py says which call:
//
//     DANK_FAULT=KIND:N:WHAT[:on]    the N-th call of KIND, counted from 1; "on": each one from there on
//         KIND  write fsync rename open read change memory thread
//         WHAT  an errno's name (ENOSPC EIO EINTR EMFILE ENOMEM EAGAIN EACCES); KILL: SIGKILL, half through a write
//     DANK_FAULT_UNDER=FOLDER        files elsewhere are left alone; outputs to a terminal or a pipe count as within
//     DANK_FAULT_COUNTS=FILE         how many calls of each kind there were, as 64-bit numbers in the order above;
//                                    the last one tells whether the fault came. Whole also when the program is killed.
//
// Counted are calls that a program or a library makes through the C library's names; what the C library does within
// itself (stdio, the loader) is not seen. "memory" are allocations of 16 KB and more.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
}

namespace {

enum Kind { Write, Fsync, Rename, Open, Read, Change, Memory, Thread, kKinds };
constexpr const char *kNames[kKinds] = {"write", "fsync", "rename", "open", "read", "change", "memory", "thread"};
constexpr size_t kCounted = 16 << 10;
constexpr int kKill = -1;
constexpr int kFiles = 65536;

std::atomic<std::uint64_t> ownCounts[kKinds + 1];
std::atomic<std::uint64_t> *counts = ownCounts;
std::atomic<bool> within[kFiles];  // which descriptors are of files in the folder
char folder[PATH_MAX];
size_t folderLength = 0;
int faultKind = kKinds;
std::uint64_t faultAt = 0;
int faultErrno = 0;
bool faultStays = false;
std::atomic<bool> ready = false;

int errnoOf(const char *name)
{
    static constexpr struct {
        const char *name;
        int number;
    } known[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO},       {"EINTR", EINTR},   {"EMFILE", EMFILE},
                 {"ENOMEM", ENOMEM}, {"EAGAIN", EAGAIN}, {"EACCES", EACCES}, {"KILL", kKill}};
    for (const auto &one : known)
        if (strcmp(one.name, name) == 0)
            return one.number;
    fprintf(stderr, "inject: there is no %s\n", name);
    _exit(99);
}

__attribute__((constructor)) void begin()
{
    if (const char *under = getenv("DANK_FAULT_UNDER"); under && realpath(under, folder))
        folderLength = strlen(folder);
    if (const char *name = getenv("DANK_FAULT_COUNTS")) {
        const int file = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CREAT, 0600));
        constexpr size_t size = sizeof ownCounts;
        if (file >= 0 && ::ftruncate(file, size) == 0) {
            void *shared = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (shared != MAP_FAILED)
                counts = static_cast<std::atomic<std::uint64_t> *>(shared);
        }
    }
    if (const char *text = getenv("DANK_FAULT")) {
        char kind[16] = "", what[16] = "", more[8] = "";
        unsigned long long at = 0;
        if (sscanf(text, "%15[a-z]:%llu:%15[A-Z]:%7s", kind, &at, what, more) < 3) {
            fprintf(stderr, "inject: DANK_FAULT=%s cannot be understood\n", text);
            _exit(99);
        }
        for (int i = 0; i < kKinds; ++i)
            if (strcmp(kNames[i], kind) == 0)
                faultKind = i;
        faultAt = at;
        faultErrno = errnoOf(what);
        faultStays = strcmp(more, "on") == 0;
    }
    for (int i = 0; i < 3; ++i)
        within[i] = true;
    ready = true;
}

/// Whether this call is the one that fails; errno is set then.
bool fails(Kind kind)
{
    if (!ready)
        return false;
    const std::uint64_t number = ++counts[kind];
    if (kind != faultKind || (faultStays ? number < faultAt : number != faultAt))
        return false;
    counts[kKinds] = 1;
    if (faultErrno != kKill)
        errno = faultErrno;
    else if (kind != Write)
        ::kill(::getpid(), SIGKILL);
    return true;
}

bool isWithin(const char *path)
{
    if (folderLength == 0)
        return true;
    char whole[PATH_MAX];
    if (path[0] != '/') {
        if (!::getcwd(whole, sizeof whole))
            return false;
        return strncmp(whole, folder, folderLength) == 0;
    }
    return strncmp(path, folder, folderLength) == 0;
}

bool isWithin(int file)
{
    return file >= 0 && file < kFiles && within[file];
}

template <typename Function>
Function *next(const char *name)
{
    return reinterpret_cast<Function *>(::dlsym(RTLD_NEXT, name));
}

int opened(const char *path, int file)
{
    if (file >= 0 && file < kFiles)
        within[file] = isWithin(path);
    return file;
}

/// A write that is broken off by a kill leaves its first half.
template <typename Real>
ssize_t writing(int file, size_t size, const Real &real)
{
    if (isWithin(file) && fails(Write)) {
        if (faultErrno != kKill)
            return -1;
        real(size / 2);
        ::kill(::getpid(), SIGKILL);
    }
    return real(size);
}

}  // namespace

extern "C" {

ssize_t write(int file, const void *bytes, size_t size)
{
    static const auto real = next<ssize_t(int, const void *, size_t)>("write");
    return writing(file, size, [&](size_t count) { return real(file, bytes, count); });
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at)
{
    static const auto real = next<ssize_t(int, const void *, size_t, off64_t)>("pwrite64");
    return writing(file, size, [&](size_t count) { return real(file, bytes, count, at); });
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at)
{
    return pwrite64(file, bytes, size, at);
}

ssize_t read(int file, void *bytes, size_t size)
{
    static const auto real = next<ssize_t(int, void *, size_t)>("read");
    return isWithin(file) && fails(Read) ? -1 : real(file, bytes, size);
}

ssize_t pread64(int file, void *bytes, size_t size, off64_t at)
{
    static const auto real = next<ssize_t(int, void *, size_t, off64_t)>("pread64");
    return isWithin(file) && fails(Read) ? -1 : real(file, bytes, size, at);
}

ssize_t pread(int file, void *bytes, size_t size, off_t at)
{
    return pread64(file, bytes, size, at);
}

int fsync(int file)
{
    static const auto real = next<int(int)>("fsync");
    return isWithin(file) && fails(Fsync) ? -1 : real(file);
}

int fdatasync(int file)
{
    static const auto real = next<int(int)>("fdatasync");
    return isWithin(file) && fails(Fsync) ? -1 : real(file);
}

int rename(const char *from, const char *to)
{
    static const auto real = next<int(const char *, const char *)>("rename");
    return isWithin(to) && fails(Rename) ? -1 : real(from, to);
}

int open64(const char *path, int flags, ...)
{
    static const auto real = next<int(const char *, int, ...)>("open64");
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    return isWithin(path) && fails(Open) ? -1 : opened(path, real(path, flags, mode));
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    return open64(path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
    static const auto real = next<int(int, const char *, int, ...)>("openat64");
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    return isWithin(path) && fails(Open) ? -1 : opened(path, real(at, path, flags, mode));
}

int openat(int at, const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    return openat64(at, path, flags, mode);
}

int close(int file)
{
    static const auto real = next<int(int)>("close");
    if (file >= 3 && file < kFiles)
        within[file] = false;
    return real(file);
}

int ftruncate64(int file, off64_t size)
{
    static const auto real = next<int(int, off64_t)>("ftruncate64");
    return isWithin(file) && fails(Change) ? -1 : real(file, size);
}

int ftruncate(int file, off_t size)
{
    return ftruncate64(file, size);
}

int mkdir(const char *path, mode_t mode)
{
    static const auto real = next<int(const char *, mode_t)>("mkdir");
    return isWithin(path) && fails(Change) ? -1 : real(path, mode);
}

int unlink(const char *path)
{
    static const auto real = next<int(const char *)>("unlink");
    return isWithin(path) && fails(Change) ? -1 : real(path);
}

void *mmap64(void *address, size_t size, int protection, int flags, int file, off64_t at)
{
    static const auto real = next<void *(void *, size_t, int, int, int, off64_t)>("mmap64");
    if (size >= kCounted && (file < 0 || isWithin(file)) && fails(Memory))
        return MAP_FAILED;
    return real(address, size, protection, flags, file, at);
}

void *malloc(size_t size)
{
    return size >= kCounted && fails(Memory) ? nullptr : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return count * size >= kCounted && fails(Memory) ? nullptr : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return size >= kCounted && fails(Memory) ? nullptr : __libc_realloc(block, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (size >= kCounted && fails(Memory))
        return ENOMEM;
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return size >= kCounted && fails(Memory) ? nullptr : __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    static const auto real =
        next<int(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *)>("pthread_create");
    return fails(Thread) ? errno : real(thread, attributes, start, argument);
}

}  // extern "C"
