#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/dataset/byte_source.h"
#include "core/dataset/heif/heif_boxes.h"
#include "core/dataset/image_probe.h"

namespace dank {

/// Four letters as a number.
constexpr std::uint32_t fourLetters(const char (&letters)[5])
{
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(letters[i]);
    return value;
}

/// A box's kind and what is in it.
struct HeifBox {
    std::uint32_t kind = 0;
    std::span<const std::byte> body;
};

/// A picture or something else that a HEIF file holds.
struct HeifItem {
    std::uint32_t kind = 0;
    std::uint64_t kindAt = 0;  ///< where in the file that stands
    bool isElsewhere = false;  ///< its bytes are not in this file, or made of other items'
    std::vector<HeifExtent> extents;
    std::vector<HeifBox> properties;     ///< in their order
    std::vector<HeifExtent> changes;     ///< where in the file its links to crops, turns and mirrorings stand
    std::vector<std::uint32_t> parts;    ///< what it is derived from
    std::vector<std::uint32_t> helpsTo;  ///< what it is an auxiliary picture of
};

/// The directory of a HEIF file: its first level of boxes, and in "meta" all that tells of items. Refuses what can be
/// read in two ways, such as a box that is there twice, so that no decoder can find another picture than was looked at.
/// Constructor and functions throw Refusal. The source must outlive it.
class HeifItems {
public:
    HeifItems(ByteSource &source, ImageFormat format);
    HeifItems(const HeifItems &) = delete;
    HeifItems &operator=(const HeifItems &) = delete;

    const HeifItem &at(std::uint32_t id) const;
    std::uint32_t primary() const { return m_primary; }
    const std::map<std::uint32_t, HeifItem> &all() const { return m_items; }

    static std::uint64_t lengthOf(const HeifItem &item);
    /// `count` bytes of an item's at `offset`, fewer where it ends; refuses where the file does.
    std::vector<std::byte> read(const HeifItem &item, std::uint64_t offset, std::size_t count) const;
    /// Refuses where the file ends before an item does.
    void needWhole(const HeifItem &item) const;

private:
    class Cursor;
    std::vector<HeifBox> boxesIn(std::span<const std::byte> bytes) const;
    void findMeta();
    void readItems(std::span<const std::byte> body);
    void readPlaces(std::span<const std::byte> body, std::optional<HeifExtent> idat);
    void readProperties(std::span<const std::byte> body);
    void readReferences(std::span<const std::byte> body);
    std::uint64_t placeOf(std::span<const std::byte> inMeta) const;

    ByteSource &m_source;
    ImageFormat m_format;
    std::uint64_t m_metaAt = 0;
    std::vector<std::byte> m_meta;  ///< that box's body; properties point into it
    std::uint32_t m_primary = 0;
    std::map<std::uint32_t, HeifItem> m_items;
};

}  // namespace dank
