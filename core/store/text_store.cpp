#include "core/store/text_store.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/store/sql.h"

namespace dank {
namespace {

std::string wordsToJson(const PictureText &text)
{
    nlohmann::json words = nlohmann::json::array();
    for (const TextWord &word : text.words)
        words.push_back({word.text, word.x, word.y, word.width, word.height, word.confidence});
    return words.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool isShare(double value)
{
    return std::isfinite(value) && value >= 0 && value <= 1;
}

/// Nothing for words that no reader of ours wrote.
std::optional<std::vector<TextWord>> wordsFromJson(const std::string &stored)
{
    const nlohmann::json json = nlohmann::json::parse(stored, nullptr, false);
    if (!json.is_array())
        return {};
    std::vector<TextWord> words;
    for (const nlohmann::json &entry : json) {
        if (!entry.is_array() || entry.size() != 6 || !entry[0].is_string() || !entry[5].is_number())
            return {};
        if (!std::all_of(entry.begin() + 1, entry.begin() + 5,
                         [](const auto &side) { return side.is_number_integer(); }))
            return {};
        TextWord word{entry[0].get<std::string>(), entry[1].get<int>(), entry[2].get<int>(),
                      entry[3].get<int>(),         entry[4].get<int>(), entry[5].get<double>()};
        if (!isShare(word.confidence))
            return {};
        words.push_back(std::move(word));
    }
    return words;
}

}  // namespace

void TextStore::put(const std::string &reader, std::span<const Entry> entries)
{
    if (entries.empty())
        return;
    sql::transaction(*m_database, [&] {
        SQLite::Statement forget(*m_database, "DELETE FROM texts WHERE image_hash = ? AND reader = ?");
        SQLite::Statement put(*m_database, "INSERT INTO texts(image_hash, reader, text, confidence, words)"
                                           " VALUES(?, ?, ?, ?, ?)");
        for (const auto &[hash, text] : entries) {
            sql::execute(forget, hash, reader);  // and a new row, whose number says that it is the latest
            sql::execute(put, hash, reader, text.text, text.confidence, wordsToJson(text));
        }
        sql::noteUse(*m_database, "texts", "");
    });
}

std::optional<PictureText> TextStore::get(const std::string &reader, const std::string &imageHash) const
{
    auto found = sql::first(
        *m_database,
        [](SQLite::Statement &row) -> std::optional<PictureText> {
            PictureText text{row.getColumn(0).getString(), row.getColumn(1).getDouble(), {}};
            auto words = wordsFromJson(row.getColumn(2).getString());
            if (!words || !isShare(text.confidence))
                return {};
            text.words = std::move(*words);
            return text;
        },
        "SELECT text, confidence, words FROM texts WHERE image_hash = ? AND reader = ?", imageHash, reader);
    if (found && !std::exchange(m_noted, true))
        sql::noteUse(*m_database, "texts", "");
    return found;
}

std::map<std::string, std::string> TextStore::texts(std::span<const std::string> imageHashes) const
{
    auto found = sql::guarded(*m_database, "read from", [&] {
        std::map<std::string, std::string> texts;
        SQLite::Statement latest(*m_database, "SELECT text FROM texts WHERE image_hash = ? ORDER BY row DESC LIMIT 1");
        for (const std::string &hash : imageHashes) {
            latest.bind(1, hash);
            if (latest.executeStep())
                texts[hash] = latest.getColumn(0).getString();
            latest.reset();
        }
        return texts;
    });
    if (!found.empty() && !std::exchange(m_noted, true))
        sql::noteUse(*m_database, "texts", "");
    return found;
}

std::int64_t TextStore::latest() const
{
    return sql::first(*m_database, sql::integer, "SELECT max(row) FROM texts").value_or(0);
}

}  // namespace dank
