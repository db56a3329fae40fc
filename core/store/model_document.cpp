#include "core/store/model_document.h"

#include <algorithm>

#include "core/base/error.h"

namespace dank {

namespace {

constexpr std::size_t kMaxText = 16u << 10;            // a path or a name
constexpr std::size_t kMaxDocumentValues = 4'000'000;  // epochs and row ids, with room
constexpr int kMaxDepth = 8;

bool isControl(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

}  // namespace

void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, why);
}

std::string plain(std::string text)
{
    std::replace_if(text.begin(), text.end(), isControl, ' ');
    return text;
}

void checkDocumentSize(const std::string &text)
{
    std::size_t values = 1;
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                quoted = false;
            continue;
        }
        quoted = c == '"';
        values += c == ',' || c == '[' || c == '{' || c == ':';
        depth += (c == '[' || c == '{') - (c == ']' || c == '}');
        if (depth > kMaxDepth)
            refuse("its description is nested too deeply");
    }
    if (values > kMaxDocumentValues)
        refuse("its description is too long");
}

const json &member(const json &document, const char *key)
{
    const auto found = document.find(key);
    if (found == document.end())
        refuse(std::string("its description lacks '") + key + "'");
    return *found;
}

void refuseKind(const char *key)
{
    refuse(std::string("'") + key + "' in its description is of the wrong kind");
}

std::string text(const json &document, const char *key)
{
    const json &value = member(document, key);
    if (!value.is_string())
        refuseKind(key);
    const auto &string = value.get_ref<const std::string &>();
    if (string.size() > kMaxText)
        refuse(std::string("'") + key + "' in its description is too long");
    return string;
}

std::string plainText(const json &document, const char *key)
{
    std::string value = text(document, key);
    if (std::any_of(value.begin(), value.end(), isControl))
        refuse(std::string("'") + key + "' in its description holds control characters");
    return value;
}

std::int64_t whole(const json &value, const char *key, std::int64_t low, std::int64_t high)
{
    if (!value.is_number_integer())
        refuseKind(key);
    // Unsigned values beyond int64 would wrap.
    const bool beyond = value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t(INT64_MAX);
    if (beyond || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high)
        refuse(std::string("'") + key + "' in its description is out of range");
    return value.get<std::int64_t>();
}

double number(const json &value, const char *key)
{
    if (!value.is_number())
        refuseKind(key);
    return value.get<double>();
}

std::vector<MemeId> ids(const json &document, const char *key)
{
    const json &list = member(document, key);
    if (!list.is_array())
        refuseKind(key);
    std::vector<MemeId> result;
    result.reserve(list.size());
    for (const json &id : list) {
        if (!id.is_string() || id.get_ref<const std::string &>().size() > kMaxText)
            refuseKind(key);
        result.push_back(id.get<std::string>());
    }
    return result;
}

}  // namespace dank
