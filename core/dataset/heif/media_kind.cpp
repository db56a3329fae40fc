#include "core/dataset/heif/media_kind.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/dataset/byte_source.h"

namespace dank {

MediaKind mediaKind(std::span<const std::byte> head)
{
    using namespace std::string_view_literals;
    static constexpr std::array kAvif{"avif"sv, "avis"sv};
    static constexpr std::array kHeic{"heic"sv, "heix"sv, "heim"sv, "heis"sv, "hevc"sv, "hevx"sv, "mif1"sv, "msf1"sv};
    if (!beginsWith(head, "ftyp", 4))
        return MediaKind::None;
    const std::size_t end = std::min<std::size_t>(big32(head, 0), head.size());
    const auto isOneOf = [&](std::size_t at, const auto &brands) {
        return std::any_of(brands.begin(), brands.end(), [&](auto brand) { return beginsWith(head, brand, at); });
    };
    MediaKind kind = MediaKind::Film;
    for (std::size_t at = 8; at + 4 <= end; at += 4) {
        if (isOneOf(at, kAvif))
            return MediaKind::Avif;
        if (isOneOf(at, kHeic))
            kind = MediaKind::Heic;
    }
    return kind;
}

bool readsHeif() noexcept
{
#ifdef DANK_HEIF
    return true;
#else
    return false;
#endif
}

}  // namespace dank
