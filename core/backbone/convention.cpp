#include "core/backbone/convention.h"

#include <algorithm>
#include <iterator>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/names.h"

namespace dank {

namespace {

// In the order of the enumeration.
constexpr const char *kNames[] = {"torch", "keras", "unit"};
constexpr std::string_view kPrefixes[] = {"w-", "keras-", "unit-"};

}  // namespace

const char *conventionName(Convention convention) noexcept
{
    return nameIn(kNames, convention);
}

Convention conventionFromName(std::string_view name)
{
    if (const auto convention = valueIn<Convention>(kNames, name))
        return *convention;
    throw Error(ErrorKind::Format,
                "There is no convention \"" + sanitizeUtf8(name) + "\"; choose keras, torch or unit.");
}

std::string weightsName(const std::string &content, Convention convention)
{
    return std::string(kPrefixes[static_cast<std::size_t>(convention)]) + content;
}

Convention conventionOf(std::string_view weights) noexcept
{
    const auto *const found = std::find_if(std::begin(kPrefixes), std::end(kPrefixes),
                                           [&](std::string_view prefix) { return weights.starts_with(prefix); });
    return found == std::end(kPrefixes) ? Convention::Torch : static_cast<Convention>(found - kPrefixes);
}

}  // namespace dank
