#include "core/weights/tensorflow/tfjs_model.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "core/backbone/weights_entry.h"
#include "core/base/json_reader.h"
#include "core/weights/readers.h"

namespace dank {

namespace {

constexpr std::size_t kMaxGroups = 10'000, kMaxShards = 10'000;
constexpr std::size_t kMaxText = 1'000;
constexpr int kMaxDepth = 100;  // a model inside a model inside a model
constexpr std::size_t kMaxValues = 5'000'000;

/// A tensor as it lies in the shards.
struct Stored {
    std::string name;
    std::vector<std::int64_t> shape;
    std::uint64_t elements = 0, bytes = 0;
    std::string type;  ///< of an element as it lies
    double scale = 1, least = 0;
    bool isFloat = false;  ///< what it stands for
};

std::size_t sizeOf(const JsonValue &value, const std::string &type)
{
    if (type == "float32" || type == "int32")
        return 4;
    if (type == "float16" || type == "uint16")
        return 2;
    if (type == "uint8" || type == "bool")
        return 1;
    value.refuse("the weight type " + shownName(type) + " is none of float32, float16, uint8, uint16, int32 and bool");
}

Stored readEntry(const JsonValue &entry)
{
    Stored stored;
    stored.name = entry.at("name").text(kMaxText);
    stored.type = entry.at("dtype").text(kMaxText);
    stored.isFloat = stored.type == "float32" || stored.type == "float16";
    for (const JsonValue &side : entry.at("shape").list(kMaxDimensions))
        stored.shape.push_back(side.whole<std::int64_t>(0, kMaxDimension));
    if (const auto quantised = entry.defined("quantization")) {
        stored.type = quantised->at("dtype").text(kMaxText);
        if (stored.type == "uint8" || stored.type == "uint16") {
            stored.scale = quantised->at("scale").finite();
            stored.least = quantised->at("min").finite();
        } else if (stored.type != "float16") {
            entry.refuse("weights of type " + shownName(stored.type) + " are not what TensorFlow.js makes smaller");
        }
    } else if (stored.type == "uint8" || stored.type == "uint16") {
        entry.refuse("the weight " + shownName(stored.name) + " is of whole numbers without a scale");
    }
    const std::size_t size = sizeOf(entry, stored.type);
    const std::optional<std::uint64_t> bytes = shapeBytes(stored.shape, size);
    if (!bytes || *bytes > kMaxWeightsBytes)
        entry.refuse("the weight " + shownName(stored.name) + " is too large");
    stored.bytes = *bytes;
    stored.elements = stored.bytes / size;
    return stored;
}

/// Nothing absolute, nothing upwards, nothing that another system could read so.
bool staysInside(const std::string &name)
{
    if (name.find_first_of("\\:") != std::string::npos
        || std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return false;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find('/', at), name.size());
        const std::string_view part = std::string_view(name).substr(at, end - at);
        if (part.empty() || part == "." || part == "..")
            return false;
        at = end + 1;
    }
    return true;
}

/// Shards as one run of bytes.
class Run {
public:
    explicit Run(std::vector<std::span<const std::byte>> shards) : m_shards(std::move(shards)) {}

    /// The next bytes; where they lie in two shards, copied together.
    std::span<const std::byte> next(std::size_t bytes)
    {
        while (m_shard < m_shards.size() && m_at == m_shards[m_shard].size())
            advance();
        if (bytes == 0)
            return {};
        if (bytes <= m_shards[m_shard].size() - m_at) {
            const auto result = m_shards[m_shard].subspan(m_at, bytes);
            m_at += bytes;
            return result;
        }
        m_together.resize(bytes);
        for (std::size_t done = 0; done < bytes;) {
            const std::size_t some = std::min(bytes - done, m_shards[m_shard].size() - m_at);
            if (some > 0)
                std::memcpy(m_together.data() + done, m_shards[m_shard].data() + m_at, some);
            done += some;
            m_at += some;
            if (m_at == m_shards[m_shard].size() && done < bytes)
                advance();
        }
        return m_together;
    }

private:
    void advance()
    {
        ++m_shard;
        m_at = 0;
    }

    std::vector<std::span<const std::byte>> m_shards;
    std::size_t m_shard = 0, m_at = 0;
    std::vector<std::byte> m_together;
};

template <typename Whole>
void scaled(std::span<const std::byte> bytes, const Stored &stored, std::vector<float> &out)
{
    for (std::size_t i = 0; i < out.size(); ++i) {
        Whole value;
        std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
        out[i] = static_cast<float>(value * stored.scale + stored.least);
    }
}

std::vector<float> decode(std::span<const std::byte> bytes, const Stored &stored)
{
    if (stored.type == "float32" || stored.type == "float16")
        return TensorView{stored.type == "float32" ? DType::F32 : DType::F16, stored.shape, bytes}.toFloat();
    std::vector<float> values(static_cast<std::size_t>(stored.elements));
    stored.type == "uint8" ? scaled<std::uint8_t>(bytes, stored, values) : scaled<std::uint16_t>(bytes, stored, values);
    return values;
}

}  // namespace

bool looksLikeTfjsModel(std::string_view text)
{
    return text.find("\"weightsManifest\"") != std::string_view::npos;
}

KerasContents readTfjsModel(std::string_view json, const ShardReader &shard)
{
    const JsonDocument document(
        json, kMaxDepth, [](const std::string &why) { refuse(why); }, kMaxValues);
    const JsonValue root = document.root();
    if (const auto format = root.defined("format"))
        if (const std::string name = format->text(kMaxText); name != "layers-model")
            refuse("it is a " + shownName(name)
                   + " of TensorFlow.js, which names its weights by operators; a layers model is needed: convert the "
                     "network with --output_format=tfjs_layers_model");

    // All that is announced is held against all that is there before a byte is decoded.
    struct Group {
        std::vector<Stored> tensors;
        std::vector<std::string> paths;
    };
    std::vector<Group> groups;
    std::set<std::string> seen;
    std::size_t count = 0;
    for (const JsonValue &item : root.at("weightsManifest").list(kMaxGroups)) {
        Group &group = groups.emplace_back();
        for (const JsonValue &entry : item.at("weights").list(kMaxTensors - count))
            group.tensors.push_back(readEntry(entry));
        count += group.tensors.size();
        group.paths = item.at("paths").texts(kMaxShards - seen.size(), kMaxText);
        for (const std::string &path : group.paths) {
            if (!staysInside(path))
                refuse("it names a file " + shownName(path)
                       + " that does not lie in its folder; its shards are taken from nowhere else");
            if (!seen.insert(path).second)
                refuse("it names the file " + shownName(path) + " twice");
        }
    }
    KerasContents contents;
    for (const Group &group : groups) {
        std::uint64_t announced = 0, there = 0;
        for (const Stored &tensor : group.tensors)
            announced += tensor.bytes;  // of so few tensors, each within bounds, the sum is one too
        std::vector<std::span<const std::byte>> shards;
        for (const std::string &path : group.paths) {
            shards.push_back(shard(path));
            there += shards.back().size();
        }
        if (announced != there) {
            const std::size_t files = group.paths.size();
            refuse("its weights take " + std::to_string(announced) + " bytes, and "
                   + (files == 1 ? shownName(group.paths.front()) + " holds "
                                 : "its " + std::to_string(files) + " files hold ")
                   + std::to_string(there) + ": a file is cut off or of another model; fetch them again");
        }
        Run run(std::move(shards));
        for (const Stored &tensor : group.tensors) {
            const std::span<const std::byte> bytes = run.next(static_cast<std::size_t>(tensor.bytes));
            if (!tensor.isFloat)
                continue;
            contents.numbers.push_back(decode(bytes, tensor));
            contents.layers.add(tensor.name,
                                {DType::F32, tensor.shape, std::as_bytes(std::span(contents.numbers.back()))});
        }
    }
    return contents;
}

}  // namespace dank
