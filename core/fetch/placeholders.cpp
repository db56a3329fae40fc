#include "core/fetch/placeholders.h"

namespace dank {

namespace {

struct Placeholder {
    std::string_view host;  ///< this one and those under it
    std::string_view end;   ///< of the path; empty: whatever it is
    std::string_view etag;  ///< without quotes; empty: whatever it is
    std::string_view is;
};

// Where these hosts lead for a picture that is gone, and what marks it where they answer in place: imgur's ETag is the
// MD5 of the picture. Both are what other programs that download from them have gone by for years.
constexpr Placeholder kPlaceholders[] = {
    {"imgur.com", "/removed.png", "", "imgur's picture for removed ones"},
    {"imgur.com", "", "d835884373f4d6c8f24742ceabe74946", "imgur's picture for removed ones"},
    {"yimg.com", "/photo_unavailable.png", "", "Flickr's picture for unavailable ones"},
};

bool isOf(std::string_view host, std::string_view domain)
{
    return host == domain
           || (host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

}  // namespace

std::string_view knownPlaceholder(const WebAddress &address, std::string_view etag)
{
    const std::string_view path = std::string_view(address.rest).substr(0, address.rest.find('?'));
    if (etag.starts_with("W/"))
        etag.remove_prefix(2);
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
        etag = etag.substr(1, etag.size() - 2);
    for (const Placeholder &known : kPlaceholders)
        if (isOf(address.host, known.host) && path.ends_with(known.end) && (known.etag.empty() || known.etag == etag))
            return known.is;
    return {};
}

std::vector<std::string> RepeatedAnswers::add(const std::string &id, const WebAddress &address, const std::string &hash)
{
    Answer &answer = m_answers[address.host + ' ' + hash];
    answer.addresses.insert(address.text());
    if (answer.addresses.size() < kMost) {
        answer.ids.push_back(id);
        return {};
    }
    std::vector<std::string> ids;
    ids.swap(answer.ids);
    ids.push_back(id);
    return ids;
}

}  // namespace dank
