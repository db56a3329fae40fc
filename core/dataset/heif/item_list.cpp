#include "core/dataset/heif/item_list.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/dataset/probe_refusal.h"

namespace dank {
namespace {

constexpr std::uint64_t kMostMeta = 1 << 20;  // a directory of 48 tiles has 4 KiB
constexpr int kMostBoxes = 1000;              // on the first level
constexpr std::size_t kMostExtents = 1 << 16;

bool isChange(std::uint32_t kind)
{
    return kind == fourLetters("clap") || kind == fourLetters("irot") || kind == fourLetters("imir");
}

bool isUsed(std::uint32_t kind)
{
    static constexpr std::array kUsed{fourLetters("hdlr"), fourLetters("pitm"), fourLetters("iinf"),
                                      fourLetters("iloc"), fourLetters("iprp"), fourLetters("iref"),
                                      fourLetters("idat")};
    return std::find(kUsed.begin(), kUsed.end(), kind) != kUsed.end();
}

}  // namespace

/// Numbers of a box, the high byte first. Refuses to go over its end.
class HeifItems::Cursor {
public:
    Cursor(std::span<const std::byte> bytes, ImageFormat format) : m_rest(bytes), m_format(format) {}

    std::span<const std::byte> take(std::size_t count)
    {
        if (count > m_rest.size())
            throw damaged(m_format, "a box in it is too short");
        const auto taken = m_rest.first(count);
        m_rest = m_rest.subspan(count);
        return taken;
    }
    /// Of 0 … 8 bytes.
    std::uint64_t number(std::size_t bytes)
    {
        std::uint64_t value = 0;
        for (const std::byte byte : take(bytes))
            value = value << 8 | std::to_integer<std::uint64_t>(byte);
        return value;
    }
    std::uint32_t small(std::size_t bytes) { return static_cast<std::uint32_t>(number(bytes)); }
    std::span<const std::byte> rest() const { return m_rest; }

    /// A version, with its flags in the low 24 bits left out; they go to `flags`.
    std::uint32_t version(std::uint32_t *flags = nullptr)
    {
        const std::uint32_t both = small(4);
        if (flags)
            *flags = both & 0xffffff;
        return both >> 24;
    }

private:
    std::span<const std::byte> m_rest;
    ImageFormat m_format;
};

HeifItems::HeifItems(ByteSource &source, ImageFormat format) : m_source(source), m_format(format)
{
    findMeta();
    Cursor meta(m_meta, m_format);
    meta.version();
    std::map<std::uint32_t, std::span<const std::byte>> boxes;
    for (const HeifBox &box : boxesIn(meta.rest()))
        if (isUsed(box.kind) && !boxes.emplace(box.kind, box.body).second)
            throw damaged(m_format, "a box is in it twice");
    const auto body = [&](std::uint32_t kind) {
        const auto found = boxes.find(kind);
        if (found == boxes.end())
            throw damaged(m_format, "its list of pictures is not whole");
        return found->second;
    };
    Cursor primary(body(fourLetters("pitm")), m_format);
    m_primary = primary.small(primary.version() == 0 ? 2 : 4);
    readItems(body(fourLetters("iinf")));
    std::optional<HeifExtent> idat;
    if (const auto found = boxes.find(fourLetters("idat")); found != boxes.end())
        idat = HeifExtent{placeOf(found->second), found->second.size()};
    readPlaces(body(fourLetters("iloc")), idat);
    readProperties(body(fourLetters("iprp")));
    if (const auto found = boxes.find(fourLetters("iref")); found != boxes.end())
        readReferences(found->second);
}

const HeifItem &HeifItems::at(std::uint32_t id) const
{
    const auto found = m_items.find(id);
    if (found == m_items.end())
        throw damaged(m_format, "a picture that it tells of is not there");
    return found->second;
}

std::uint64_t HeifItems::placeOf(std::span<const std::byte> inMeta) const
{
    return m_metaAt + static_cast<std::uint64_t>(inMeta.data() - m_meta.data());
}

/// Goes over the boxes of the first level, to the file's end if it has to.
void HeifItems::findMeta()
{
    constexpr std::uint64_t kHead = 8, kLongHead = 16;
    bool found = false, hasFilm = false;
    std::uint64_t at = 0;
    for (int count = 0; at < m_source.size(); ++count) {
        if (count == kMostBoxes)
            throw damaged(m_format, "it is made of too many boxes");
        const auto head = m_source.at(at, kHead);
        if (head.empty())
            break;
        const std::uint32_t kind = big32(head, 4);
        std::uint64_t length = big32(head, 0), before = kHead;
        if (length == 0)  // to the end
            length = m_source.size() - at;
        if (length == 1) {
            const auto longHead = m_source.at(at, kLongHead);
            if (longHead.empty())
                throw endsEarly(m_format);
            length = std::uint64_t{big32(longHead, 8)} << 32 | big32(longHead, 12);
            before = kLongHead;
        }
        if (length < before)
            throw damaged(m_format, "a box of impossible length");
        hasFilm = hasFilm || kind == fourLetters("moov");
        const bool isWhole = length <= m_source.size() - at;
        if (kind == fourLetters("meta")) {
            if (std::exchange(found, true))
                throw damaged(m_format, "it has two lists of pictures");
            if (length - before > kMostMeta)
                throw damaged(m_format, "its list of pictures is too long");
            if (!isWhole)
                throw endsEarly(m_format);
            m_metaAt = at + before;
            while (m_meta.size() < length - before) {
                const std::size_t left = static_cast<std::size_t>(length - before) - m_meta.size();
                const auto piece = m_source.at(m_metaAt + m_meta.size(), std::min(left, ByteSource::kWindow));
                if (piece.empty())
                    throw endsEarly(m_format);
                m_meta.insert(m_meta.end(), piece.begin(), piece.end());
            }
        }
        if (!isWhole) {
            if (!found)
                throw endsEarly(m_format);
            break;
        }
        at += length;
    }
    if (!found && hasFilm)
        throw Refusal{SkipReason::NotAnImage, "it is a film without a picture of its own"};
    if (!found)
        throw endsEarly(m_format);
}

std::vector<HeifBox> HeifItems::boxesIn(std::span<const std::byte> bytes) const
{
    constexpr std::size_t kHead = 8;
    std::vector<HeifBox> boxes;
    while (!bytes.empty()) {
        const std::size_t length = bytes.size() < kHead ? 0 : big32(bytes, 0);
        if (length < kHead || length > bytes.size())
            throw damaged(m_format, "a box of impossible length");
        boxes.push_back({big32(bytes, 4), bytes.subspan(kHead, length - kHead)});
        bytes = bytes.subspan(length);
    }
    return boxes;
}

void HeifItems::readItems(std::span<const std::byte> body)
{
    Cursor list(body, m_format);
    list.number(list.version() == 0 ? 2 : 4);  // how many: counted by their boxes
    for (const HeifBox &box : boxesIn(list.rest())) {
        if (box.kind != fourLetters("infe"))
            continue;
        Cursor entry(box.body, m_format);
        const std::uint32_t version = entry.version();
        if (version < 2)  // of files with another purpose
            continue;
        const std::uint32_t id = entry.small(version == 2 ? 2 : 4);
        entry.take(2);
        HeifItem item;
        item.kindAt = placeOf(entry.rest());
        item.kind = entry.small(4);
        if (!m_items.emplace(id, std::move(item)).second)
            throw damaged(m_format, "two pictures have one number");
    }
}

void HeifItems::readPlaces(std::span<const std::byte> body, std::optional<HeifExtent> idat)
{
    Cursor list(body, m_format);
    const std::uint32_t version = list.version();
    const std::uint32_t sizes = list.small(2);
    const std::size_t offsetBytes = sizes >> 12, lengthBytes = sizes >> 8 & 15, baseBytes = sizes >> 4 & 15;
    const std::size_t indexBytes = version == 0 ? 0 : sizes & 15;
    for (const std::size_t bytes : {offsetBytes, lengthBytes, baseBytes, indexBytes})
        if (bytes != 0 && bytes != 4 && bytes != 8)
            throw damaged(m_format, "its list of places has numbers of an unknown size");
    std::size_t extents = 0;
    for (std::uint32_t left = list.small(version < 2 ? 2 : 4); left > 0; --left) {
        const std::uint32_t id = list.small(version < 2 ? 2 : 4);
        const std::uint32_t method = version == 0 ? 0 : list.small(2) & 15;
        HeifItem unknown;
        const auto found = m_items.find(id);
        HeifItem &item = found == m_items.end() ? unknown : found->second;
        if (!item.extents.empty())
            throw damaged(m_format, "two places of one picture");
        item.isElsewhere = list.small(2) != 0 || method > 1 || (method == 1 && !idat);
        const std::uint64_t base = list.number(baseBytes);
        for (std::uint32_t count = list.small(2); count > 0; --count) {
            if (++extents > kMostExtents)
                throw damaged(m_format, "it is cut into too many pieces");
            list.number(indexBytes);
            const std::uint64_t offset = list.number(offsetBytes), length = list.number(lengthBytes);
            const std::uint64_t end = method == 1 && idat ? idat->length : std::max(m_source.size(), kMaxImageBytes);
            HeifExtent extent{base + offset, length};
            // A sum that goes over is far behind any file's end, and so is a place outside of "idat".
            if (extent.offset < base || extent.offset > end || length > end - extent.offset)
                extent = {m_source.size() + 1, 1};
            else if (method == 1 && idat)
                extent.offset += idat->offset;
            item.extents.push_back(extent);
        }
    }
}

void HeifItems::readProperties(std::span<const std::byte> body)
{
    std::optional<std::vector<HeifBox>> properties;
    std::optional<std::span<const std::byte>> links;
    for (const HeifBox &box : boxesIn(body)) {
        if (box.kind == fourLetters("ipco") && !std::exchange(properties, boxesIn(box.body)))
            continue;
        if (box.kind == fourLetters("ipma") && !std::exchange(links, box.body))
            continue;
        if (box.kind == fourLetters("ipco") || box.kind == fourLetters("ipma"))
            throw damaged(m_format, "a box is in it twice");
    }
    if (!properties || !links)
        throw damaged(m_format, "its list of pictures is not whole");
    std::uint32_t flags = 0;
    Cursor list(*links, m_format);
    const std::uint32_t version = list.version(&flags);
    for (std::uint32_t left = list.small(4); left > 0; --left) {
        const auto found = m_items.find(list.small(version < 1 ? 2 : 4));
        if (found != m_items.end() && !found->second.properties.empty())
            throw damaged(m_format, "two descriptions of one picture");
        for (std::uint32_t count = list.small(1); count > 0; --count) {
            const std::uint64_t linkAt = placeOf(list.rest());
            const std::size_t linkBytes = flags & 1 ? 2 : 1;
            const std::size_t index = list.small(linkBytes) & (flags & 1 ? 0x7fff : 0x7f);
            if (index > properties->size())
                throw damaged(m_format, "a picture's description is not there");
            if (found == m_items.end() || index == 0)
                continue;
            const HeifBox &property = (*properties)[index - 1];
            found->second.properties.push_back(property);
            if (isChange(property.kind))
                found->second.changes.push_back({linkAt, linkBytes});
        }
    }
}

void HeifItems::readReferences(std::span<const std::byte> body)
{
    Cursor list(body, m_format);
    const std::size_t idBytes = list.version() == 0 ? 2 : 4;
    for (const HeifBox &box : boxesIn(list.rest())) {
        if (box.kind != fourLetters("dimg") && box.kind != fourLetters("auxl"))
            continue;
        Cursor reference(box.body, m_format);
        const auto from = m_items.find(reference.small(idBytes));
        std::vector<std::uint32_t> to;
        for (std::uint32_t count = reference.small(2); count > 0; --count)
            to.push_back(reference.small(idBytes));
        if (from == m_items.end())
            continue;
        auto &ids = box.kind == fourLetters("dimg") ? from->second.parts : from->second.helpsTo;
        if (!ids.empty())
            throw damaged(m_format, "two lists of parts of one picture");
        ids = std::move(to);
    }
}

std::uint64_t HeifItems::lengthOf(const HeifItem &item)
{
    std::uint64_t length = 0;
    for (const HeifExtent &extent : item.extents)
        length += extent.length;
    return length;
}

void HeifItems::needWhole(const HeifItem &item) const
{
    if (item.isElsewhere)
        throw damaged(m_format, "its picture lies in another file");
    if (lengthOf(item) == 0)
        throw damaged(m_format, "it holds no picture");
    for (const HeifExtent &extent : item.extents)
        if (extent.offset > m_source.size() || extent.length > m_source.size() - extent.offset)
            throw endsEarly(m_format);
}

std::vector<std::byte> HeifItems::read(const HeifItem &item, std::uint64_t offset, std::size_t count) const
{
    std::vector<std::byte> bytes;
    for (const HeifExtent &extent : item.extents) {
        if (offset >= extent.length) {
            offset -= extent.length;
            continue;
        }
        while (bytes.size() < count && offset < extent.length) {
            const std::uint64_t wanted = std::min<std::uint64_t>(count - bytes.size(), extent.length - offset);
            const auto piece = m_source.at(
                extent.offset + offset, static_cast<std::size_t>(std::min<std::uint64_t>(wanted, ByteSource::kWindow)));
            if (piece.empty())
                throw endsEarly(m_format);
            bytes.insert(bytes.end(), piece.begin(), piece.end());
            offset += piece.size();
        }
        offset = 0;
    }
    return bytes;
}

}  // namespace dank
