#include "core/store/tables.h"

#include <cctype>
#include <iterator>
#include <string>

namespace dank {
namespace {

/// A feature vector is 8 KB: it lives in a table with row numbers and a separate index, since a key beside such
/// large rows would make every search read through them. Thumbnails do for the same reason.
constexpr StoredObject kObjects[] = {
    {1, "table", "backbones", "backbones", R"sql(CREATE TABLE backbones(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE))sql"},
    {1, "table", "features", "features", R"sql(CREATE TABLE features(
    row INTEGER PRIMARY KEY,
    backbone INTEGER NOT NULL REFERENCES backbones(id),
    image_hash TEXT NOT NULL,
    vector BLOB NOT NULL)               -- float32, little-endian
)sql"},
    {1, "index", "features_key", "features", "CREATE UNIQUE INDEX features_key ON features(backbone, image_hash)"},
    {1, "table", "facts", "facts", R"sql(CREATE TABLE facts(
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL) WITHOUT ROWID)sql"},
    {1, "table", "runs", "runs", R"sql(CREATE TABLE runs(
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL,
    created TEXT NOT NULL,              -- ISO 8601, UTC
    dataset TEXT NOT NULL,
    dataset_hash TEXT NOT NULL,
    backbone TEXT NOT NULL,
    weights_file TEXT NOT NULL,
    config TEXT NOT NULL,               -- JSON
    model TEXT NOT NULL,
    note TEXT NOT NULL,
    error TEXT NOT NULL,
    mean_predictor_loss REAL,
    request TEXT NOT NULL,              -- JSON
    train_ids TEXT NOT NULL,            -- JSON; the long columns last, so that lists need not read them
    validation_ids TEXT NOT NULL,
    test_ids TEXT NOT NULL))sql"},
    {1, "table", "epochs", "epochs", R"sql(CREATE TABLE epochs(
    run INTEGER NOT NULL REFERENCES runs(run) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    train_loss REAL,                    -- NULL: not a number
    validation_loss REAL,
    seconds REAL,
    PRIMARY KEY(run, epoch)) WITHOUT ROWID)sql"},
    {1, "table", "exclusions", "exclusions", R"sql(CREATE TABLE exclusions(
    dataset TEXT NOT NULL,
    meme TEXT NOT NULL,
    PRIMARY KEY(dataset, meme)) WITHOUT ROWID)sql"},
    {1, "table", "recents", "recents", R"sql(CREATE TABLE recents(
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    used INTEGER NOT NULL,              -- greater is later
    PRIMARY KEY(kind, path)) WITHOUT ROWID)sql"},
    // Tables of their own, so that the list of runs need not read past each run's long columns.
    {2, "table", "run_marks", "run_marks", R"sql(CREATE TABLE run_marks(
    run INTEGER PRIMARY KEY REFERENCES runs(run) ON DELETE CASCADE,
    locked INTEGER NOT NULL DEFAULT 0,
    trashed TEXT NOT NULL DEFAULT '')   -- ISO 8601, UTC; empty: not in the trash
)sql"},
    {2, "table", "evaluations", "evaluations", R"sql(CREATE TABLE evaluations(
    run INTEGER PRIMARY KEY REFERENCES runs(run) ON DELETE CASCADE,
    verdict TEXT NOT NULL,
    spearman REAL,                      -- NULL: undefined
    spearman_within REAL,
    r2 REAL,
    mae REAL NOT NULL,
    evaluation TEXT NOT NULL,           -- JSON, whole
    cross_validation TEXT)              -- the same; NULL: there is none
)sql"},
    {3, "table", "thumbnails", "thumbnails", R"sql(CREATE TABLE thumbnails(
    row INTEGER PRIMARY KEY,
    image_hash TEXT NOT NULL,
    side INTEGER NOT NULL,              -- the longest that was asked for, pixels
    encoded BLOB NOT NULL)              -- JPEG or PNG
)sql"},
    {3, "index", "thumbnails_key", "thumbnails", "CREATE UNIQUE INDEX thumbnails_key ON thumbnails(image_hash, side)"},
    // When a thing was used last was not kept before, but a run's features were used on the day that it began.
    {3, "table", "last_used", "last_used", R"sql(CREATE TABLE last_used(
    kind TEXT NOT NULL,                 -- features, thumbnails
    name TEXT NOT NULL,                 -- of features the backbone's
    day TEXT NOT NULL,                  -- ISO 8601, UTC
    PRIMARY KEY(kind, name)) WITHOUT ROWID)sql",
     "INSERT INTO last_used SELECT 'features', backbone, max(substr(created, 1, 10)) FROM runs GROUP BY backbone"},
    {4, "table", "texts", "texts", R"sql(CREATE TABLE texts(
    row INTEGER PRIMARY KEY AUTOINCREMENT,  -- greater is later
    image_hash TEXT NOT NULL,
    reader TEXT NOT NULL,
    text TEXT NOT NULL,
    confidence REAL NOT NULL,           -- 0..1
    words TEXT NOT NULL)                -- JSON, [[text, x, y, width, height, confidence], …]
)sql"},
    {4, "index", "texts_key", "texts", "CREATE UNIQUE INDEX texts_key ON texts(image_hash, reader)"},
};

bool isWordByte(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

/// Where the quoted text, comment or single byte that begins at `at` ends.
std::size_t endOfPart(std::string_view sql, std::size_t at)
{
    const auto past = [&](std::string_view end, std::size_t from) {
        const std::size_t found = sql.find(end, from);
        return found == sql.npos ? sql.size() : found + end.size();
    };
    const char c = sql[at];
    if (c == '\'' || c == '"' || c == '`')
        return past({&c, 1}, at + 1);
    if (c == '[')
        return past("]", at + 1);
    if (sql.substr(at).starts_with("--"))
        return past("\n", at + 2);
    if (sql.substr(at).starts_with("/*"))
        return past("*/", at + 2);
    return at + 1;
}

/// Without comments, and without blanks but for one between words.
std::string plain(std::string_view sql)
{
    std::string text;
    bool gap = false;
    for (std::size_t at = 0; at < sql.size();) {
        const std::string_view part = sql.substr(at, endOfPart(sql, at) - at);
        at += part.size();
        if (part.starts_with("--") || part.starts_with("/*")
            || (part.size() == 1 && std::string_view(" \t\n\f\r").find(part[0]) != std::string_view::npos)) {
            gap = true;
            continue;
        }
        if (gap && !text.empty() && isWordByte(text.back()) && isWordByte(part[0]))
            text += ' ';
        gap = false;
        text += part;
    }
    return text;
}

}  // namespace

std::span<const StoredObject> storedObjects()
{
    return kObjects;
}

int libraryVersion()
{
    return std::end(kObjects)[-1].since;
}

bool isSameStatement(std::string_view a, std::string_view b)
{
    return a == b || plain(a) == plain(b);
}

}  // namespace dank
