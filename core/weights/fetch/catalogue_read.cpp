#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/weights/fetch/catalogue.h"
#include "core/weights/fetch/catalogue_format.h"
#include "core/weights/safetensors_format.h"

namespace dank {
namespace {

constexpr std::size_t kMaxEntries = 1000;
constexpr std::size_t kMaxText = 1000;
constexpr int kMaxDepth = 8;

bool isLetterOrDigit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool isHexDigit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

class CatalogueReader {
public:
    explicit CatalogueReader(const std::filesystem::path &path) : m_path(path) {}

    std::vector<WeightsEntry> read(std::string_view text)
    {
        const nlohmann::json document = parse(text);
        if (!document.is_object() || !document.contains("weights") || !document["weights"].is_array())
            refuse("it is no object with a list \"weights\"");
        const nlohmann::json &list = document["weights"];
        if (list.empty() || list.size() > kMaxEntries)
            refuse(list.empty() ? "it lists no weights" : "it lists more than 1,000 files");
        std::vector<WeightsEntry> entries;
        std::set<std::string> ids, files;
        for (const nlohmann::json &item : list) {
            m_entry = "entry " + std::to_string(entries.size() + 1);
            WeightsEntry entry = readEntry(item);
            if (!ids.insert(entry.id).second)
                refuse(m_entry + " has the id of another");
            if (!files.insert(entry.file).second)
                refuse(m_entry + " has the file name of another");
            entries.push_back(std::move(entry));
        }
        return entries;
    }

private:
    [[noreturn]] void refuse(const std::string &reason) const
    {
        throw Error(ErrorKind::Format,
                    "The catalogue of weights '" + displayPath(m_path) + "' cannot be used: " + reason
                        + ". Compare it with what 'dank weights list --json' prints.",
                    m_path);
    }

    nlohmann::json parse(std::string_view text) const
    {
        // The parser alone would silently keep the last of two equal keys.
        std::vector<std::set<std::string>> keys;
        const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json &value) {
            using Event = nlohmann::json::parse_event_t;
            if (depth > kMaxDepth)
                refuse("it is nested too deeply");
            if (event == Event::object_start)
                keys.emplace_back();
            else if (event == Event::object_end)
                keys.pop_back();
            else if (event == Event::key && !keys.back().insert(value.get<std::string>()).second)
                refuse("the key " + shownName(value.get<std::string>()) + " is there twice in one object");
            return true;
        };
        try {
            return nlohmann::json::parse(text, watch);
        } catch (const nlohmann::json::exception &) {
            refuse("it is not valid JSON");
        }
    }

    WeightsEntry readEntry(const nlohmann::json &item)
    {
        if (!item.is_object())
            refuse(m_entry + " is no object");
        WeightsEntry entry;
        entry.id = text(item, "id", true);
        if (!isPlainFileName(entry.id) || entry.id.size() > 64)
            refuse(m_entry + " has an id that is not letters, digits, '.', '_' and '-'");
        m_entry = "entry " + shownName(entry.id);
        entry.backbone = text(item, "backbone", true);
        if (!isPlainFileName(entry.backbone) || entry.backbone.size() > 64)
            refuse(m_entry + " has a backbone that is not letters, digits, '.', '_' and '-'");
        entry.file = text(item, "file", true);
        if (!isPlainFileName(entry.file))
            refuse(m_entry + " has a file name that is not letters, digits, '.', '_' and '-'");
        entry.url = text(item, "url", true);
        if (!isWebAddress(entry.url))
            refuse(m_entry + " has a url that is no plain http or https address");
        entry.sha256 = text(item, "sha256", true);
        std::transform(entry.sha256.begin(), entry.sha256.end(), entry.sha256.begin(),
                       [](char c) { return c >= 'A' && c <= 'F' ? char(c - 'A' + 'a') : c; });
        if (entry.sha256.size() < 8 || entry.sha256.size() > 64
            || !std::all_of(entry.sha256.begin(), entry.sha256.end(), isHexDigit))
            refuse(m_entry + " has a sha256 that is not 8 to 64 hex digits");
        entry.bytes = size(item, "bytes");
        entry.approximateBytes = size(item, "approximate_bytes");
        entry.title = text(item, "title", false);
        if (entry.title.empty())
            entry.title = entry.id;
        entry.licence = text(item, "licence", false);
        entry.source = text(item, "source", false);
        entry.note = text(item, "note", false);
        return entry;
    }

    std::string text(const nlohmann::json &item, const char *key, bool required) const
    {
        const auto found = item.find(key);
        if (found == item.end()) {
            if (required)
                refuse(m_entry + " lacks its " + key);
            return {};
        }
        if (!found->is_string())
            refuse(m_entry + " has a " + key + " that is no text");
        const std::string value = found->get<std::string>();
        if (value.size() > kMaxText)
            refuse(m_entry + " has a " + key + " longer than 1,000 bytes");
        return printable(value);
    }

    std::uint64_t size(const nlohmann::json &item, const char *key) const
    {
        const auto found = item.find(key);
        if (found == item.end())
            return 0;
        if (!found->is_number_unsigned() || found->get<std::uint64_t>() > kMaxWeightsBytes)
            refuse(m_entry + " has a " + key + " that is no size of a file of at most 16 GiB");
        return found->get<std::uint64_t>();
    }

    const std::filesystem::path &m_path;
    std::string m_entry;
};

}  // namespace

bool isWebAddress(std::string_view address)
{
    const std::size_t scheme = address.starts_with("https://") ? 8 : address.starts_with("http://") ? 7 : 0;
    if (scheme == 0 || address.size() > 2000)
        return false;
    const std::string_view rest = address.substr(scheme);
    if (rest.empty() || rest.front() == '/' || rest.front() == ':')
        return false;
    return std::all_of(rest.begin(), rest.end(), [](char c) {
        return c > 0x20 && c < 0x7f && std::string_view("@?#\\\"<>^`{|}").find(c) == std::string_view::npos;
    });
}

bool isPlainFileName(std::string_view name)
{
    return !name.empty() && name.size() <= 200 && name.front() != '.' && name.front() != '-'
           && std::all_of(name.begin(), name.end(),
                          [](char c) { return isLetterOrDigit(c) || c == '.' || c == '_' || c == '-'; });
}

std::vector<WeightsEntry> parseWeightsCatalogue(std::string_view json, const std::filesystem::path &path)
{
    return CatalogueReader(path).read(json);
}

}  // namespace dank
