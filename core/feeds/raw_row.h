#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace dank {

/// What stands in one place of a file.
struct RawValue {
    enum class Kind { Null, Bool, Number, Text, Object, List };

    Kind kind = Kind::Null;
    double number = 0;
    std::string text;  ///< of Text itself; of Number and Bool as written; of a List its texts, a line each
};

/// "a number", "text", "an object", …
const char *rawKindText(RawValue::Kind kind) noexcept;

/// A row as it stands in a file, before it is known what its columns mean.
struct RawRow {
    std::string key;                                       ///< its key in the table, or its place, from 1
    std::vector<std::pair<std::string, RawValue>> fields;  ///< in their order; a name may stand twice
    std::string problem;                                   ///< why it is no row; empty: it is one
};

}  // namespace dank
