#include "core/dataset/heif/heif_boxes.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "core/dataset/heif/coded_size.h"
#include "core/dataset/heif/item_list.h"
#include "core/dataset/probe_refusal.h"

namespace dank {
namespace {

constexpr auto kHevc = fourLetters("hvc1"), kAv1 = fourLetters("av01"), kGrid = fourLetters("grid");

/// What a decoder may have to make in all: tiles reach over the picture's edge, and transparency is a picture too.
constexpr std::int64_t kMostWork = 3 * kMaxImagePixels;
/// Encoders fill up to whole blocks.
constexpr std::int64_t kBlock = 64;
/// As many bytes of a coded stream's parameters as are looked at.
constexpr std::size_t kParameters = 1 << 10;

std::string_view textOf(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// Goes from the primary item to all that is decoded for it.
class Look {
public:
    Look(ByteSource &source, ImageFormat format) : m_source(source), m_format(format), m_items(source, format) {}

    HeifPicture picture()
    {
        const HeifItem &primary = m_items.at(m_items.primary());
        HeifPicture picture;
        setSize(primary, picture);
        checkPictureSize(m_format, picture.width, picture.height);
        addWork(primary, true);
        for (const auto &[id, item] : m_items.all()) {
            if (!isTransparencyOf(item, m_items.primary()))
                continue;
            // One that has transparency of its own would lead a decoder in circles.
            for (const auto &[other, helper] : m_items.all())
                if (other != m_items.primary() && isTransparencyOf(helper, id))
                    throw damaged(m_format, "its transparency has a transparency");
            if (isTransparencyOf(primary, id))
                throw damaged(m_format, "its transparency leads to itself");
            addWork(item, true);
        }
        picture.format = m_isAv1 ? ImageFormat::Avif : ImageFormat::Heic;
        std::uint64_t all = 0;  // a decoder reads what it does not need too
        for (const auto &[id, item] : m_items.all()) {
            all += HeifItems::lengthOf(item);
            if (item.kind == fourLetters("Exif") || item.kind == fourLetters("mime"))
                picture.unneeded.push_back({item.kindAt, 4});
            picture.unneeded.insert(picture.unneeded.end(), item.changes.begin(), item.changes.end());
        }
        if (all > 2 * kMaxImageBytes)
            throw damaged(m_format, "its pieces are more than the whole");
        return picture;
    }

private:
    std::span<const std::byte> need(const HeifBox &property, std::size_t count) const
    {
        if (property.body.size() < count)
            throw damaged(m_format, "a box in it is too short");
        return property.body;
    }

    /// What its size, crop, turn and mirroring say, in their order.
    void setSize(const HeifItem &item, HeifPicture &picture) const
    {
        constexpr std::size_t kMostChanges = 8;
        bool sized = false;
        for (const HeifBox &property : item.properties) {
            if (property.kind == fourLetters("ispe")) {
                const auto box = need(property, 12);
                if (std::exchange(sized, true))
                    throw damaged(m_format, "its picture has two sizes");
                picture.width = big32(box, 4);
                picture.height = big32(box, 8);
                checkPictureSize(m_format, picture.width, picture.height);
            } else if (property.kind == fourLetters("clap")) {
                addCrop(need(property, 32), picture);
            } else if (property.kind == fourLetters("irot")) {
                static constexpr std::array kByQuarters{1, 8, 3, 6};  // against the clock
                const std::uint32_t quarters = byteAt(need(property, 1), 0) & 3;
                picture.changes.push_back({.orientation = kByQuarters[quarters]});
                if (quarters % 2 == 1)
                    std::swap(picture.width, picture.height);
            } else if (property.kind == fourLetters("imir")) {
                picture.changes.push_back({.orientation = byteAt(need(property, 1), 0) & 1 ? 2 : 4});
            }
            if (!sized && !picture.changes.empty())
                throw damaged(m_format, "it turns its picture before it says how large that is");
            if (picture.changes.size() > kMostChanges)
                throw damaged(m_format, "it turns its picture too often");
        }
        if (!sized)
            throw damaged(m_format, "it does not say how large its picture is");
    }

    /// The clean aperture: four fractions, of which two are how far its middle is from the picture's.
    void addCrop(std::span<const std::byte> box, HeifPicture &picture) const
    {
        const auto side = [&](std::size_t at, std::int64_t most) {
            const std::int64_t below = big32(box, at + 4);
            return below == 0 ? 0 : std::min(most, (big32(box, at) + below / 2) / below);
        };
        const auto begin = [&](std::size_t at, std::int64_t free) -> std::int64_t {
            const std::int64_t below = std::max(big32(box, at + 4), 1u);
            const std::int64_t twice = 2 * std::int64_t{static_cast<std::int32_t>(big32(box, at))} + free * below;
            return std::clamp<std::int64_t>((twice + below) / (2 * below), 0, free);
        };
        HeifChange crop;
        crop.width = side(0, picture.width);
        crop.height = side(8, picture.height);
        checkPictureSize(m_format, crop.width, crop.height);
        crop.left = begin(16, picture.width - crop.width);
        crop.top = begin(24, picture.height - crop.height);
        picture.width = crop.width;
        picture.height = crop.height;
        picture.changes.push_back(crop);
    }

    bool isTransparencyOf(const HeifItem &item, std::uint32_t id) const
    {
        if (std::find(item.helpsTo.begin(), item.helpsTo.end(), id) == item.helpsTo.end())
            return false;
        return std::any_of(item.properties.begin(), item.properties.end(), [](const HeifBox &property) {
            const std::string_view text = textOf(property.body);
            return property.kind == fourLetters("auxC")
                   && (text.find("alpha") != std::string_view::npos || text.find("auxid:1") != std::string_view::npos);
        });
    }

    void spend(std::int64_t pixels)
    {
        m_work += pixels;
        if (m_work > kMostWork)
            throw Refusal{SkipReason::ImageTooLarge, "it is put together of more pixels than a picture may be made of"};
    }

    /// A decoder makes all of a stream's frames, and allocates what the stream says.
    void spend(const std::optional<CodedSize> &size, std::int64_t frames)
    {
        if (!size)
            throw damaged(m_format, "its picture's parameters cannot be read");
        checkPictureSize(m_format, std::max<std::int64_t>(size->width - kBlock, 1),
                         std::max<std::int64_t>(size->height - kBlock, 1));
        spend(std::max(size->width * size->height, kBlock * kBlock) * std::max<std::int64_t>(frames, 1));
    }

    void addWork(const HeifItem &item, bool mayBeGrid)
    {
        m_items.needWhole(item);
        if (item.kind == kGrid && mayBeGrid)
            return addGrid(item);
        if (item.kind != kHevc && item.kind != kAv1)
            throw Refusal{SkipReason::NotAnImage, "it holds a picture coded in another way than HEIC's and AVIF's"};
        m_isAv1 = item.kind == kAv1;
        const auto known = m_known.find(&item);  // tiles may be one and the same
        if (known != m_known.end())
            return spend(known->second);
        const std::int64_t before = m_work;
        item.kind == kAv1 ? addAv1(item) : addHevc(item);
        m_known[&item] = m_work - before;
    }

    void addGrid(const HeifItem &item)
    {
        const std::vector<std::byte> grid = m_items.read(item, 0, 12);
        const bool isWide = grid.size() > 1 && (byteAt(grid, 1) & 1) != 0;
        if (grid.size() < (isWide ? 12u : 8u))
            throw damaged(m_format, "it does not say how its tiles lie");
        const std::size_t tiles = std::size_t{byteAt(grid, 2) + 1} * (byteAt(grid, 3) + 1);
        checkPictureSize(m_format, isWide ? big32(grid, 4) : big16(grid, 4), isWide ? big32(grid, 8) : big16(grid, 6));
        if (item.parts.size() != tiles)
            throw damaged(m_format, "it has another number of tiles than it says");
        for (const std::uint32_t id : item.parts)
            addWork(m_items.at(id), false);
    }

    void addHevc(const HeifItem &item)
    {
        std::optional<CodedSize> largest;
        const auto addParameters = [&](std::span<const std::byte> unit) {
            if (unit.size() < 2 || !isOfFirstLayer(unit) || hevcKind(unit) != kHevcSequence)
                return;
            const std::optional<CodedSize> size = hevcCodedSize(unit);
            if (!size)
                throw damaged(m_format, "its picture's parameters cannot be read");
            if (!largest || size->width * size->height > largest->width * largest->height)
                largest = size;
        };
        for (const HeifBox &property : item.properties)
            if (property.kind == fourLetters("hvcC"))
                forEachParameter(property, addParameters);
        const std::uint64_t length = HeifItems::lengthOf(item);
        std::int64_t frames = 0;
        int units = 0;
        for (std::uint64_t at = 0; at + 4 <= length;) {
            const std::uint64_t unitLength = big32(m_items.read(item, at, 4), 0);
            at += 4;
            if (unitLength > length - at || ++units > kMostUnits)
                throw damaged(m_format, "its coded picture is cut into pieces of impossible lengths");
            const auto unit = m_items.read(item, at, static_cast<std::size_t>(std::min<std::uint64_t>(unitLength, 3)));
            at += unitLength;
            if (unit.size() < 3)
                continue;
            if (hevcKind(unit) == kHevcSequence)
                addParameters(m_items.read(item, at - unitLength,
                                           static_cast<std::size_t>(std::min<std::uint64_t>(unitLength, kParameters))));
            if (hevcKind(unit) < kHevcSlices && (byteAt(unit, 2) & 0x80) != 0)  // a slice that begins a picture
                ++frames;
        }
        spend(largest, frames);
    }

    static constexpr std::uint32_t kHevcSequence = 33, kHevcSlices = 32;
    static constexpr int kMostUnits = 100'000;
    static std::uint32_t hevcKind(std::span<const std::byte> unit) { return byteAt(unit, 0) >> 1 & 63; }
    static bool isOfFirstLayer(std::span<const std::byte> unit)
    {
        return (byteAt(unit, 0) & 1) == 0 && byteAt(unit, 1) >> 3 == 0;
    }

    /// The sets of parameters in a decoder's configuration (ISO/IEC 14496-15, 8.3.3.1).
    template <typename Add>
    void forEachParameter(const HeifBox &configuration, const Add &add) const
    {
        constexpr std::size_t kFixed = 23;
        const auto box = need(configuration, kFixed);
        if ((byteAt(box, 21) & 3) != 3)
            throw damaged(m_format, "its coded picture has lengths of an unknown size");
        std::size_t at = kFixed;
        for (std::uint32_t arrays = byteAt(box, 22); arrays > 0; --arrays) {
            std::uint32_t units = big16(need(configuration, at + 3), at + 1);
            at += 3;
            for (; units > 0; --units) {
                const std::size_t length = big16(need(configuration, at + 2), at);
                add(need(configuration, at + 2 + length).subspan(at + 2, length));
                at += 2 + length;
            }
        }
    }

    void addAv1(const HeifItem &item)
    {
        std::optional<CodedSize> largest;
        std::int64_t frames = 0;
        for (const HeifBox &property : item.properties)
            if (property.kind == fourLetters("av1C"))
                addUnits(need(property, 4).size() - 4, largest, frames, [&](std::uint64_t at, std::size_t count) {
                    const auto rest = property.body.subspan(4 + static_cast<std::size_t>(at));
                    const auto part = rest.first(std::min(rest.size(), count));
                    return std::vector<std::byte>(part.begin(), part.end());
                });
        addUnits(HeifItems::lengthOf(item), largest, frames,
                 [&](std::uint64_t at, std::size_t count) { return m_items.read(item, at, count); });
        spend(largest, frames);
    }

    /// AV1's units (5.3): a head, as a rule their length, and what is in them.
    template <typename Read>
    void addUnits(std::uint64_t length, std::optional<CodedSize> &largest, std::int64_t &frames, const Read &read) const
    {
        constexpr std::uint32_t kSequence = 1, kFrameHeader = 3, kFrame = 6;
        constexpr std::size_t kMostHead = 10;
        int units = 0;
        for (std::uint64_t at = 0; at < length;) {
            const std::vector<std::byte> head = read(at, kMostHead);
            const std::uint32_t flags = byteAt(head, 0);
            std::size_t before = flags & 4 ? 2 : 1;
            std::uint64_t inside = length - at - std::min<std::uint64_t>(before, length - at);
            if (flags & 2) {
                inside = 0;
                for (int shift = 0;; shift += 7, ++before) {
                    if (before >= head.size() || shift > 49)
                        throw damaged(m_format, "its coded picture is cut into pieces of impossible lengths");
                    inside |= std::uint64_t{byteAt(head, before) & 0x7f} << shift;
                    if ((byteAt(head, before) & 0x80) == 0)
                        break;
                }
                ++before;
            }
            if (inside + before > length - at || ++units > kMostUnits)
                throw damaged(m_format, "its coded picture is cut into pieces of impossible lengths");
            const std::uint32_t kind = flags >> 3 & 15;
            if (kind == kSequence) {
                const std::optional<CodedSize> size = av1CodedSize(
                    read(at + before, static_cast<std::size_t>(std::min<std::uint64_t>(inside, kParameters))));
                if (!size)
                    throw damaged(m_format, "its picture's parameters cannot be read");
                if (!largest || size->width * size->height > largest->width * largest->height)
                    largest = size;
            }
            if (kind == kFrame || kind == kFrameHeader)
                ++frames;
            at += before + inside;
        }
    }

    ByteSource &m_source;
    ImageFormat m_format;
    HeifItems m_items;
    bool m_isAv1 = false;
    std::int64_t m_work = 0;
    std::map<const HeifItem *, std::int64_t> m_known;
};

}  // namespace

HeifPicture lookAtHeif(ByteSource &source, ImageFormat format)
{
    return Look(source, format).picture();
}

}  // namespace dank
