#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace dank {

/// An enumerator's name out of a list in the enumeration's order.
template <typename Enum, std::size_t N>
const char *nameIn(const char *const (&names)[N], Enum value) noexcept
{
    const auto at = static_cast<std::size_t>(value);
    return at < N ? names[at] : "unknown";
}

/// The enumerator of that name; empty for any other text.
template <typename Enum, std::size_t N>
std::optional<Enum> valueIn(const char *const (&names)[N], std::string_view name) noexcept
{
    for (std::size_t at = 0; at < N; ++at)
        if (name == names[at])
            return static_cast<Enum>(at);
    return std::nullopt;
}

}  // namespace dank
