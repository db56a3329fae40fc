#include "core/fetch/public_address.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <span>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace dank {

namespace {

/// The first `bits` of an address, and what those with them are.
struct Range {
    const char *text;
    int bits;
    const char *is;
};

// IANA's registries of special-purpose addresses, and two addresses of cloud providers' services that lie outside them.
constexpr Range kNotPublicV4[] = {
    {"0.0.0.0", 8, "an unspecified address"},
    {"10.0.0.0", 8, "a private address"},
    {"100.64.0.0", 10, "a provider's internal address"},
    {"127.0.0.0", 8, "an address of this machine"},
    {"169.254.169.254", 32, "the address of a cloud's metadata"},
    {"169.254.0.0", 16, "a link-local address"},
    {"172.16.0.0", 12, "a private address"},
    {"192.0.0.0", 24, "a reserved address"},
    {"192.0.2.0", 24, "an address for documentation"},
    {"192.88.99.0", 24, "a relay's address"},
    {"192.168.0.0", 16, "a private address"},
    {"198.18.0.0", 15, "an address for measurements"},
    {"198.51.100.0", 24, "an address for documentation"},
    {"203.0.113.0", 24, "an address for documentation"},
    {"168.63.129.16", 32, "the address of a cloud's metadata"},
    {"224.0.0.0", 4, "a multicast address"},
    {"240.0.0.0", 4, "a reserved address"},
};

constexpr Range kNotPublicV6[] = {
    {"::", 128, "an unspecified address"},
    {"::1", 128, "an address of this machine"},
    {"::ffff:0:0", 96, "an IPv4 address in IPv6's clothes"},
    {"::", 96, "an IPv4 address in IPv6's clothes"},
    {"fc00::", 7, "a private address"},
    {"fe80::", 10, "a link-local address"},
    {"ff00::", 8, "a multicast address"},
    {"2001::", 23, "a reserved address"},  // Teredo among them, which carries an IPv4 address
    {"2001:db8::", 32, "an address for documentation"},
    {"2002::", 16, "an IPv4 address in IPv6's clothes"},
    {"3fff::", 20, "an address for documentation"},
};

constexpr Range kGlobalUnicast{"2000::", 3, ""};
constexpr Range kTranslated{"64:ff9b::", 96, ""};

bool isIn(const IpAddress &address, const Range &range) noexcept
{
    const std::optional<IpAddress> first = IpAddress::parse(range.text);
    if (!first || first->isV6 != address.isV6)
        return false;
    const auto whole = std::size_t(range.bits / 8);
    const int rest = range.bits % 8;
    if (std::memcmp(address.bytes.data(), first->bytes.data(), whole) != 0)
        return false;
    return rest == 0 || (address.bytes[whole] ^ first->bytes[whole]) >> (8 - rest) == 0;
}

std::string_view found(const IpAddress &address, std::span<const Range> ranges) noexcept
{
    const auto range = std::ranges::find_if(ranges, [&](const Range &one) { return isIn(address, one); });
    return range == ranges.end() ? std::string_view() : range->is;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text)
{
    IpAddress address;
    address.isV6 = text.find(':') != std::string_view::npos;
    const std::string ended(text);
    if (ended.size() != std::strlen(ended.c_str())
        || inet_pton(address.isV6 ? AF_INET6 : AF_INET, ended.c_str(), address.bytes.data()) != 1)
        return std::nullopt;
    return address;
}

std::string_view notPublic(const IpAddress &address) noexcept
{
    if (!address.isV6)
        return found(address, kNotPublicV4);
    if (isIn(address, kTranslated)) {
        IpAddress inside;
        std::copy(address.bytes.begin() + 12, address.bytes.end(), inside.bytes.begin());
        return notPublic(inside);
    }
    if (const std::string_view is = found(address, kNotPublicV6); !is.empty())
        return is;
    return isIn(address, kGlobalUnicast) ? std::string_view() : "a reserved address";
}

AddressRules AddressRules::fromEnvironment()
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the environment changes before there are threads, if at all.
    const char *const value = std::getenv("DANK_TEST_FETCH_LOOPBACK");
    AddressRules rules;
    if (!value)
        return rules;
    const char *const end = value + std::strlen(value);
    std::uint16_t port = 0;
    if (const auto read = std::from_chars(value, end, port); read.ec == std::errc() && read.ptr == end)
        rules.testPort = port;
    return rules;
}

std::string_view AddressRules::refusal(const IpAddress &address, std::uint16_t port) const noexcept
{
    if (testPort != 0 && port == testPort && address == IpAddress{{127, 0, 0, 1}, false})
        return {};
    return notPublic(address);
}

bool AddressRules::mayConnect(const sockaddr &address) const noexcept
{
    IpAddress ip;
    std::uint16_t port = 0;
    if (address.sa_family == AF_INET) {
        sockaddr_in four{};
        std::memcpy(&four, &address, sizeof four);
        std::memcpy(ip.bytes.data(), &four.sin_addr, 4);
        port = ntohs(four.sin_port);
    } else if (address.sa_family == AF_INET6) {
        sockaddr_in6 six{};
        std::memcpy(&six, &address, sizeof six);
        std::memcpy(ip.bytes.data(), &six.sin6_addr, 16);
        ip.isV6 = true;
        port = ntohs(six.sin6_port);
    } else {
        return false;
    }
    return refusal(ip, port).empty();
}

}  // namespace dank
