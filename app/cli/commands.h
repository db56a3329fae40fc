#pragma once

#include <functional>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include "app/cli/context.h"

namespace dank::cli {

/// Does what a command is for; returns the exit code.
using Action = std::function<int(Context &)>;

/// Thrown for a command line that parses but makes no sense: exit code 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One row of the command table.
struct Command {
    const char *name;
    const char *summary;
    const char *example;            ///< shown under --help
    Action (*declare)(CLI::App &);  ///< adds the command's options and returns what to do with them
};

Action declareSample(CLI::App &app);
Action declareInspect(CLI::App &app);
Action declareConvert(CLI::App &app);
Action declareFetch(CLI::App &app);
Action declareExtract(CLI::App &app);
Action declareMerge(CLI::App &app);
Action declareTrain(CLI::App &app);
Action declareResume(CLI::App &app);
Action declareEval(CLI::App &app);
Action declareRate(CLI::App &app);
Action declareExplain(CLI::App &app);
Action declareRead(CLI::App &app);
Action declareRuns(CLI::App &app);
Action declareSearch(CLI::App &app);
Action declareTemplates(CLI::App &app);
Action declareLibrary(CLI::App &app);
Action declareReproduce(CLI::App &app);
Action declareWeights(CLI::App &app);
Action declareBench(CLI::App &app);
Action declareSelftest(CLI::App &app);
Action declareDoctor(CLI::App &app);
Action declareDemo(CLI::App &app);

}  // namespace dank::cli
