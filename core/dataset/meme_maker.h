#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <unordered_set>
#include <variant>

#include "core/dataset/image_probe.h"
#include "core/dataset/meme.h"
#include "core/dataset/picture_finder.h"
#include "core/feeds/feed.h"

namespace dank {

/// Does a feed that is read so tell upvotes at all? Otherwise its label is what is learnt, and what a row needs.
bool tellsUpvotes(const FeedMapping &mapping);

/// Makes memes of the rows of a feed, one after the other: what a row and its picture must be to be usable, and the
/// words for those that are not. Not thread-safe.
class MemeMaker {
public:
    using Probe = std::function<ImageProbe(const std::filesystem::path &)>;

    /// `pictures` outlives it. The feed's rows may be taken out of it.
    MemeMaker(const Feed &feed, const PictureFinder &pictures, Probe probe = probeImageFile);

    /// tellsUpvotes() of the feed.
    bool hasUpvotes() const { return m_hasUpvotes; }
    /// Of the feed's row at `place`, from 0; rows come in their order, since of one id the first counts.
    std::variant<MemeRecord, Skipped> make(FeedRow &&row, std::size_t place);

private:
    const PictureFinder &m_pictures;
    const Probe m_probe;
    std::string m_upvotes, m_label;  ///< their columns
    bool m_hasUpvotes;
    std::shared_ptr<const ColumnTable> m_columns;
    std::unordered_set<std::string> m_seen;
};

}  // namespace dank
