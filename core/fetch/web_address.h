#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/fetch/public_address.h"

namespace dank {

/// A web address in parts that no two programs can read differently.
struct WebAddress {
    bool isSecure = true;
    std::string host;        ///< a name in lower case, four numbers, or IPv6 in brackets
    std::uint16_t port = 0;  ///< never 0 in one that was read
    std::string rest = "/";  ///< path and query, of printable ASCII

    std::string text() const;
};

/// Is it an http or https address, or one without a scheme as pages have them ("//host/picture.jpg")?
bool isWebAddress(std::string_view text) noexcept;

/// Reads a stranger's address. Of `address.text()`, which is written anew from its parts, the fragment is left out.
/// Sets `refusal` to a clause for what is not fetched: other schemes, user names, ports other than 80 and 443, numbers
/// for a host in any other form than four decimal ones or IPv6's, addresses that AddressRules refuses, names that are
/// not public ones, and what is no address at all.
WebAddress readWebAddress(std::string_view text, const AddressRules &rules, std::string &refusal);

}  // namespace dank
