#include "app/cli/real_network/real_network.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "app/cli/real_network_script.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"

extern char **environ;

namespace dank::cli {

namespace {

namespace fs = std::filesystem;

/// Runs a program to its end; what it prints goes to stderr. Its exit code; 127 where there is no such program.
int run(std::vector<std::string> words)
{
    std::vector<char *> arguments;
    for (std::string &word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    pid_t child = 0;
    const int problem = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (problem != 0)
        return 127;
    int status = 0;
    // A signal that the program takes note of reaches the child too.
    uninterrupted([&] { return ::waitpid(child, &status, 0); });
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

fs::path realNetwork(Context &context)
{
    const fs::path folder = context.library() / "trained" / "nsfwjs-4.3.0", model = folder / "model.json";
    std::error_code ignored;
    if (fs::is_regular_file(model, ignored))
        return model;
    const JobContext job = context.job();
    job.cancel.check();
    const fs::path work = folder.parent_path() / ("part-" + std::to_string(getpid()));
    createFolder(work);
    const int code = run({"node", "-e", kRealNetworkScript, work.string(), folder.string()});
    fs::remove_all(work, ignored);
    job.cancel.check();
    if (code != 0 && !fs::is_regular_file(model, ignored))
        throw Error(ErrorKind::Network,
                    code == 127
                        ? "A really trained network is fetched with node and npm, and there is no node. Install "
                          "both, or leave --real out."
                        : "The really trained network could not be fetched: see above. Try again, or leave "
                          "--real out.");
    return model;
}

}  // namespace dank::cli
