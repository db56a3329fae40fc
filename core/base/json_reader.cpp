#include "core/base/json_reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

namespace {

constexpr std::size_t kMostWhy = 300;

using Json = nlohmann::json;

const Json &jsonOf(const void *value)
{
    return *static_cast<const Json *>(value);
}

template <typename Whole>
std::string range(Whole least, Whole most)
{
    return " is not a whole number of " + std::to_string(least) + " to " + std::to_string(most);
}

/// Takes the parser's events and builds the tree, checking as it goes, so that a hostile document never becomes one.
/// The parser's own would silently keep the last of two equal names, and its callbacks take time with the square of a
/// list.
class Builder {
public:
    Builder(Json &root, int mostDepth, std::size_t mostValues, const JsonDocument::Refuse &refuse)
        : m_root(root), m_mostDepth(static_cast<std::size_t>(mostDepth)), m_mostValues(mostValues), m_refuse(refuse)
    {
    }

    bool null() { return add(nullptr); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(std::int64_t value) { return add(value); }
    bool number_unsigned(std::uint64_t value) { return add(value); }
    bool number_float(double value, const std::string &) { return add(value); }
    bool string(std::string &value) { return add(std::move(value)); }
    bool binary(Json::binary_t &) { return false; }
    bool start_object(std::size_t) { return open(Json::object()); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string &name)
    {
        m_key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t, const std::string &, const Json::exception &error)
    {
        // The parser quotes what it read last, however long that is.
        const std::string why = printable(error.what());
        m_refuse("it is not valid JSON (" + (why.size() > kMostWhy ? sanitizeUtf8(why.substr(0, kMostWhy)) + "…" : why)
                 + ")");
        return false;
    }

private:
    bool add(Json value)
    {
        count(1);
        put(std::move(value));
        return true;
    }

    bool open(Json container)
    {
        if (m_open.size() >= m_mostDepth)
            m_refuse("it is nested too deeply");
        count(2);  // an empty one takes more room than a number
        m_open.push_back(put(std::move(container)));
        return true;
    }

    bool close()
    {
        m_open.pop_back();
        return true;
    }

    void count(std::size_t values)
    {
        m_values += values;
        if (m_values > m_mostValues)
            m_refuse("it holds too many values");
    }

    /// Where it is; that holds as long as what it is put into gets nothing more.
    Json *put(Json value)
    {
        if (m_open.empty()) {
            m_root = std::move(value);
            return &m_root;
        }
        Json &parent = *m_open.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        const auto [place, isNew] = parent.get_ref<Json::object_t &>().emplace(m_key, std::move(value));
        if (!isNew)
            m_refuse("it has '" + printable(m_key.substr(0, 80)) + "' twice in one object");
        return &place->second;
    }

    Json &m_root;
    const std::size_t m_mostDepth, m_mostValues;
    const JsonDocument::Refuse &m_refuse;
    std::vector<Json *> m_open;
    std::string m_key;
    std::size_t m_values = 0;
};

}  // namespace

JsonDocument::JsonDocument(std::string_view text, int mostDepth, Refuse refuse, std::size_t mostValues)
    : m_refuse(std::move(refuse))
{
    auto root = std::make_unique<Json>();
    Builder builder(*root, mostDepth, mostValues, m_refuse);
    if (text.find('\0') != std::string_view::npos)  // which the parser takes for the end
        m_refuse("it is not valid JSON: it holds a NUL byte");
    Json::sax_parse(text, &builder);
    m_root.reset(root.release());
}

JsonDocument::~JsonDocument() = default;

void JsonDocument::Deleter::operator()(const void *root) const
{
    delete static_cast<const Json *>(root);
}

void JsonValue::refuse(const std::string &why) const
{
    m_document->m_refuse(why);
    throw Error(ErrorKind::Format, why);
}

void JsonValue::refuseIt(const std::string &why) const
{
    refuse((m_name.empty() ? "it" : "'" + std::string(m_name) + "'") + why);
}

JsonValue JsonValue::at(const char *key) const
{
    const auto found = find(key);
    if (!found)
        refuse(std::string("'") + key + "' is missing");
    return *found;
}

std::optional<JsonValue> JsonValue::find(const char *key) const
{
    const Json &object = jsonOf(m_value);
    if (!object.is_object())
        refuseIt(" is no object");
    const auto found = object.find(key);
    return found == object.end() ? std::nullopt : std::optional(JsonValue(m_document, &*found, key));
}

std::optional<JsonValue> JsonValue::defined(const char *key) const
{
    const auto found = find(key);
    return found && !found->isNull() ? found : std::nullopt;
}

bool JsonValue::isNull() const
{
    return jsonOf(m_value).is_null();
}

std::vector<std::string> JsonValue::keys() const
{
    if (!jsonOf(m_value).is_object())
        refuseIt(" is no object");
    std::vector<std::string> names;
    for (const auto &[name, value] : jsonOf(m_value).items())
        names.push_back(name);
    return names;
}

std::vector<JsonValue> JsonValue::list(std::size_t most) const
{
    const Json &list = jsonOf(m_value);
    if (!list.is_array() || list.size() > most)
        refuseIt(" is not a list" + (most == kAny ? "" : " of at most " + std::to_string(most)));
    std::vector<JsonValue> items;
    items.reserve(list.size());
    for (const Json &item : list)
        items.push_back(JsonValue(m_document, &item, m_name));
    return items;
}

std::vector<JsonValue> JsonValue::tuple(std::size_t count) const
{
    if (!jsonOf(m_value).is_array() || jsonOf(m_value).size() != count)
        refuseIt(" is not a list of " + std::to_string(count) + " values");
    return list();
}

std::string JsonValue::text(std::size_t most) const
{
    if (!jsonOf(m_value).is_string())
        refuseIt(" is no text");
    const auto &text = jsonOf(m_value).get_ref<const std::string &>();
    if (text.size() > most)
        refuseIt(" is longer than " + std::to_string(most) + " bytes");
    return text;
}

std::string JsonValue::plainText(std::size_t most) const
{
    std::string plain = text(most);
    if (std::any_of(plain.begin(), plain.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        refuseIt(" holds control characters");
    return plain;
}

bool JsonValue::flag() const
{
    if (!jsonOf(m_value).is_boolean())
        refuseIt(" is neither true nor false");
    return jsonOf(m_value).get<bool>();
}

double JsonValue::finite(double least, double most) const
{
    if (!jsonOf(m_value).is_number() || !std::isfinite(jsonOf(m_value).get<double>()))
        refuseIt(" is no finite number");
    const double value = jsonOf(m_value).get<double>();
    if (!(value >= least && value <= most))
        refuseIt(" is out of range");
    return value;
}

std::int64_t JsonValue::signedWhole(std::int64_t least, std::int64_t most) const
{
    const Json &value = jsonOf(m_value);
    // Unsigned values beyond int64 would wrap.
    const bool fits = value.is_number_unsigned() ? std::in_range<std::int64_t>(value.get<std::uint64_t>())
                                                 : value.is_number_integer();
    if (!fits || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most)
        refuseIt(range(least, most));
    return value.get<std::int64_t>();
}

std::uint64_t JsonValue::unsignedWhole(std::uint64_t least, std::uint64_t most) const
{
    const Json &value = jsonOf(m_value);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least || value.get<std::uint64_t>() > most)
        refuseIt(range(least, most));
    return value.get<std::uint64_t>();
}

std::vector<double> JsonValue::finites(std::size_t most) const
{
    std::vector<double> numbers;
    for (const JsonValue &item : list(most))
        numbers.push_back(item.finite());
    return numbers;
}

std::vector<std::string> JsonValue::texts(std::size_t most, std::size_t mostBytes) const
{
    std::vector<std::string> texts;
    for (const JsonValue &item : list(most))
        texts.push_back(item.text(mostBytes));
    return texts;
}

std::string JsonValue::dump() const
{
    return jsonOf(m_value).dump();
}

}  // namespace dank
