#include "core/engine/engine_text.h"

#include <algorithm>
#include <cstdio>

#include "core/base/text.h"

namespace dank {

namespace {

/// Two figures are enough to see how far a difference is from what it may be.
std::string scientific(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.2g", value);
    return text;
}

std::string inBrackets(const std::string &note)
{
    std::string text;
    if (!note.empty())
        text.append(" (").append(note).append(")");
    return text;
}

}  // namespace

std::string deviceLine(const std::pair<std::string, std::string> &device)
{
    return device.first + ": " + device.second;
}

std::string automaticText(const EngineInfo &info)
{
    return info.autoDevice + inBrackets(info.autoNote);
}

std::string bfloat16Text(const EngineInfo &info)
{
    return info.nativeBFloat16 ? "native on this processor" : "not native on this processor";
}

std::string selfTestSubject()
{
    return "Features on the device, and one training step, beside the same in float64 on the processor.";
}

std::string selfTestFailure()
{
    return "The numbers of the device are not what they should be: features made on it cannot be trusted. Compute on "
           "cpu instead (--device cpu), and report the output of `dank doctor`.";
}

bool allHold(const std::vector<SelfCheck> &checks)
{
    return std::all_of(checks.begin(), checks.end(), [](const SelfCheck &check) { return check.ok; });
}

std::vector<std::string> selfTestColumns()
{
    return {"check", "difference", "may be", ""};
}

std::vector<std::string> selfTestRow(const SelfCheck &check)
{
    return {check.name, scientific(check.maxDifference), scientific(check.tolerance), check.ok ? "ok" : "WRONG"};
}

std::string measuredOn(const BenchReport &report)
{
    return "Device " + report.device + ", " + std::to_string(report.threads)
           + (report.threads == 1 ? " thread" : " threads") + inBrackets(report.deviceNote);
}

std::vector<std::string> benchRow(const BenchItem &item)
{
    return {item.title, fixed(item.value, item.value < 100 ? 2 : 0) + ' ' + item.unit};
}

std::string selfTestText(const std::vector<SelfCheck> &checks)
{
    std::vector<std::vector<std::string>> rows{selfTestColumns()};
    std::transform(checks.begin(), checks.end(), std::back_inserter(rows), selfTestRow);
    return selfTestSubject() + '\n' + textTable(rows);
}

std::string benchText(const BenchReport &report)
{
    std::vector<std::vector<std::string>> rows;
    std::transform(report.items.begin(), report.items.end(), std::back_inserter(rows), benchRow);
    return measuredOn(report) + '\n' + textTable(rows);
}

}  // namespace dank
