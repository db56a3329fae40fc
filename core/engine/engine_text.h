#pragma once

#include <string>
#include <vector>

#include "core/engine/engine.h"

// What the command line and the window say alike about the device and what it was measured at.

namespace dank {

/// "cpu: CPU, 2 threads", a pair of EngineInfo::devices.
std::string deviceLine(const std::pair<std::string, std::string> &device);
/// What auto takes, and why: "cpu (no CUDA device was found)".
std::string automaticText(const EngineInfo &info);
std::string bfloat16Text(const EngineInfo &info);

/// What the self-test compares with what, a whole sentence.
std::string selfTestSubject();
/// What it means that a check does not hold, whole sentences.
std::string selfTestFailure();
bool allHold(const std::vector<SelfCheck> &checks);
/// A row of what selfTestColumns() names: "features inception_v3 fp32", "2.1e-06", "0.0001", "ok" or "WRONG".
std::vector<std::string> selfTestRow(const SelfCheck &check);
std::vector<std::string> selfTestColumns();

/// "Device cpu, 2 threads (…)".
std::string measuredOn(const BenchReport &report);
/// A measurement's name and its value with the unit.
std::vector<std::string> benchRow(const BenchItem &item);

/// Both as lines of text, as `dank selftest` and `dank bench` print them.
std::string selfTestText(const std::vector<SelfCheck> &checks);
std::string benchText(const BenchReport &report);

}  // namespace dank
