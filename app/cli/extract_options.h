#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "core/engine/engine.h"

namespace dank::cli {

class Console;

/// Adds --backbone, --weights, --device, --precision, --resize and, under `batchFlag`, the pictures of a forward
/// pass. The request is filled while parsing.
std::shared_ptr<BackboneRequest> addExtractOptions(CLI::App &app, const char *batchFlag);

/// A check for --seed: the parser itself would bend a negative or too large number into another one.
std::string checkSeed(const std::string &text);
/// Checks for a whole number from 1, as runs and epochs have, and for any number above 0: CLI11's own name the bounds
/// of a double.
std::string checkCount(const std::string &text);
std::string checkAboveZero(const std::string &text);

/// A number with a default that the help shows.
template <typename Number, typename Check>
void addNumber(CLI::App &app, const char *name, Number &value, const char *help, Check check, const char *type = "N")
{
    app.add_option(name, value, help)->check(check)->type_name(type)->capture_default_str();
}

/// The device's name is checked; the weights become an absolute path, but for "none" and nothing.
void addDeviceOption(CLI::App &app, std::string &device);
void addBackboneOption(CLI::App &app, std::string &backbone);
void addWeightsOption(CLI::App &app, std::string &weights);
void addConventionOption(CLI::App &app, std::string &convention);

/// The counts, the rate and what is kept, as the console shows an extraction.
ExtractObserver showExtraction(Console &console);

}  // namespace dank::cli
