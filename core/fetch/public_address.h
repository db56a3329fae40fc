#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

// Which machines may be asked for pictures: public ones. A feed is somebody else's text, and an address in it must not
// make this program ask what only this machine or its network can reach.

namespace dank {

/// An IPv4 or IPv6 address.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};  ///< in network order; of IPv4 the first four
    bool isV6 = false;

    /// Of four decimal numbers without leading zeros, or of IPv6 text without brackets and zone; empty for all else.
    static std::optional<IpAddress> parse(std::string_view text);

    bool operator==(const IpAddress &) const = default;
};

/// What an address is that no stranger's text may lead to, as "a private address"; empty for a public one.
/// Of IPv6 only global unicast is public, without the parts that carry an IPv4 address on (6to4, Teredo); one that
/// translates to IPv4 (64:ff9b::/96) is as public as what it translates to.
std::string_view notPublic(const IpAddress &address) noexcept;

/// Where a fetch may go.
struct AddressRules {
    /// For tests alone: 127.0.0.1 at this port is allowed too; 0: nothing but public addresses.
    std::uint16_t testPort = 0;

    /// With the port that `DANK_TEST_FETCH_LOOPBACK` names; anything but a port there allows nothing.
    static AddressRules fromEnvironment();

    /// Why this address may not be connected to at this port; empty: it may.
    std::string_view refusal(const IpAddress &address, std::uint16_t port) const noexcept;
    /// The same for what is about to be connected to; false for what is no internet address.
    bool mayConnect(const sockaddr &address) const noexcept;
};

}  // namespace dank
