#include "core/feeds/feed.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/feeds/raw_row.h"

namespace dank {

namespace {

constexpr const char *kFieldNames[] = {"id", "image", "upvotes", "title", "author", "group", "created", "label"};
constexpr const char *kKindTexts[] = {"null", "true or false", "a number", "text", "an object", "a list"};

}  // namespace

const char *feedFieldName(FeedField field) noexcept
{
    return nameIn(kFieldNames, field);
}

const char *rawKindText(RawValue::Kind kind) noexcept
{
    return nameIn(kKindTexts, kind);
}

bool FeedMapping::empty() const
{
    return std::ranges::all_of(columns, [](const std::string &column) { return column.empty(); });
}

FeedMapping parseFeedMapping(const std::vector<std::string> &texts)
{
    FeedMapping mapping;
    for (const std::string &text : texts) {
        const std::size_t equals = text.find('=');
        const auto field = valueIn<FeedField>(kFieldNames, text.substr(0, equals));
        if (!field || equals == std::string::npos || equals + 1 == text.size())
            throw Error(ErrorKind::Format,
                        "'" + text
                            + "' maps nothing. Write FIELD=COLUMN, where FIELD is id, image, upvotes, title, author, "
                              "group, created or label.");
        mapping.column(*field) = text.substr(equals + 1);
    }
    return mapping;
}

}  // namespace dank
