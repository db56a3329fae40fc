#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/meme.h"
#include "core/dataset/read_memes.h"

namespace dank {

/// The memes of one file: usable records in the file's order, and every other row with its reason.
/// A value; immutable once loaded, so that threads may share it.
class Dataset {
public:
    /// All that readMemes() hands on, which see.
    static Dataset load(const std::filesystem::path &file, const JobContext &job = {}, const FeedOptions &options = {});

    /// For tests and tools: a dataset from records.
    static Dataset fromRecords(std::filesystem::path path, std::vector<MemeRecord> records,
                               std::vector<Skipped> skipped = {});

    const std::filesystem::path &path() const { return m_file.path; }  ///< absolute
    std::string name() const;                                          ///< its folder's name
    /// Of the file's bytes, and of what was said about its columns.
    const std::string &contentHash() const { return m_file.hash; }
    const FeedSource &source() const { return m_file.source; }
    std::size_t rows() const { return m_records.size() + m_skipped.size(); }
    std::span<const MemeRecord> records() const { return m_records; }
    std::span<const Skipped> skipped() const { return m_skipped; }
    const MemeRecord *find(const MemeId &id) const;

    /// Does the file tell upvotes at all? Otherwise all are 0, and only a label can be learnt.
    bool hasUpvotes() const { return m_file.hasUpvotes; }

    /// The same dataset with the places of classes, [records], where upvotes stood; memes without one are moved to
    /// skipped() as LabelMissing, with `why` as their detail.
    Dataset withClasses(std::span<const std::optional<std::int64_t>> places, const std::string &why) const;

    /// The same dataset with these memes moved to skipped() as Excluded.
    Dataset without(const std::set<MemeId> &ids) const;

private:
    MemeFile m_file;
    std::vector<MemeRecord> m_records;
    std::vector<Skipped> m_skipped;
    std::vector<std::size_t> m_byId;  ///< indexes into m_records, sorted by id

    void indexById();
    Dataset withoutRecords() const;
};

}  // namespace dank
