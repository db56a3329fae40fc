#pragma once

#include <filesystem>
#include <memory>

#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "core/dataset/dataset.h"
#include "core/engine/loader.h"
#include "core/store/library.h"

namespace dank::cli {

/// Exit codes: what scripts rely on.
enum ExitCode {
    kSuccess = 0,
    kFailure = 1,      ///< environment: a file, weights, the device, memory, the disk
    kUsage = 2,        ///< the command line makes no sense
    kSomeSkipped = 3,  ///< done, but some rows were unusable and --strict was given
    kDiverged = 5,     ///< training left the finite numbers
    kBug = 70,         ///< a broken contract inside the program
    kStopped = 130,    ///< the user stopped it
};

/// The options that every command takes.
struct Globals {
    std::filesystem::path library;  ///< empty: the default folder
    int threads = 0;
    ProgressStyle progress = ProgressStyle::Automatic;
    bool json = false;
};

/// What a command works with. Made once per process.
class Context {
public:
    explicit Context(const Globals &globals);

    bool json() const { return m_globals.json; }
    int threads() const;  ///< as given, or one per core
    const std::filesystem::path &library() const { return m_library; }
    /// Throws Error{Library} where that cannot be told.
    bool libraryExists() const;
    /// An existing one, to write to; asking for what it holds makes none. The user's signal stops what it does. Throws
    /// Error{Library} where there is none.
    Library openLibrary() const;
    /// The same to read only: it may be read-only too.
    Library readLibrary() const;
    Console &console() { return m_console; }
    Interrupt &interrupt() { return m_interrupt; }
    /// Opened at the first call, which takes about half a second.
    Engine &engine();
    /// Stops with the user's signal, reports to the console.
    JobContext job();
    /// The same for calls that take an observer, which shows "extract" and "train" better than their counts alone.
    JobContext observedJob();

    /// Prints a command's outcome, with --json the document, else the line; the line of progress goes first. Returns
    /// kSuccess.
    int answer(const Json &document, const std::string &line);

    /// A file of memes, or a folder that holds one; without the memes that the user has set aside in this library.
    Dataset loadDataset(const std::filesystem::path &file, const FeedOptions &options = {});

private:
    void requireLibrary() const;

    const Globals m_globals;
    const std::filesystem::path m_library;
    Interrupt m_interrupt;
    Console m_console;
    std::shared_ptr<Engine> m_engine;
};

/// Fails before hours of work rather than after: throws Error{File} when a file in a folder that does not exist is to
/// be written. An empty path is fine.
void checkOutput(const std::filesystem::path &file);

}  // namespace dank::cli
