#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/image_probe.h"
#include "core/dataset/meme.h"
#include "core/dataset/picture_finder.h"
#include "core/feeds/feed_sample.h"

namespace dank {

/// What a way of reading a file makes of its first rows.
struct FeedTrial {
    struct Row {
        std::string id;
        std::array<std::string, kFeedFields> texts;  ///< what stands there for each field, cut where it is long
        std::optional<std::int64_t> upvotes;
        double created = 0;             ///< seconds since 1970 UTC, 0 where unknown
        std::filesystem::path picture;  ///< empty where there is none that can be shown
        std::string problem;            ///< why the row cannot be used; empty: it can
    };

    FeedMapping mapping;                                      ///< what is read as what, guesses included
    std::vector<Row> first;                                   ///< as many as were asked for
    std::size_t rows = 0;                                     ///< that were judged
    std::size_t usable = 0;                                   ///< of them
    std::vector<std::pair<SkipReason, std::size_t>> skipped;  ///< of the others, the most frequent reason first
    std::array<std::string, kFeedFields> examples;            ///< a text of each field's column
};

/// Tries ways of reading a file of memes on its first rows: by the same rules that Dataset::load() goes by. The file is
/// read once, pictures are looked at once. Not thread-safe.
class FeedPreview {
public:
    /// Throws as readFeedSample().
    FeedPreview(std::filesystem::path file, const JobContext &job);

    const FeedSample &sample() const { return m_sample; }
    /// Shows `shown` rows and judges at most `judged`, which is no less. Throws Error{File} for a folder of pictures
    /// that is not there, Error{Format} for a column that is not there.
    FeedTrial attempt(const FeedOptions &options, std::size_t shown, std::size_t judged, const JobContext &job);

private:
    const PictureFinder &finderFor(const std::filesystem::path &images, const JobContext &job);

    std::filesystem::path m_file;
    FeedSample m_sample;
    std::filesystem::path m_images;  ///< of m_finder
    std::optional<PictureFinder> m_finder;
    std::unordered_map<std::string, ImageProbe> m_probes;  ///< by path
};

}  // namespace dank
