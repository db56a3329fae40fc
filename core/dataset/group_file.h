#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/dataset/meme.h"

namespace dank {

/// One line of a side file that says which group a meme is in.
struct GroupLine {
    MemeId id;
    std::string group;     ///< printable; empty where it says none
    std::size_t line = 0;  ///< where it begins, from 1
};

/// Reads "id,group" lines: CSV as in RFC 4180 with quotes, CRLF or LF, an optional byte order mark and header (first
/// field "id"); a semicolon or a tab may stand for the comma where the first line has no comma. Bytes that are not
/// UTF-8 become U+FFFD, as in the db.json; the apostrophe of csvText() is taken off. Blank lines do not count. A file
/// that is larger than 64 MiB, UTF-16, has another number of fields or a quote that does not end is refused. Throws
/// Error{File|Format} with the line.
std::vector<GroupLine> readGroupFile(const std::filesystem::path &path);

/// Without spaces and tabs at its ends.
std::string_view trimmed(std::string_view text);

/// The same for a text in memory; `path` is for messages.
std::vector<GroupLine> parseGroupFile(std::string text, const std::filesystem::path &path);

}  // namespace dank
