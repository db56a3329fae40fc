#pragma once

#include <string>
#include <utility>

// For core/weights alone.

namespace dank {

/// Why a file is refused, as the end of a sentence without its full stop. The readers throw it inside; who knows the
/// file's name catches it and makes an Error of it, so that it never leaves core/weights.
struct BadFile {
    std::string why;
};

[[noreturn]] inline void refuse(std::string why)
{
    throw BadFile{std::move(why)};
}

}  // namespace dank
