#include "core/dataset/meme_maker.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "core/base/file.h"

namespace dank {

namespace {

/// A row's key as a number; 0 where it is none.
std::uint64_t rowNumber(std::string_view key)
{
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(key.data(), key.data() + key.size(), number);
    return failed == std::errc() && end == key.data() + key.size() ? number : 0;
}

/// Fit for a list and a JSON document: no control characters, not endless.
std::string shownId(const std::string &id)
{
    std::string shown = sanitizeUtf8(std::string_view(id).substr(0, kMaxIdBytes));
    for (char &c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    return shown;
}

}  // namespace

bool tellsUpvotes(const FeedMapping &mapping)
{
    return !mapping.column(FeedField::Upvotes).empty() || mapping.column(FeedField::Label).empty();
}

MemeMaker::MemeMaker(const Feed &feed, const PictureFinder &pictures, Probe probe)
    : m_pictures(pictures), m_probe(std::move(probe)), m_upvotes(feed.mapping.column(FeedField::Upvotes)),
      m_label(feed.mapping.column(FeedField::Label)), m_hasUpvotes(tellsUpvotes(feed.mapping)), m_columns(feed.columns)
{
}

std::variant<MemeRecord, Skipped> MemeMaker::make(FeedRow &&row, std::size_t place)
{
    const std::string rowText = "row " + std::to_string(place + 1);
    const std::uint64_t number = rowNumber(row.key);
    const MemeId id = row.id.empty() ? std::move(row.key) : std::move(row.id);
    const auto skip = [&](SkipReason reason, std::string detail) {
        return Skipped{shownId(id), reason, std::move(detail)};
    };
    if (row.problem.empty())
        row.problem = idProblem(id);
    if (!row.problem.empty())
        return skip(SkipReason::RowMalformed, rowText + ": " + row.problem);
    if (!m_seen.insert(id).second)
        return skip(SkipReason::DuplicateId, rowText + ": an earlier row has this id, and the first one counts");
    if (!m_hasUpvotes && !row.hasLabel)
        return skip(SkipReason::LabelMissing, rowText + " has no \"" + m_label + '"');
    if (!row.hasUpvotes && m_hasUpvotes)
        return skip(SkipReason::UpvotesMissing,
                    rowText + (m_upvotes.empty() ? ": no column of upvotes is known" : " has no \"" + m_upvotes + '"'));
    if (!row.upvotes && m_hasUpvotes)
        return skip(SkipReason::UpvotesInvalid, rowText + ": \"" + m_upvotes + "\" is " + row.upvotesText
                                                    + ", not a whole number from 0 to 2147483647");
    const FoundPicture located = m_pictures.find(id, row.image);
    if (located.problem)
        return skip(*located.problem, located.detail);
    const ImageProbe probe = m_probe(located.path);
    if (probe.problem)
        return skip(*probe.problem, m_pictures.shown(located.path) + ": " + probe.detail);
    if (row.author == "None" || row.author == "[deleted]")
        row.author.clear();
    return MemeRecord{id,
                      located.path,
                      row.upvotes.value_or(0),
                      std::move(row.title),
                      std::move(row.author),
                      std::move(row.image),
                      row.created,
                      probe.width,
                      probe.height,
                      number,
                      RowColumns(m_columns, row.columnsRow)};
}

}  // namespace dank
