#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/job.h"
#include "core/feeds/feed_sample.h"
#include "core/feeds/read_feed.h"

namespace dank {

/// Turns the rows of a file, as they come, into those of a feed. What the columns mean is guessed from their names and
/// from what stands in the first thousand rows. Not thread-safe.
class FeedBuilder {
public:
    FeedBuilder(FeedMapping given, std::filesystem::path path, const JobContext &job);

    /// Thrown by row() where only a sample is wanted and there are rows enough.
    struct SampleIsFull {};
    /// Makes no feed: the rows are kept as they are until it would be guessed what they mean.
    void sampleOnly() { m_sampling = true; }

    /// Hands the rows on instead of keeping them: those of a file that is read in pieces in lots of fifty thousand, the
    /// rest and a document's in finish(), since it is all of it that tells which tables hold memes.
    void handOn(OnFeedRow onRow) { m_onRow = std::move(onRow); }

    /// What the file is, before its first row, and whether it is one table that is read in pieces.
    void begin(std::string layout, bool inPieces);
    /// The columns that the file names before its rows, which may have nothing in them.
    void columns(const std::vector<std::string> &names);
    /// The rows that follow are of that table, which may have been begun before.
    void table(const std::string &name);
    /// Throws Error{Format} beyond the most rows that are read, Cancelled.
    void row(RawRow &&row);
    /// The tables that hold memes; where none does, "_default" or else the largest. Throws Error{Format} where there is
    /// no table at all, or no column of a name that was given.
    Feed finish();
    std::size_t rowCount() const { return m_rowCount; }
    /// In place of finish() after sampleOnly().
    FeedSample takeSample();

private:
    struct Table {
        std::string name;
        std::vector<FeedRow> rows;
        std::size_t rowCount = 0;  ///< those that were handed on too
        bool memes = false;
    };

    void settle();
    void noteName(const std::string &name);
    void convert(std::size_t table, RawRow &&raw);
    void setField(FeedRow &row, FeedField field, const std::string &name, RawValue &&value);
    void keepColumn(const std::string &name, const RawValue &value);

    const FeedMapping m_given;
    const std::filesystem::path m_path;
    const JobContext &m_job;
    bool m_sampling = false;
    OnFeedRow m_onRow;
    bool m_inPieces = false;
    Feed m_feed;                                                         ///< its rows and tables are put in by finish()
    std::unordered_map<std::string, std::vector<FeedField>> m_fieldsOf;  ///< by column, ascending
    std::vector<Table> m_tables;
    std::unordered_map<std::string, std::size_t> m_tableByName;
    std::size_t m_table = 0;
    std::vector<FeedSample::Row> m_waiting;  ///< until it is known what the columns mean
    std::size_t m_waitingBytes = 0;
    bool m_settled = false;
    std::size_t m_rowCount = 0;
    std::vector<std::string> m_names;     ///< of the columns, as they appeared; not all of many
    std::vector<std::string> m_declared;  ///< of columns(), all of them
    ColumnTableBuilder m_columns;
    std::size_t m_columnsRow = 0;
};

/// The columns that are guessed for each field, where `rows` have them.
FeedMapping guessMapping(const std::vector<const RawRow *> &rows, const FeedMapping &given);

/// Is this how an upvotes column, or any field's column, is called?
bool namesUpvotes(std::string_view column);
bool namesField(std::string_view column);

}  // namespace dank
