#include "core/weights/tensorflow/hdf5_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "core/weights/readers.h"

namespace dank {

namespace {

using Bytes = std::span<const std::byte>;
using Path = std::vector<std::string>;

constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxBlocks = 1'000'000;  ///< headers, nodes and their like in all
constexpr std::size_t kMaxName = 4'096;

constexpr const char *kRewrite = "; `h5repack -f NONE -l CONTI IN OUT` rewrites it";

// Types of header messages.
enum Message : std::uint16_t {
    kDataspace = 0x1,
    kLinkInfo = 0x2,
    kDatatype = 0x3,
    kLink = 0x6,
    kExternalFiles = 0x7,
    kLayout = 0x8,
    kFilters = 0xb,
    kAttribute = 0xc,
    kContinuation = 0x10,
    kSymbolTable = 0x11,
};

std::string shown(const Path &path)
{
    std::string text;
    for (const std::string &name : path)
        text += '/' + name;
    return text.empty() ? "its root" : shownName(text);
}

/// Bytes that are read from the front; what is not there is refused.
class Cursor {
public:
    explicit Cursor(Bytes bytes) : m_bytes(bytes) {}

    template <typename Number>
    Number number()
    {
        Number value;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    std::uint64_t number(std::size_t size)
    {
        std::uint64_t value = 0;
        std::memcpy(&value, take(size).data(), size);
        return value;
    }
    Bytes take(std::uint64_t count)
    {
        if (count > m_bytes.size())
            refuse("a part of it ends too early: it is cut off or damaged");
        const Bytes taken = m_bytes.first(static_cast<std::size_t>(count));
        m_bytes = m_bytes.subspan(taken.size());
        return taken;
    }
    void skip(std::uint64_t count) { take(count); }
    std::size_t left() const { return m_bytes.size(); }
    Bytes rest() const { return m_bytes; }

private:
    Bytes m_bytes;
};

std::string textUpToNul(Bytes bytes)
{
    const std::string_view all(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    return std::string(all.substr(0, all.find('\0')));
}

/// IEEE 754, little-endian; nothing for any other type.
std::optional<DType> floatType(Cursor type)
{
    const auto kind = type.number<std::uint8_t>();
    const auto order = type.number<std::uint8_t>();
    type.skip(2);
    const auto size = type.number<std::uint32_t>();
    if ((kind & 15) != 1)
        return std::nullopt;
    const auto offset = type.number<std::uint16_t>(), precision = type.number<std::uint16_t>();
    std::array<std::uint8_t, 4> fields{};
    for (std::uint8_t &field : fields)
        field = type.number<std::uint8_t>();
    const auto bias = type.number<std::uint32_t>();
    using Fields = std::array<std::uint8_t, 4>;  // exponent's place and size, mantissa's place and size
    struct Known {
        std::uint32_t size;
        Fields fields;
        std::uint32_t bias;
        DType type;
    };
    constexpr Known known[] = {{2, Fields{10, 5, 0, 10}, 15, DType::F16},
                               {4, Fields{23, 8, 0, 23}, 127, DType::F32},
                               {8, Fields{52, 11, 0, 52}, 1023, DType::F64}};
    if ((order & 0x41) != 0 || offset != 0 || precision != 8 * size)
        return std::nullopt;
    for (const Known &one : known)
        if (one.size == size && one.fields == fields && one.bias == bias)
            return one.type;
    return std::nullopt;
}

std::vector<std::int64_t> shapeOf(Cursor space, const Path &path)
{
    const auto version = space.number<std::uint8_t>(), rank = space.number<std::uint8_t>();
    space.skip(version == 1 ? 6 : 2);
    if ((version != 1 && version != 2) || rank > kMaxDimensions)
        refuse(shown(path) + " has a shape that this program does not know");
    std::vector<std::int64_t> shape;
    for (int i = 0; i < rank; ++i) {
        const auto side = space.number<std::uint64_t>();
        if (side > static_cast<std::uint64_t>(kMaxDimension))
            refuse(shown(path) + " has a side of " + std::to_string(side));
        shape.push_back(static_cast<std::int64_t>(side));
    }
    return shape;
}

class Reader {
public:
    Reader(Bytes bytes, const std::function<bool(const Path &)> &enter) : m_bytes(bytes), m_enter(enter) {}

    std::vector<Hdf5Dataset> read()
    {
        Cursor start(m_bytes);
        start.skip(8);  // the signature
        const auto version = start.number<std::uint8_t>();
        if (version > 1)
            refuse("it is HDF5 in a newer layout (superblock " + std::to_string(version)
                   + ") than Keras writes; in Python, save the network with h5py's default libver, or `h5repack "
                     "--high=v18 IN OUT` rewrites it");
        start.skip(4);
        const auto offsets = start.number<std::uint8_t>(), lengths = start.number<std::uint8_t>();
        if (offsets != 8 || lengths != 8)
            refuse("its addresses have " + std::to_string(offsets) + " bytes, not 8");
        start.skip(version == 0 ? 9 : 13);
        if (start.number<std::uint64_t>() != 0)
            refuse("something stands in front of its data");
        start.skip(8);
        if (const auto end = start.number<std::uint64_t>(); end > m_bytes.size())
            refuse("it is cut off: it should have " + std::to_string(end) + " bytes and has "
                   + std::to_string(m_bytes.size()) + "; fetch it again");
        start.skip(16);  // the driver's address; the root's name
        Path path;
        object(start.number<std::uint64_t>(), path, {});
        return std::move(m_datasets);
    }

private:
    struct Header {
        std::vector<std::pair<std::uint16_t, Bytes>> messages;
        const Bytes *find(std::uint16_t type) const
        {
            const auto found = std::find_if(messages.begin(), messages.end(),
                                            [&](const auto &message) { return message.first == type; });
            return found == messages.end() ? nullptr : &found->second;
        }
    };

    Cursor from(std::uint64_t address)
    {
        if (++m_blocks > kMaxBlocks)
            refuse("it has more parts than any network");
        if (address >= m_bytes.size())
            refuse("a part of it lies beyond its end: it is cut off or damaged");
        return Cursor(m_bytes.subspan(static_cast<std::size_t>(address)));
    }

    Cursor from(std::uint64_t address, std::string_view signature)
    {
        Cursor block = from(address);
        if (textUpToNul(block.take(signature.size())) != signature)
            refuse("a part of it is not what it should be: it is damaged");
        return block;
    }

    Header header(std::uint64_t address, const Path &path)
    {
        Cursor first = from(address);
        const auto version = first.number<std::uint8_t>();
        if (version != 1)
            refuse(shown(path)
                   + " is in a newer layout of HDF5 than Keras writes; `h5repack --high=v18 IN OUT` "
                     "rewrites it");
        first.skip(1);
        const auto count = first.number<std::uint16_t>();
        first.skip(4);
        const auto size = first.number<std::uint32_t>();
        first.skip(4);
        Header header;
        std::vector<Bytes> blocks{first.take(size)};
        std::set<std::uint64_t> seen{address};
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            Cursor block(blocks[i]);
            while (header.messages.size() < count && block.left() >= 8) {
                const auto type = block.number<std::uint16_t>(), length = block.number<std::uint16_t>();
                const auto flags = block.number<std::uint8_t>();
                block.skip(3);
                const Bytes data = block.take(length);
                if ((flags & 2) != 0 && (type == kDatatype || type == kDataspace || type == kLayout))
                    refuse(shown(path) + " shares its description with another; rewrite it with `h5repack IN OUT`");
                header.messages.emplace_back(type, data);
                if (type != kContinuation)
                    continue;
                Cursor where(data);
                const auto next = where.number<std::uint64_t>(), bytes = where.number<std::uint64_t>();
                if (!seen.insert(next).second)
                    refuse(shown(path) + " goes on where it began: it is damaged");
                blocks.push_back(from(next).take(bytes));
            }
        }
        return header;
    }

    void object(std::uint64_t address, Path &path, const std::string &groupName)
    {
        const Header header = this->header(address, path);
        if (header.find(kLayout))
            dataset(header, path, groupName);
        else
            group(address, header, path);
    }

    void group(std::uint64_t address, const Header &header, Path &path)
    {
        if (!m_enter(path))
            return;
        if (path.size() >= kMaxDepth)
            refuse("its groups lie too deep in one another");
        if (!m_entered.insert(address).second)
            refuse(shown(path) + " is a group that is there under another name too");
        const std::string name = attribute(header, "name");
        const auto child = [&](std::string called, std::uint64_t at) {
            path.push_back(std::move(called));
            object(at, path, name);
            path.pop_back();
        };
        if (const Bytes *const table = header.find(kSymbolTable)) {
            Cursor where(*table);
            const auto tree = where.number<std::uint64_t>(), heap = where.number<std::uint64_t>();
            Cursor names = from(heap, "HEAP");
            names.skip(4);
            const auto size = names.number<std::uint64_t>();
            names.skip(8);
            const Bytes texts = from(names.number<std::uint64_t>()).take(size);
            tables(tree, texts, path, -1, child);
        }
        if (const Bytes *const info = header.find(kLinkInfo)) {
            Cursor where(*info);
            where.skip(1);
            where.skip((where.number<std::uint8_t>() & 1) != 0 ? 8 : 0);
            if (where.number<std::uint64_t>() != kNowhere)
                refuse(shown(path)
                       + " keeps its links in a newer way than Keras does; `h5repack --high=v18 IN OUT` "
                         "rewrites it");
        }
        for (const auto &[type, data] : header.messages)
            if (type == kLink)
                link(Cursor(data), path, child);
    }

    /// A tree of symbol tables; `level`: of its parent, or -1.
    template <typename Child>
    void tables(std::uint64_t address, Bytes texts, Path &path, int parent, const Child &child)
    {
        Cursor node = from(address, "TREE");
        const auto kind = node.number<std::uint8_t>();
        const int level = node.number<std::uint8_t>();
        const auto count = node.number<std::uint16_t>();
        if (kind != 0 || (parent >= 0 && level != parent - 1))
            refuse("the list of " + shown(path) + " is damaged");
        node.skip(16);  // the siblings
        for (int i = 0; i < count; ++i) {
            node.skip(8);  // a name
            const auto below = node.number<std::uint64_t>();
            if (level > 0) {
                tables(below, texts, path, level, child);
                continue;
            }
            Cursor table = from(below, "SNOD");
            table.skip(2);
            const auto entries = table.number<std::uint16_t>();
            for (int entry = 0; entry < entries; ++entry) {
                Cursor symbol(table.take(40));
                Cursor text(texts);
                text.skip(symbol.number<std::uint64_t>());
                std::string called = textUpToNul(text.take(std::min(text.left(), kMaxName)));
                const auto at = symbol.number<std::uint64_t>();
                if (symbol.number<std::uint32_t>() == 2)
                    refuse(shown(path) + " has a symbolic link " + shownName(called) + ", which is not followed");
                child(std::move(called), at);
            }
        }
    }

    template <typename Child>
    void link(Cursor data, const Path &path, const Child &child)
    {
        data.skip(1);
        const auto flags = data.number<std::uint8_t>();
        const int type = (flags & 8) != 0 ? data.number<std::uint8_t>() : 0;
        data.skip(((flags & 4) != 0 ? 8 : 0) + ((flags & 16) != 0 ? 1 : 0));
        const std::uint64_t length = data.number(std::size_t{1} << (flags & 3));
        if (length > kMaxName)
            refuse("a name in " + shown(path) + " is too long");
        std::string called = textUpToNul(data.take(length));
        if (type != 0)
            refuse(shown(path) + " has " + (type == 64 ? "an external" : "a symbolic") + " link " + shownName(called)
                   + ", which is not followed; save the weights into one file");
        child(std::move(called), data.number<std::uint64_t>());
    }

    void dataset(const Header &header, const Path &path, const std::string &groupName)
    {
        const Bytes *const type = header.find(kDatatype), *const space = header.find(kDataspace);
        if (!type || !space)
            refuse(shown(path) + " has no type or no shape");
        const std::optional<DType> dtype = floatType(Cursor(*type));
        if (!dtype)
            return;
        if (m_datasets.size() >= kMaxTensors)
            refuse("it has more than " + std::to_string(kMaxTensors) + " datasets");
        if (header.find(kExternalFiles))
            refuse(shown(path) + " lies in another file, which is not opened; save the weights into one file");
        if (header.find(kFilters))
            refuse(shown(path) + " is compressed or filtered" + kRewrite);
        std::vector<std::int64_t> shape = shapeOf(Cursor(*space), path);
        const std::optional<std::uint64_t> bytes = shapeBytes(shape, dtypeSize(*dtype));
        if (!bytes)
            refuse(shown(path) + " is too large");
        Cursor layout(*header.find(kLayout));
        const auto version = layout.number<std::uint8_t>(), kind = layout.number<std::uint8_t>();
        if (version != 3 && version != 4)
            refuse(shown(path) + " is stored in a way that this program does not know" + kRewrite);
        Bytes data;
        if (kind == 0) {
            data = layout.take(layout.number<std::uint16_t>());
        } else if (kind == 1) {
            const auto address = layout.number<std::uint64_t>(), size = layout.number<std::uint64_t>();
            if (address == kNowhere)
                refuse(shown(path) + " has no numbers");
            if (address > m_bytes.size() || size > m_bytes.size() - address)
                refuse(shown(path) + " ends beyond the file: it is cut off or damaged");
            data = m_bytes.subspan(static_cast<std::size_t>(address), static_cast<std::size_t>(size));
        } else {
            refuse(shown(path) + " is stored in chunks" + kRewrite);
        }
        if (data.size() != *bytes)
            refuse(shown(path) + " has " + std::to_string(data.size()) + " bytes where its shape takes "
                   + std::to_string(*bytes));
        m_datasets.push_back({path, groupName, {*dtype, std::move(shape), data}});
    }

    /// The text of an attribute; empty where there is none, or none of text.
    std::string attribute(const Header &header, std::string_view wanted)
    {
        for (const auto &[type, data] : header.messages) {
            if (type != kAttribute)
                continue;
            Cursor message(data);
            const auto version = message.number<std::uint8_t>(), flags = message.number<std::uint8_t>();
            const auto nameSize = message.number<std::uint16_t>(), typeSize = message.number<std::uint16_t>(),
                       spaceSize = message.number<std::uint16_t>();
            if (version < 1 || version > 3 || (version > 1 && flags != 0))
                continue;
            message.skip(version == 3 ? 1 : 0);
            const auto padded = [&](std::size_t size) { return version == 1 ? (size + 7) / 8 * 8 : size; };
            if (textUpToNul(message.take(padded(nameSize))) != wanted)
                continue;
            Cursor datatype(message.take(padded(typeSize)));
            message.skip(padded(spaceSize));
            const int kind = datatype.number<std::uint8_t>() & 15;
            datatype.skip(3);
            const auto size = datatype.number<std::uint32_t>();
            if (kind == 3)
                return textUpToNul(message.take(std::min<std::size_t>(size, kMaxName)));
            if (kind == 9)
                return heapText(message);
        }
        return {};
    }

    /// A text that lies in a heap: its length, the heap's address, its number in there.
    std::string heapText(Cursor reference)
    {
        const auto length = reference.number<std::uint32_t>();
        const auto address = reference.number<std::uint64_t>();
        const auto wanted = reference.number<std::uint32_t>();
        Cursor heap = from(address, "GCOL");
        heap.skip(4);
        const auto size = heap.number<std::uint64_t>();
        if (size < 16)
            refuse("a heap of it is damaged");
        Cursor objects(heap.take(size - 16));
        while (objects.left() >= 16) {
            const auto index = objects.number<std::uint16_t>();
            objects.skip(6);
            const auto bytes = objects.number<std::uint64_t>();
            if (index == 0)
                break;
            const Bytes object = objects.take(bytes);
            if (index == wanted)
                return textUpToNul(object.first(std::min<std::size_t>({object.size(), length, kMaxName})));
            objects.skip(std::min<std::uint64_t>((8 - bytes % 8) % 8, objects.left()));
        }
        return {};
    }

    const Bytes m_bytes;
    const std::function<bool(const Path &)> &m_enter;
    std::size_t m_blocks = 0;
    std::set<std::uint64_t> m_entered;
    std::vector<Hdf5Dataset> m_datasets;
};

}  // namespace

std::vector<Hdf5Dataset> readHdf5(Bytes bytes, const std::function<bool(const Path &)> &enter)
{
    return Reader(bytes, enter).read();
}

}  // namespace dank
