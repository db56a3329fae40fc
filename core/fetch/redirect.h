#pragma once

#include <string>
#include <string_view>

#include "core/fetch/web_address.h"

namespace dank {

/// readWebAddress() for where a redirect from `from` leads, which may be relative to it.
WebAddress readRedirect(const WebAddress &from, std::string_view location, const AddressRules &rules,
                        std::string &refusal);

}  // namespace dank
