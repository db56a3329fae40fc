#include "core/feeds/feed_sample.h"

#include <algorithm>

#include "core/base/hash.h"
#include "core/feeds/feed_builder.h"

namespace dank {

std::string FeedSample::shape() const
{
    std::vector<std::string_view> names(columns.begin(), columns.end());
    std::ranges::sort(names);
    std::string text = layout.substr(0, layout.find(','));  // without the packing
    for (const std::string_view name : names)
        text += '\n' + std::to_string(name.size()) + ' ' + std::string(name);
    return hashText(text);
}

FeedMapping FeedSample::mappingUnder(const FeedMapping &given) const
{
    std::vector<const RawRow *> all;
    for (const Row &one : rows)
        all.push_back(&one.row);
    return guessMapping(all, given);
}

bool FeedSample::namesItsRows() const
{
    return std::ranges::any_of(
        rows, [](const Row &one) { return one.row.key.find_first_not_of("0123456789") != std::string::npos; });
}

bool isEnough(const FeedMapping &mapping, bool namesItsRows)
{
    const auto has = [&](FeedField field) { return !mapping.column(field).empty(); };
    return (has(FeedField::Upvotes) || has(FeedField::Label))
           && (has(FeedField::Image) || has(FeedField::Id) || namesItsRows);
}

Feed feedOf(const FeedSample &sample, const FeedMapping &given, const std::filesystem::path &path,
            const JobContext &job)
{
    FeedBuilder builder(given, path, job);
    builder.begin(sample.layout, false);
    builder.columns(sample.columns);
    for (const std::string &table : sample.tables)
        builder.table(table);
    for (const FeedSample::Row &one : sample.rows) {
        builder.table(sample.tables[one.table]);
        builder.row(RawRow(one.row));
    }
    return builder.finish();
}

}  // namespace dank
