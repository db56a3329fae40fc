#include "core/store/merge/merge_libraries.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <span>

#include "core/backbone/backbone_id.h"
#include "core/backbone/feature_tolerance.h"
#include "core/base/file.h"
#include "core/store/library.h"
#include "core/store/merge/merge_source.h"
#include "core/store/sql.h"

namespace dank {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kPiece = 256;           // rows of one transaction: some megabytes
constexpr std::size_t kMostColumns = 1 << 18;  // of a vector
constexpr std::size_t kMostText = 1 << 20;     // bytes of a text, a fact or the words of a picture
constexpr std::size_t kEvery = 1000;           // of the vectors one is a sample
constexpr const char *kPictureFacts = "picture/";

/// Facts that hold on another machine too. Others are this machine's alone (speeds, names of weights files) or the
/// user's own consent (that a program may run).
constexpr const char *kMergedFacts[] = {kPictureFacts, "precision/"};

std::string past(std::string prefix)
{
    ++prefix.back();
    return prefix;
}

bool isPictureHash(const std::string &text)
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

struct Vector {
    std::int64_t row = 0, backbone = 0;
    std::string imageHash;
    std::vector<float> values;
};

/// Joins one library after another into one.
class Merge {
public:
    Merge(SQLite::Database &target, std::span<const MergeSource> sources, const JobContext &job)
        : m_target(target), m_job(job)
    {
        for (const MergeSource &source : sources)
            for (const char *rows :
                 {"count(row) FROM features", "count(key) FROM facts"})  // not (*): it can be stopped
                m_total += static_cast<std::size_t>(
                    sql::first(*source.database, sql::integer, std::string("SELECT ") + rows).value_or(0));
    }

    /// All their ids are known from then on, so that a call after a kill finds none of them foreign.
    void nameBackbones(std::span<const MergeSource> sources)
    {
        sql::transaction(m_target, [&] {
            for (const MergeSource &source : sources)
                for (const auto &[id, name] : source.backbones)
                    sql::change(m_target, "INSERT OR IGNORE INTO backbones(name) VALUES(?)", name);
        });
    }

    void join(const MergeSource &source)
    {
        // What goes wrong with the target is translated where it does.
        sql::guarded(*source.database, "read from", [&] {
            joinFeatures(source);
            for (const char *prefix : kMergedFacts)
                joinFacts(source, prefix);
            joinTexts(source);
        });
    }

    MergeReport takeReport() { return std::move(m_report); }

private:
    /// Where vectors of one of a source's ids go.
    struct Place {
        std::int64_t id = 0;       ///< in the target
        std::size_t columns = 0;   ///< 0: any, so far
        std::size_t backbone = 0;  ///< in m_report.backbones; of looks none
        bool isLook = false;
        std::size_t seen = 0;
    };

    Place placeOf(const std::string &name)
    {
        Place place;
        place.id = sql::first(m_target, sql::integer, "SELECT id FROM backbones WHERE name = ?", name).value();
        place.columns = static_cast<std::size_t>(
                            sql::first(m_target, sql::integer,
                                       "SELECT length(vector) FROM features WHERE backbone = ? LIMIT 1", place.id)
                                .value_or(0))
                        / sizeof(float);
        place.isLook = !BackboneId::tryParse(name);
        if (place.isLook)
            return place;
        auto &all = m_report.backbones;
        auto at = std::find_if(all.begin(), all.end(), [&](const MergedBackbone &one) { return one.id == name; });
        if (at == all.end())
            at = all.insert(all.end(), MergedBackbone{name, 0, 0, 0, 0, {}});
        place.backbone = static_cast<std::size_t>(at - all.begin());
        return place;
    }

    void joinFeatures(const MergeSource &source)
    {
        std::map<std::int64_t, Place> places;
        for (const auto &[id, name] : source.backbones)
            places.emplace(id, placeOf(name));
        // In the order of the rows, whatever they are of: as they lie in the file.
        SQLite::Statement read(
            *source.database,
            "SELECT row, backbone, image_hash, vector FROM features WHERE row > ? ORDER BY row LIMIT ?");
        SQLite::Statement put(m_target, "INSERT INTO features(backbone, image_hash, vector) VALUES(?, ?, ?)"
                                        " ON CONFLICT(backbone, image_hash) DO NOTHING");
        SQLite::Statement get(m_target, "SELECT vector FROM features WHERE backbone = ? AND image_hash = ?");
        for (std::int64_t after = std::numeric_limits<std::int64_t>::min();;) {
            const std::vector<Vector> piece = readPiece(source, read, after);
            if (piece.empty())
                break;
            sql::transaction(m_target, [&] {
                for (const Vector &vector : piece) {
                    // Of an id that was written after the library was opened: another call's.
                    if (const auto place = places.find(vector.backbone); place != places.end())
                        store(source, vector, place->second, put, get);
                }
            });
            after = piece.back().row;
            step(piece.size());
        }
        for (const auto &[id, place] : places)
            if (place.seen > 0 && !place.isLook)
                sql::noteUse(m_target, "features", m_report.backbones[place.backbone].id);
    }

    std::vector<Vector> readPiece(const MergeSource &source, SQLite::Statement &read, std::int64_t after) const
    {
        return sql::guarded(*source.database, "read from", [&] {
            std::vector<Vector> piece;
            sql::bind(read, after, kPiece);
            while (read.executeStep()) {
                Vector vector{
                    read.getColumn(0).getInt64(), read.getColumn(1).getInt64(), read.getColumn(2).getString(), {}};
                const SQLite::Column blob = read.getColumn(3);
                const auto bytes = static_cast<std::size_t>(blob.getBytes());
                if (!isPictureHash(vector.imageHash) || !blob.isBlob() || bytes == 0 || bytes % sizeof(float) != 0
                    || bytes / sizeof(float) > kMostColumns)
                    source.refuse("holds something that is no feature vector of a picture");
                vector.values.resize(bytes / sizeof(float));
                std::memcpy(vector.values.data(), blob.getBlob(), bytes);
                if (!std::all_of(vector.values.begin(), vector.values.end(), [](float v) { return std::isfinite(v); }))
                    source.refuse("holds features that are no finite numbers");
                piece.push_back(std::move(vector));
            }
            read.reset();
            return piece;
        });
    }

    void store(const MergeSource &source, const Vector &vector, Place &place, SQLite::Statement &put,
               SQLite::Statement &get)
    {
        if (place.columns == 0)
            place.columns = vector.values.size();
        if (place.columns != vector.values.size() && !place.isLook)  // signatures have views, one or two
            source.refuse("holds features of " + std::to_string(vector.values.size())
                          + " numbers where those of the same "
                            "backbone have "
                          + std::to_string(place.columns));
        const auto bytes = static_cast<int>(vector.values.size() * sizeof(float));
        put.bind(1, place.id);
        put.bind(2, vector.imageHash);
        put.bindNoCopy(3, vector.values.data(), bytes);
        const bool isNew = put.exec() > 0;
        put.reset();
        if (place.isLook) {
            m_report.looks += isNew;
            return;
        }
        MergedBackbone &backbone = m_report.backbones[place.backbone];
        if (place.seen++ % kEvery == 0)
            backbone.samples.push_back({vector.imageHash, {}});
        backbone.merged += isNew;
        backbone.already += !isNew;
        if (isNew)
            return;
        sql::bind(get, place.id, vector.imageHash);
        if (get.executeStep()) {
            const SQLite::Column blob = get.getColumn(0);
            std::vector<float> mine(static_cast<std::size_t>(blob.getBytes()) / sizeof(float));
            std::memcpy(mine.data(), blob.getBlob(), mine.size() * sizeof(float));
            if (mine != vector.values) {
                ++backbone.differing;
                backbone.largestDifference =
                    std::max(backbone.largestDifference, featureDifference(vector.values, mine));
            }
        }
        get.reset();
    }

    void joinFacts(const MergeSource &source, const char *prefix)
    {
        SQLite::Statement read(*source.database,
                               "SELECT key, value FROM facts WHERE key > ? AND key < ? ORDER BY key LIMIT ?");
        SQLite::Statement put(m_target, "INSERT OR IGNORE INTO facts(key, value) VALUES(?, ?)");
        for (std::string after = prefix;;) {
            const auto piece = sql::guarded(*source.database, "read from", [&] {
                std::vector<std::pair<std::string, std::string>> facts;
                sql::bind(read, after, past(prefix), kPiece);
                while (read.executeStep())
                    facts.emplace_back(read.getColumn(0).getString(), read.getColumn(1).getString());
                read.reset();
                return facts;
            });
            if (piece.empty())
                return;
            m_report.facts += sql::transaction(m_target, [&] {
                std::size_t added = 0;
                for (const auto &[key, value] : piece)
                    if (key.size() + value.size() <= kMostText)
                        added += static_cast<std::size_t>(sql::execute(put, key, value));
                return added;
            });
            after = piece.back().first;
            step(piece.size());
        }
    }

    void joinTexts(const MergeSource &source)
    {
        struct Text {
            std::int64_t row = 0;
            std::string imageHash, reader, text, words;
            double confidence = 0;
        };
        SQLite::Statement read(*source.database, "SELECT row, image_hash, reader, text, words, confidence FROM texts"
                                                 " WHERE row > ? ORDER BY row LIMIT ?");
        SQLite::Statement put(m_target, "INSERT OR IGNORE INTO texts(image_hash, reader, text, words, confidence)"
                                        " VALUES(?, ?, ?, ?, ?)");
        for (std::int64_t after = std::numeric_limits<std::int64_t>::min();;) {
            const auto piece = sql::guarded(*source.database, "read from", [&] {
                std::vector<Text> texts;
                sql::bind(read, after, kPiece);
                while (read.executeStep())
                    texts.push_back({read.getColumn(0).getInt64(), read.getColumn(1).getString(),
                                     read.getColumn(2).getString(), sanitizeUtf8(read.getColumn(3).getString()),
                                     read.getColumn(4).getString(), read.getColumn(5).getDouble()});
                read.reset();
                return texts;
            });
            if (piece.empty())
                return;
            m_report.texts += sql::transaction(m_target, [&] {
                std::size_t added = 0;
                for (const Text &one : piece)
                    if (isPictureHash(one.imageHash) && one.reader.size() + one.text.size() <= kMostText
                        && one.words.size() <= kMostText)
                        added += static_cast<std::size_t>(
                            sql::execute(put, one.imageHash, one.reader, one.text, one.words, one.confidence));
                sql::noteUse(m_target, "texts", "");
                return added;
            });
            after = piece.back().row;
        }
    }

    void step(std::size_t rows)
    {
        m_done += rows;
        m_job.report("merge", std::min(m_done, m_total), m_total);
        m_job.cancel.check();
    }

    SQLite::Database &m_target;
    const JobContext &m_job;
    std::size_t m_done = 0, m_total = 0;
    MergeReport m_report;
};

/// Where the library knows the samples' pictures.
void findSamples(const SQLite::Database &library, MergeReport &report)
{
    std::map<std::string, fs::path> files;
    for (const MergedBackbone &backbone : report.backbones)
        for (const MergeSample &sample : backbone.samples)
            files[sample.imageHash];
    sql::guarded(library, "read from", [&] {
        SQLite::Statement known(library, "SELECT key, value FROM facts WHERE key > ? AND key < ?");
        sql::bind(known, std::string(kPictureFacts), past(kPictureFacts));
        while (known.executeStep()) {
            const std::string value = known.getColumn(1).getString();  // "<stamp> <hash>"
            const auto found = files.find(value.substr(value.rfind(' ') + 1));
            if (found == files.end() || !found->second.empty())
                continue;
            const fs::path file = known.getColumn(0).getString().substr(std::strlen(kPictureFacts));
            std::error_code ignored;
            if (file.is_absolute() && fs::is_regular_file(file, ignored))
                found->second = file;
        }
    });
    for (MergedBackbone &backbone : report.backbones)
        for (MergeSample &sample : backbone.samples)
            sample.file = files[sample.imageHash];
}

std::size_t sum(const std::vector<MergedBackbone> &backbones, std::size_t MergedBackbone::*count)
{
    return std::accumulate(backbones.begin(), backbones.end(), std::size_t{0},
                           [&](std::size_t all, const MergedBackbone &one) { return all + one.*count; });
}

}  // namespace

std::size_t MergeReport::merged() const
{
    return sum(backbones, &MergedBackbone::merged);
}

std::size_t MergeReport::already() const
{
    return sum(backbones, &MergedBackbone::already);
}

MergeReport mergeLibraries(std::span<const fs::path> from, const fs::path &into, bool allBackbones,
                           const JobContext &job)
{
    job.report("merge", 0, 0);
    std::vector<MergeSource> sources;
    for (const fs::path &folder : from)
        sources.push_back(openMergeSource(folder, into, job.cancel));
    const fs::path file = fs::absolute(into) / "library.sqlite";
    if (!allBackbones)
        refuseForeignBackbones(sources, file, job.cancel);
    static_cast<void>(Library::open(into, job.cancel));  // makes it where there is none
    const auto target = openLibraryDatabase(file, Access::Write, job.cancel);
    Merge merge(*target, sources, job);
    return sql::guarded(*target, "write to", [&] {
        merge.nameBackbones(sources);
        for (const MergeSource &source : sources)
            merge.join(source);
        MergeReport report = merge.takeReport();
        findSamples(*target, report);
        return report;
    });
}

}  // namespace dank
