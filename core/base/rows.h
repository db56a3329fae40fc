#pragma once

#include <cstddef>
#include <iterator>
#include <span>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace dank {

/// The entries at `rows`; none where `values` has none at all.
template <typename Value, typename Values>
std::vector<Value> picked(const Values &values, std::span<const std::size_t> rows)
{
    std::vector<Value> entries;
    if (std::empty(values))
        return entries;
    entries.reserve(rows.size());
    for (const std::size_t row : rows)
        entries.emplace_back(values[row]);
    return entries;
}

/// The rows 0 … rows - 1 that share what `keyOf` says of them, in order of first appearance.
template <typename KeyOf>
std::vector<std::vector<std::size_t>> rowsByKey(std::size_t rows, KeyOf keyOf)
{
    std::unordered_map<std::decay_t<std::invoke_result_t<KeyOf, std::size_t>>, std::size_t> places;
    std::vector<std::vector<std::size_t>> members;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto [place, isNew] = places.try_emplace(keyOf(row), members.size());
        if (isNew)
            members.emplace_back();
        members[place->second].push_back(row);
    }
    return members;
}

}  // namespace dank
