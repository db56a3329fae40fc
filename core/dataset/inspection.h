#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/label.h"
#include "core/dataset/read_memes.h"

namespace dank {

/// Rows that cannot be used, in a tenth of the memory that a list of Skipped takes beside their texts.
class SkippedRows {
public:
    void add(const Skipped &row);
    std::size_t size() const { return m_rows.size(); }
    Skipped operator[](std::size_t place) const;

private:
    struct Row {
        std::size_t begin = 0;  ///< of its id in m_texts, behind which its detail follows
        std::uint32_t idBytes = 0;
        SkipReason reason = SkipReason::RowMalformed;
    };
    std::deque<char> m_texts;
    std::deque<Row> m_rows;
};

/// What a file of memes holds, told without keeping the memes: a million rows take 100 to 200 MB, where a Dataset takes
/// a gigabyte.
struct Inspection {
    MemeFile file;
    std::vector<double> upvotes;      ///< of the usable rows, in their order
    std::vector<LabelChoice> labels;  ///< what could be learnt besides upvotes
    SkippedRows skipped;

    std::size_t rows() const { return upvotes.size() + skipped.size(); }
};

/// Throws, checks and reports as readMemes().
Inspection inspectMemes(const std::filesystem::path &file, const FeedOptions &options, const JobContext &job);

}  // namespace dank
