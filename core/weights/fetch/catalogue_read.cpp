#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_reader.h"
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
        const JsonDocument document(text, kMaxDepth, [this](const std::string &why) { refuse(why); });
        const auto list = document.root().at("weights").list(kMaxEntries);
        if (list.empty())
            refuse("it lists no weights");
        std::vector<WeightsEntry> entries;
        std::set<std::string> ids, files;
        for (const JsonValue &item : list) {
            m_entry = "entry " + std::to_string(entries.size() + 1);
            WeightsEntry entry = readEntry(item);
            if (!ids.insert(entry.id).second)
                refuse("it has the id of another");
            if (!files.insert(entry.file).second)
                refuse("it has the file name of another");
            entries.push_back(std::move(entry));
        }
        return entries;
    }

private:
    [[noreturn]] void refuse(const std::string &reason) const
    {
        throw Error(ErrorKind::Format,
                    "The catalogue of weights '" + displayPath(m_path)
                        + "' cannot be used: " + (m_entry.empty() ? "" : m_entry + ": ") + reason
                        + ". Compare it with what 'dank weights list --json' prints.",
                    m_path);
    }

    WeightsEntry readEntry(const JsonValue &item)
    {
        WeightsEntry entry;
        entry.id = item.at("id").text();
        if (!isPlainFileName(entry.id) || entry.id.size() > 64)
            refuse("'id' is not letters, digits, '.', '_' and '-'");
        m_entry = "entry " + shownName(entry.id);
        entry.backbone = item.at("backbone").text();
        if (!isPlainFileName(entry.backbone) || entry.backbone.size() > 64)
            refuse("'backbone' is not letters, digits, '.', '_' and '-'");
        entry.file = item.at("file").text();
        if (!isPlainFileName(entry.file))
            refuse("'file' is not letters, digits, '.', '_' and '-'");
        entry.url = item.at("url").text();
        if (!isWebAddress(entry.url))
            refuse("'url' is no plain http or https address");
        entry.sha256 = item.at("sha256").text();
        std::transform(entry.sha256.begin(), entry.sha256.end(), entry.sha256.begin(),
                       [](char c) { return c >= 'A' && c <= 'F' ? char(c - 'A' + 'a') : c; });
        if (entry.sha256.size() < 8 || entry.sha256.size() > 64
            || !std::all_of(entry.sha256.begin(), entry.sha256.end(), isHexDigit))
            refuse("'sha256' is not 8 to 64 hex digits");
        entry.bytes = size(item, "bytes");
        entry.approximateBytes = size(item, "approximate_bytes");
        entry.title = text(item, "title");
        if (entry.title.empty())
            entry.title = entry.id;
        entry.licence = text(item, "licence");
        entry.source = text(item, "source");
        entry.note = text(item, "note");
        return entry;
    }

    static std::string text(const JsonValue &item, const char *key)
    {
        const auto found = item.find(key);
        return found ? printable(found->text(kMaxText)) : std::string();
    }

    static std::uint64_t size(const JsonValue &item, const char *key)
    {
        const auto found = item.find(key);
        return found ? found->whole<std::uint64_t>(0, kMaxWeightsBytes) : 0;
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
