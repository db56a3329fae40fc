#include "core/fetch/redirect.h"

namespace dank {

WebAddress readRedirect(const WebAddress &from, std::string_view location, const AddressRules &rules,
                        std::string &refusal)
{
    // Not by libcurl's reading of addresses, which makes ordinary ones of unusual numbers.
    std::string text = from.text();
    const std::size_t end = location.find_first_of(":/?#\\");
    if (end != std::string_view::npos && location[end] == ':') {
        text.clear();
    } else if (location.starts_with("//")) {
        text = from.isSecure ? "https:" : "http:";
    } else if (!location.empty() && location.front() != '#') {
        std::string_view path = std::string_view(from.rest).substr(0, from.rest.find('?'));
        if (location.front() == '/')
            path = {};
        else if (location.front() != '?')
            path = path.substr(0, path.rfind('/') + 1);
        text.resize(text.size() - from.rest.size());
        text += path;
    }
    text += location;
    return readWebAddress(text, rules, refusal);
}

}  // namespace dank
