#pragma once

#include <string>

namespace dank {

/// Makes strict JSON of what a lenient writer left: bytes that are not UTF-8 and half surrogate pairs become U+FFFD;
/// NaN, Infinity and numbers beyond a double become strings, so that only their own row suffers. Lines stay where they
/// are.
void repairJson(std::string &text);

}  // namespace dank
