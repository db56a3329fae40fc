#include "core/engine/loader.h"

#include <dlfcn.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <thread>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/engine/engine_abi.h"

namespace dank {
namespace {

constexpr const char *kFileName = "libdank_engine.so";
using AbiFunction = int();
using MakeFunction = Engine *(const EngineOptions *);

std::filesystem::path findEngine()
{
    std::string looked;
    for (const std::filesystem::path &candidate : engineCandidates()) {
        std::error_code ignored;
        if (std::filesystem::is_regular_file(candidate, ignored))
            return candidate;
        looked += (looked.empty() ? "'" : ", '") + displayPath(candidate) + "'";
    }
    throw Error(ErrorKind::Engine, "The compute engine is missing: looked for " + looked
                                       + ". Build the target dank_engine, or install Dank Learning again.");
}

std::string loaderReason()
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc and musl keep one for each thread.
    const char *const reason = ::dlerror();
    return reason ? sanitizeUtf8(reason) : "unknown reason";
}

template <typename Function>
Function *symbol(void *library, const char *name, const std::filesystem::path &path)
{
    auto *const found = reinterpret_cast<Function *>(::dlsym(library, name));
    if (!found)
        throw Error(ErrorKind::Engine,
                    "'" + displayPath(path) + "' is not a compute engine of Dank Learning (" + loaderReason()
                        + "). Build or install Dank Learning again.",
                    path);
    return found;
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// The end of a process that has the engine. What its libraries do then waits for threads which, where memory or
/// threads ran out, are not there or wait themselves; a process that ends needs none of it.
void endAtOnce(int status, void *)
{
    std::fflush(nullptr);
    ::_exit(status);
}
#endif

/// LibTorch ends the process where memory runs out while it is being loaded; OpenBLAS asks for its buffers for ever and
/// interrupts the process where it cannot make a thread for each core; the thread pool of LibTorch's XNNPACK waits for
/// ever for one that could not be made. So what they take is asked for before.
void checkRoom()
{
    constexpr std::size_t kNeeded = std::size_t(768) << 20;  // of addresses, for loading and a first picture
    void *const room = ::mmap(nullptr, kNeeded, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        throw Error(ErrorKind::Memory,
                    "The compute engine needs 768 MB more of addresses than this process may have. Raise its limit "
                    "(ulimit -v), or close other programs.");
    ::munmap(room, kNeeded);

    // OpenBLAS, LibTorch's pool, OpenMP and we ourselves have one for each core, each of their own.
    cpu_set_t cores;
    CPU_ZERO(&cores);
    const bool known = ::sched_getaffinity(0, sizeof cores, &cores) == 0;
    const int needed =
        4 * std::max(1, known ? CPU_COUNT(&cores) : static_cast<int>(std::thread::hardware_concurrency()));
    if (const int had = threadsToBeHad(needed); had < needed)
        throw Error(ErrorKind::Memory,
                    "The system gives this process " + std::to_string(had) + " of the " + std::to_string(needed)
                        + " threads that the compute engine may need. Close other programs, or raise "
                          "the limit of this account (ulimit -u).");
}

/// Once in a process, after its libraries have said what they want to do at the end: what comes last is done first.
void skipTheEnd()
{
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    static const int registered = ::on_exit(endAtOnce, nullptr);
    (void)registered;
#endif
}

}  // namespace

std::vector<std::filesystem::path> engineCandidates(const std::filesystem::path &self)
{
    // For tests and for trying out another build.
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the environment changes before there are threads, if at all.
    if (const char *named = std::getenv("DANK_ENGINE"); named && *named)
        return {std::filesystem::absolute(named)};
    std::error_code problem;
    std::filesystem::path program = std::filesystem::read_symlink(self, problem);
    if (problem)  // the kernel tells each program that it starts by which name
        if (const auto *name = reinterpret_cast<const char *>(::getauxval(AT_EXECFN)))
            program = std::filesystem::weakly_canonical(name, problem);
    const std::filesystem::path folder = program.parent_path();
    std::vector<std::filesystem::path> found;
    for (const std::filesystem::path &place :
         {folder, folder / ".." / DANK_INSTALL_LIBDIR / "dank-learning", folder / ".." / "lib" / "dank-learning",
          std::filesystem::path(DANK_INSTALL_FULL_LIBDIR) / "dank-learning"})
        found.push_back((place / kFileName).lexically_normal());
    return found;
}

void letThreadsSleep()
{
    // Read by GNU's OpenMP once, when the engine brings it along. Sleeping at once costs an eighth of an epoch.
    // NOLINTNEXTLINE(concurrency-mt-unsafe): called before there are threads.
    if (!std::getenv("OMP_WAIT_POLICY"))
        ::setenv("GOMP_SPINCOUNT", "2000", 0);
}

std::shared_ptr<Engine> openEngine(const EngineOptions &options)
{
    const std::filesystem::path path = findEngine();
    // Never closed again (and NODELETE so that no one can): LibTorch registers thread-local and exit-time state that
    // does not survive unloading. Opening it a second time only counts up.
    static std::once_flag checked;  // what was loaded once has its threads
    std::call_once(checked, checkRoom);
    void *const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library)
        throw Error(ErrorKind::Engine,
                    "Cannot open the compute engine: " + loaderReason()
                        + ". Check that LibTorch and OpenCV are installed.",
                    path);
    skipTheEnd();
    const int abi = symbol<AbiFunction>(library, "dankEngineAbi", path)();
    if (abi != kEngineAbi)
        throw Error(ErrorKind::Engine,
                    "The compute engine '" + displayPath(path) + "' is of another version (" + std::to_string(abi)
                        + " instead of " + std::to_string(kEngineAbi) + "). Build or install Dank Learning again.",
                    path);
    MakeFunction *const make = symbol<MakeFunction>(library, "dankMakeEngine", path);
    try {
        if (Engine *const engine = make(&options))
            return std::shared_ptr<Engine>(engine);
    } catch (const Error &) {
        throw;
    } catch (const std::bad_alloc &) {
        throw;
    } catch (const std::system_error &) {  // no more threads
        throw;
    } catch (const std::exception &exception) {
        throw Error(ErrorKind::Engine, std::string("The compute engine did not start: ") + exception.what() + ".",
                    path);
    }
    throw Error(ErrorKind::Engine, "The compute engine did not start.", path);
}

}  // namespace dank
