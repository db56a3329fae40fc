#pragma once

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

/// Parses the command line, runs the command, words its errors on stderr, and returns the exit code.
int runApplication(int argc, char **argv);

}  // namespace dank::cli
