#include "core/pipeline/runs/tuning_room.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

namespace {

std::string gigabytes(std::uint64_t bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / 1e9);
    return text;
}

/// Bytes that could be had; nothing where the system does not say.
std::optional<std::uint64_t> availableMemory()
{
    std::ifstream info("/proc/meminfo");
    std::string name, unit;
    for (std::uint64_t kilobytes = 0; info >> name >> kilobytes; std::getline(info, unit))
        if (name == "MemAvailable:")
            return kilobytes * 1024;
    return std::nullopt;
}

}  // namespace

std::uint64_t residentMemory()
{
    std::uint64_t size = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void requireRoom(const TuningEstimate &estimate, const std::filesystem::path &library,
                 const std::filesystem::path &inputs)
{
    std::error_code error;
    const std::filesystem::space_info disk = std::filesystem::space(library, error);
    std::error_code none;
    const std::uint64_t there = std::filesystem::exists(inputs, none) ? std::filesystem::file_size(inputs, none) : 0;
    if (!error && disk.available + there < estimate.disk)
        throw Error(ErrorKind::Disk,
                    "Fine-tuning needs " + gigabytes(estimate.disk) + " in " + displayPath(library) + ", where "
                        + gigabytes(disk.available)
                        + " are free. Free some, fine-tune fewer blocks, or take a library on another disk.",
                    library);
    const auto memory = availableMemory();
    if (memory && *memory < estimate.memory / 2)  // about half is held already
        throw Error(ErrorKind::Memory, "Fine-tuning needs about " + gigabytes(estimate.memory) + " of memory, and "
                                           + gigabytes(*memory)
                                           + " are free. Fine-tune fewer blocks, or end what else uses it.");
}

}  // namespace dank
