#include "core/weights/safetensors.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/weights/mapped_file.h"
#include "core/weights/readers.h"

// The format (https://huggingface.co/docs/safetensors): eight bytes of little-endian header length, that many bytes
// of JSON {name: {dtype, shape, data_offsets}, "__metadata__": {text: text}}, then the tensors' bytes.

namespace dank {
namespace {

struct HeaderTensor {
    std::string name;
    DType type = DType::F32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;
};

/// Takes the header's JSON event by event, so that duplicate keys are seen and a hostile document (deep nesting,
/// millions of tiny values) never becomes a tree in memory. Any event out of place throws BadFile.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
public:
    std::vector<HeaderTensor> tensors;
    std::map<std::string, std::string> metadata;

    bool null() override { unexpected(); }
    bool boolean(bool) override { unexpected(); }
    bool number_integer(number_integer_t) override { refuse("a negative number where a size belongs"); }
    bool number_float(number_float_t, const string_t &) override { refuse("a fraction where a size belongs"); }
    bool binary(binary_t &) override { unexpected(); }

    bool number_unsigned(number_unsigned_t value) override
    {
        if (m_place == Place::Shape) {
            if (value > std::uint64_t(kMaxDimension))
                refuse("tensor " + shownName(m_tensor.name) + " has an impossible dimension");
            if (m_tensor.shape.size() >= kMaxDimensions)
                refuse("tensor " + shownName(m_tensor.name) + " has more than 16 dimensions");
            m_tensor.shape.push_back(std::int64_t(value));
            return true;
        }
        if (m_place == Place::Offsets) {
            if (m_offsets == 2)
                refuse("tensor " + shownName(m_tensor.name) + " has more than two data_offsets");
            (m_offsets++ == 0 ? m_tensor.begin : m_tensor.end) = value;
            return true;
        }
        unexpected();
    }

    bool string(string_t &value) override
    {
        if (m_place == Place::Metadata) {
            if (metadata.size() >= kMaxMetadata)
                refuse("more than 10,000 metadata entries");
            if (!metadata.emplace(m_key, std::move(value)).second)
                refuse("metadata entry " + shownName(m_key) + " is there twice");
            return true;
        }
        if (m_place == Place::Tensor && m_key == "dtype") {
            const std::optional<DType> found = dtypeOf(value);
            if (!found)
                refuse("tensor " + shownName(m_tensor.name) + " has the unknown type " + shownName(value));
            m_tensor.type = *found;
            return true;
        }
        unexpected();
    }

    bool start_object(std::size_t) override
    {
        if (m_place == Place::Start) {
            m_place = Place::Top;
            return true;
        }
        if (m_place != Place::Top)
            unexpected();
        if (m_key == kMetadataKey) {
            if (m_seenMetadata)
                refuse("two __metadata__ entries");
            m_seenMetadata = true;
            m_place = Place::Metadata;
            return true;
        }
        if (tensors.size() >= kMaxTensors)
            refuse("more than 100,000 tensors");
        m_tensor = {};
        m_tensor.name = std::move(m_key);
        m_seen.clear();
        m_place = Place::Tensor;
        return true;
    }

    bool key(string_t &value) override
    {
        m_key = std::move(value);
        if (m_place != Place::Tensor)
            return true;
        if (m_key != "dtype" && m_key != "shape" && m_key != "data_offsets")
            refuse("tensor " + shownName(m_tensor.name) + " has the unknown entry " + shownName(m_key));
        if (!m_seen.insert(m_key).second)
            refuse("tensor " + shownName(m_tensor.name) + " has " + m_key + " twice");
        return true;
    }

    bool end_object() override
    {
        if (m_place == Place::Tensor) {
            if (m_seen.size() != 3)
                refuse("tensor " + shownName(m_tensor.name) + " lacks its dtype, shape or data_offsets");
            tensors.push_back(std::move(m_tensor));
            m_place = Place::Top;
        } else {
            m_place = m_place == Place::Metadata ? Place::Top : Place::End;
        }
        return true;
    }

    bool start_array(std::size_t) override
    {
        if (m_place == Place::Tensor && m_key == "shape") {
            m_place = Place::Shape;
            return true;
        }
        if (m_place == Place::Tensor && m_key == "data_offsets") {
            m_offsets = 0;
            m_place = Place::Offsets;
            return true;
        }
        unexpected();
    }

    bool end_array() override
    {
        if (m_place == Place::Offsets && m_offsets != 2)
            refuse("tensor " + shownName(m_tensor.name) + " has fewer than two data_offsets");
        m_place = Place::Tensor;
        return true;
    }

    bool parse_error(std::size_t position, const std::string &, const nlohmann::detail::exception &) override
    {
        refuse("its header is not valid JSON at byte " + std::to_string(position));
    }

private:
    enum class Place { Start, Top, Metadata, Tensor, Shape, Offsets, End };

    [[noreturn]] void unexpected() const
    {
        refuse(m_place == Place::Start ? "its header is not a JSON object"
                                       : "its header holds a value of the wrong kind at " + shownName(m_key));
    }

    Place m_place = Place::Start;
    std::string m_key;
    HeaderTensor m_tensor;
    int m_offsets = 0;
    std::set<std::string> m_seen;  ///< of the tensor's entries
    bool m_seenMetadata = false;
};

/// Checks that the tensors tile the data, each inside, none overlapping, nothing left over, and makes views into it.
std::map<std::string, TensorView> place(std::vector<HeaderTensor> &list, std::span<const std::byte> data)
{
    for (const HeaderTensor &tensor : list) {
        if (tensor.begin > tensor.end || tensor.end > data.size())
            refuse("tensor " + shownName(tensor.name) + " lies outside the file");
        const std::optional<std::uint64_t> bytes = shapeBytes(tensor.shape, dtypeSize(tensor.type));
        if (!bytes)
            refuse("tensor " + shownName(tensor.name) + " has an impossible shape");
        if (*bytes != tensor.end - tensor.begin)
            refuse("tensor " + shownName(tensor.name) + " takes another number of bytes than its shape says");
    }
    std::sort(list.begin(), list.end(), [](const HeaderTensor &left, const HeaderTensor &right) {
        return std::pair(left.begin, left.end) < std::pair(right.begin, right.end);
    });
    std::map<std::string, TensorView> tensors;
    std::uint64_t reached = 0;
    for (HeaderTensor &tensor : list) {
        if (tensor.begin != reached)
            refuse("tensor " + shownName(tensor.name)
                   + (tensor.begin < reached ? " overlaps another" : " comes after a hole"));
        reached = tensor.end;
        TensorView view{tensor.type, std::move(tensor.shape),
                        data.subspan(std::size_t(tensor.begin), std::size_t(tensor.end - tensor.begin))};
        const auto [entry, isNew] = tensors.emplace(std::move(tensor.name), std::move(view));
        if (!isNew)
            refuse("tensor " + shownName(entry->first) + " is there twice");
    }
    if (reached != data.size())
        refuse("it goes on after its last tensor");
    return tensors;
}

TensorFile read(std::span<const std::byte> file, const std::filesystem::path &name, std::shared_ptr<const void> owner)
{
    std::uint64_t headerSize = 0;
    if (file.empty())
        refuse("it is empty");
    if (file.size() < sizeof(headerSize))
        refuse("it ends before its header begins");
    std::memcpy(&headerSize, file.data(), sizeof(headerSize));
    if (headerSize > kMaxHeader)
        refuse("its header would be larger than 100 MB");
    if (headerSize > file.size() - sizeof(headerSize))
        refuse("it ends inside its header");
    const std::span header = file.subspan(sizeof(headerSize), std::size_t(headerSize));
    const std::span data = file.subspan(sizeof(headerSize) + std::size_t(headerSize));
    if (header.empty() || header.front() != std::byte{'{'})
        refuse("its header is not a JSON object");
    // The JSON reader takes a NUL for the end and would not look at what follows it.
    if (std::find(header.begin(), header.end(), std::byte{0}) != header.end())
        refuse("its header holds a NUL byte");
    HeaderReader reader;
    const char *const text = reinterpret_cast<const char *>(header.data());
    try {
        nlohmann::json::sax_parse(text, text + header.size(), &reader);
    } catch (const nlohmann::json::exception &) {
        refuse("its header is not valid JSON");
    }
    return TensorFile(name, place(reader.tensors, data), std::move(reader.metadata), std::move(owner));
}

}  // namespace

std::optional<std::uint64_t> shapeBytes(const std::vector<std::int64_t> &shape, std::size_t elementSize)
{
    std::uint64_t bytes = elementSize;
    bool empty = false;
    for (const std::int64_t side : shape) {
        if (side < 0 || side > kMaxDimension)
            return std::nullopt;
        if (side == 0) {
            empty = true;
            continue;
        }
        if (bytes > std::uint64_t(std::numeric_limits<std::int64_t>::max()) / std::uint64_t(side))
            return std::nullopt;
        bytes *= std::uint64_t(side);
    }
    return empty ? 0 : bytes;
}

std::string shownName(std::string_view name)
{
    std::string shown(1, '\'');  // built step by step: GCC 12 warns of an overlap that is not there in a chain of +
    shown += printable(name.substr(0, 80));
    shown += name.size() > 80 ? "…'" : "'";
    return shown;
}

TensorFile openSafetensors(const std::filesystem::path &path)
{
    const MappedFile file = mapFile(path);
    return parseSafetensors(file.bytes, path, file.owner);
}

TensorFile parseSafetensors(std::span<const std::byte> bytes, const std::filesystem::path &name,
                            std::shared_ptr<const void> owner)
{
    if (!owner) {
        const auto copy = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
        return parseSafetensors(*copy, name, copy);
    }
    try {
        return read(bytes, name, std::move(owner));
    } catch (const BadFile &bad) {
        throw Error(ErrorKind::Format, "'" + displayPath(name) + "' is not a usable safetensors file: " + bad.why + ".",
                    name);
    }
}

std::vector<std::byte> encodeSafetensorsHeader(std::span<const TensorToWrite> tensors,
                                               const std::map<std::string, std::string> &metadata)
{
    // Written by hand rather than from a JSON tree, to keep the tensors in the order given.
    std::set<std::string_view> names{kMetadataKey};
    std::string json = "{";
    try {
        if (!metadata.empty())
            json += std::string("\"") + kMetadataKey + "\":" + nlohmann::json(metadata).dump() + ",";
        std::uint64_t offset = 0;
        for (const TensorToWrite &tensor : tensors) {
            if (!names.insert(tensor.name).second)
                throw Error(ErrorKind::Shape,
                            "Two tensors to be written have the name " + shownName(tensor.name) + ".");
            if (tensor.shape.size() > kMaxDimensions
                || shapeBytes(tensor.shape, dtypeSize(tensor.type)) != std::uint64_t(tensor.bytes.size()))
                throw Error(ErrorKind::Shape, "Tensor " + shownName(tensor.name) + " does not fit its shape.");
            json += nlohmann::json(tensor.name).dump() + ":{\"dtype\":\"" + dtypeName(tensor.type)
                    + "\",\"shape\":" + nlohmann::json(tensor.shape).dump() + ",\"data_offsets\":["
                    + std::to_string(offset) + "," + std::to_string(offset + tensor.bytes.size()) + "]},";
            offset += tensor.bytes.size();
        }
    } catch (const nlohmann::json::exception &) {
        throw Error(ErrorKind::Format, "A name or text to be written is not valid UTF-8.");
    }
    if (json.back() == ',')
        json.pop_back();
    json += '}';
    json.append((8 - json.size() % 8) % 8, ' ');
    const std::uint64_t size = json.size();
    if (size > kMaxHeader || tensors.size() > kMaxTensors || metadata.size() > kMaxMetadata)
        throw Error(ErrorKind::Format, "The file to be written would have a header larger than readers take.");

    std::vector<std::byte> bytes(sizeof(size) + json.size());
    std::memcpy(bytes.data(), &size, sizeof(size));
    std::memcpy(bytes.data() + sizeof(size), json.data(), json.size());
    return bytes;
}

void writeSafetensors(const std::filesystem::path &path, std::span<const TensorToWrite> tensors,
                      const std::map<std::string, std::string> &metadata)
{
    const std::vector<std::byte> header = encodeSafetensorsHeader(tensors, metadata);
    std::vector<std::span<const std::byte>> pieces{header};
    for (const TensorToWrite &tensor : tensors)
        pieces.push_back(tensor.bytes);
    writeFileAtomically(path, pieces);
}

}  // namespace dank
