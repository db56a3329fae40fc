#pragma once

#include <span>
#include <string_view>

namespace dank {

/// A table or an index of the library's database. Private to core/store.
struct StoredObject {
    int since;         ///< the version of the library that brought it
    const char *type;  ///< "table" or "index"
    const char *name;
    const char *table;           ///< the one that it is, or that it is an index of
    const char *create;          ///< the whole statement that makes it
    const char *fill = nullptr;  ///< what an older library's rows put into it when it is made
};

/// All that a library of this version holds, and nothing else may be in one; in the order in which they are made, which
/// is that of the versions. A new one comes at the end, with the next version.
std::span<const StoredObject> storedObjects();

/// The version of the library that this program writes: that of the last object.
int libraryVersion();

/// Whether two statements of SQL are the same but for blanks and comments.
bool isSameStatement(std::string_view a, std::string_view b);

}  // namespace dank
