#pragma once

#include <string_view>

// What the catalogue and its reader share; for core/weights alone.

namespace dank {

/// An absolute http or https address of printable ASCII with a host, at most 2,000 characters, without a user name, a
/// query or a fragment: a password in an address would end up in messages.
bool isWebAddress(std::string_view address);

/// A name that is safe as a file name everywhere and in an address as it is: letters, digits, '.', '_' and '-', not
/// beginning with '.' or '-', at most 200 characters.
bool isPlainFileName(std::string_view name);

}  // namespace dank
