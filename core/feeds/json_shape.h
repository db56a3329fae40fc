#pragma once

#include <string_view>

namespace dank {

/// How a JSON document of memes is laid out.
enum class JsonLayout {
    Tables,         ///< {table: {key: {row}}} or {table: [row, …]}
    List,           ///< [row, …]
    Listing,        ///< {kind, data: {children: [{kind, data: {row}}, …]}}, or a list that begins with one
    Post,           ///< {kind, data: {row}}
    PandasColumns,  ///< {column: {index: value}}
    PandasIndex,    ///< {index: {row}}
    PandasSplit,    ///< {columns: […], index: […], data: [[…], …]}
    Single,         ///< {row}
};

/// "TinyDB", "JSON list", …
const char *jsonLayoutName(JsonLayout layout) noexcept;

/// Looks at the beginning of a document, as far as it needs to.
JsonLayout jsonLayoutOf(std::string_view text);

}  // namespace dank
