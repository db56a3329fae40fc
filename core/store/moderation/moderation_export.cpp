#include "core/store/moderation/moderation_export.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "core/base/csv.h"
#include "core/base/file.h"

namespace dank {

namespace {

void addLine(std::string &table, std::span<const std::string> cells)
{
    for (std::size_t i = 0; i < cells.size(); ++i)
        table += (i == 0 ? "" : ",") + cells[i];
    table += '\n';
}

/// As a person would name it, and as a feed may: below the dataset's folder, or else its name alone.
std::string imageText(const MemeRecord &record, const Dataset &dataset)
{
    const auto inside = record.image.lexically_relative(dataset.path().parent_path());
    return displayPath(inside.empty() || *inside.begin() == ".." ? record.image.filename() : inside);
}

}  // namespace

std::string decisionsAsCsv(const Dataset &dataset, const Label &label, std::span<const JudgedMeme> judged,
                           const Decisions &decisions)
{
    std::unordered_map<std::string_view, double> probability;
    for (const JudgedMeme &meme : judged)
        probability.emplace(meme.id, meme.predicted);
    std::string table = "id,title,decision,class,label,probability,image\n";
    for (const MemeRecord &record : dataset.records()) {
        const auto found = decisions.find(record.id);
        if (found == decisions.end())
            continue;
        const auto score = probability.find(record.id);
        const std::string cells[] = {csvCell(record.id),
                                     csvCell(record.title),
                                     decisionName(found->second),
                                     csvCell(classOf(found->second, label)),
                                     csvCell(record.columns.value(label.column)),
                                     csvCell(score == probability.end() ? std::nullopt : std::optional(score->second)),
                                     csvCell(imageText(record, dataset))};
        addLine(table, cells);
    }
    return table;
}

std::string decisionsAsFeed(const Dataset &dataset, const Label &label, const std::string &groupColumn,
                            const Decisions &decisions)
{
    const auto records = dataset.records();
    const bool authors = std::ranges::any_of(records, [](const MemeRecord &one) { return !one.author.empty(); });
    const bool groups =
        groupColumn != label.column && groupColumn != "author"
        && std::ranges::any_of(records, [&](const MemeRecord &one) { return !one.columns.value(groupColumn).empty(); });
    std::vector<std::string> cells{"id", "image", "title"};
    const auto addOptional = [&](bool there, const std::string &cell) {
        if (there)
            cells.push_back(cell);
    };
    addOptional(authors, "author");
    addOptional(dataset.hasUpvotes(), "ups");
    addOptional(groups, csvCell(groupColumn));
    cells.push_back(csvCell(label.column));
    std::string table;
    addLine(table, cells);
    for (const MemeRecord &record : records) {
        const auto found = decisions.find(record.id);
        cells = {csvCell(record.id), csvCell(imageText(record, dataset)), csvCell(record.title)};
        addOptional(authors, csvCell(record.author));
        addOptional(dataset.hasUpvotes(), std::to_string(record.upvotes));
        addOptional(groups, csvCell(record.columns.value(groupColumn)));
        cells.push_back(
            csvCell(found == decisions.end() ? record.columns.value(label.column) : classOf(found->second, label)));
        addLine(table, cells);
    }
    return table;
}

}  // namespace dank
