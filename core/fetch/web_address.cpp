#include "core/fetch/web_address.h"

#include <algorithm>
#include <charconv>

namespace dank {

namespace {

constexpr std::size_t kMaxAddress = 2000;
constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;

/// Ends of names that mean something within a network or a machine.
constexpr std::string_view kLocalEnds[] = {".localhost", ".local",     ".localdomain", ".internal", ".intranet",
                                           ".lan",       ".home.arpa", ".corp",        ".home",     ".onion"};

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Would a browser take a host with this last label for a number?
bool isNumber(std::string_view label)
{
    if (!label.empty() && std::ranges::all_of(label, isDigit))
        return true;
    return label.starts_with("0x")
           && std::ranges::all_of(label.substr(2), [](char c) { return isDigit(c) || (c >= 'a' && c <= 'f'); });
}

/// Why that is no public host's name; empty: it is one.
std::string_view nameRefusal(std::string_view name)
{
    constexpr std::string_view kNone = "its host is not a name";
    if (name.size() > kMaxName)
        return kNone;
    for (std::size_t from = 0; from <= name.size();) {
        const std::size_t end = std::min(name.find('.', from), name.size());
        const std::string_view label = name.substr(from, end - from);
        if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-'
            || !std::ranges::all_of(
                label, [](char c) { return isDigit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_'; }))
            return kNone;
        from = end + 1;
    }
    if (name.find('.') == std::string_view::npos
        || std::ranges::any_of(kLocalEnds, [&](std::string_view end) { return name.ends_with(end); }))
        return "its host is a name of a local network";
    return {};
}

/// Why that host is not asked; empty: it may be.
std::string hostRefusal(std::string_view host, std::uint16_t port, const AddressRules &rules)
{
    const bool bracketed = host.starts_with('[');
    if (!bracketed && !isNumber(host.substr(host.rfind('.') + 1)))
        return std::string(nameRefusal(host));
    if (bracketed && (host.size() < 2 || !host.ends_with(']')))
        return "its host is not a name";
    const std::string_view digits = bracketed ? host.substr(1, host.size() - 2) : host;
    const std::optional<IpAddress> address = IpAddress::parse(digits);
    if (!address || address->isV6 != bracketed)
        return "its host is a number in an unusual form";
    const std::string_view is = rules.refusal(*address, port);
    return is.empty() ? std::string() : "its host is " + std::string(is);
}

/// Path and query as they are sent: what is no printable ASCII, or has a meaning elsewhere, in percent.
std::string encoded(std::string_view rest)
{
    constexpr std::string_view kHex = "0123456789ABCDEF", kOther = "\"<>\\^`{|}";
    std::string text = rest.starts_with('/') ? "" : "/";
    for (const char c : rest) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f && kOther.find(c) == std::string_view::npos) {
            text += c;
        } else {
            text += '%';
            text += kHex[byte >> 4];
            text += kHex[byte & 15];
        }
    }
    return text;
}

bool hasScheme(std::string_view text, std::string_view scheme)
{
    return text.size() >= scheme.size() && lowered(text.substr(0, scheme.size())) == scheme;
}

/// Reads it into `address`; the reason where it is refused.
std::string read(std::string_view text, const AddressRules &rules, WebAddress &address)
{
    if (text.size() > kMaxAddress)
        return "its address has more than 2,000 characters";
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        return "its address has control characters";
    address.isSecure = !hasScheme(text, "http://");
    if (address.isSecure && !hasScheme(text, "https://") && !text.starts_with("//"))
        return "its address is neither http nor https";
    text.remove_prefix(text.find("//") + 2);
    const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
    std::string_view host = text.substr(0, end);
    const std::string_view rest = text.substr(end, text.find('#', end) - end);
    if (host.find('@') != std::string_view::npos)
        return "its address has a user name or a password";

    const std::uint16_t usual = address.isSecure ? 443 : 80;
    address.port = usual;
    const std::size_t colon = host.find(':', host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0);
    if (colon != std::string_view::npos) {
        const std::string_view digits = host.substr(colon + 1);
        const char *const last = digits.data() + digits.size();
        const auto parsed = std::from_chars(digits.data(), last, address.port);
        if (digits.empty() || !isDigit(digits.front()) || parsed.ec != std::errc() || parsed.ptr != last)
            return "its host is not a name";
        if (address.port == 0 || (address.port != 80 && address.port != 443 && address.port != rules.testPort))
            return "its address names a port other than 80 and 443";
        host = host.substr(0, colon);
    }
    address.host = lowered(host);
    address.rest = encoded(rest);
    return hostRefusal(address.host, address.port, rules);
}

}  // namespace

std::string WebAddress::text() const
{
    const bool usual = port == (isSecure ? 443 : 80);
    return (isSecure ? "https://" : "http://") + host + (usual ? "" : ':' + std::to_string(port)) + rest;
}

bool isWebAddress(std::string_view text) noexcept
{
    return text.starts_with("//") || hasScheme(text, "http://") || hasScheme(text, "https://");
}

WebAddress readWebAddress(std::string_view text, const AddressRules &rules, std::string &refusal)
{
    WebAddress address;
    refusal = read(text, rules, address);
    return address;
}

}  // namespace dank
