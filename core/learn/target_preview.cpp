#include "core/learn/target_preview.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/dataset/grouping.h"
#include "core/learn/target.h"

namespace dank {

namespace {

std::vector<std::string> columnsOf(const Dataset &dataset)
{
    std::vector<std::string> names;
    std::set<std::string> known;
    for (const ColumnTable *table : tablesOf(dataset.records()))
        for (const std::string &name : table->names())
            if (known.insert(name).second)
                names.push_back(name);
    return names;
}

bool foundByLooks(const Dataset &dataset, const GroupSpec &spec)
{
    const auto tables = tablesOf(dataset.records());
    return spec.kind == GroupKind::Template && std::none_of(tables.begin(), tables.end(), [](const ColumnTable *table) {
               return table->has("template");
           });
}

/// The text that means this column and nothing else.
std::string textOf(const std::string &column)
{
    std::string text = column;
    const bool taken = text.starts_with("file:") || text.starts_with("rows:") || text.starts_with("column:");
    if (taken || GroupSpec::parse(text).kind != GroupKind::Column)
        text.insert(0, "column:");
    return text;
}

/// A column that a configuration can name.
bool canBeNamed(const std::string &column)
{
    return !column.empty()
           && std::none_of(column.begin(), column.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

std::vector<GroupChoice> groupChoices(const Dataset &dataset, const CancelToken &cancel)
{
    std::vector<GroupChoice> choices;
    const auto add = [&](const std::string &text, const std::string &name) {
        cancel.check();
        GroupChoice choice{.text = text, .name = name, .groups = 0, .unknown = 0, .problem = {}};
        try {
            const GroupSpec spec = GroupSpec::parse(text);
            if (!foundByLooks(dataset, spec)) {
                const Grouping grouping = groupsOf(dataset, spec);
                choice.groups = grouping.names.size();
                choice.unknown = grouping.unknown;
            }
        } catch (const Error &error) {
            choice.problem = error.what();
        }
        choices.push_back(std::move(choice));
    };
    for (const char *known : {"author", "month", "template"})
        add(known, known);
    for (const std::string &column : columnsOf(dataset))
        if (column != "template" && canBeNamed(column))
            add(textOf(column), column);
    return choices;
}

bool TargetPreview::constant() const
{
    return !targets.empty()
           && std::all_of(targets.begin(), targets.end(), [this](float value) { return value == targets.front(); });
}

TargetPreview previewTarget(const Dataset &memes, const TrainConfig &config)
{
    TargetPreview preview;
    preview.kind = config.target;
    preview.group = config.group;
    preview.within = config.within;
    preview.label = config.label;
    std::optional<Dataset> learnt;
    try {
        if (Label label = Label::parse(config.label); !label.empty())
            learnt = labelled(memes, resolveLabel(memes.records(), label).label);
        else if (!memes.hasUpvotes())
            throw Error(ErrorKind::Dataset, "This file tells no upvotes: choose a label as the target.");
    } catch (const Error &error) {
        preview.problem = error.what();
        return preview;
    }
    const Dataset &dataset = learnt ? *learnt : memes;

    std::vector<std::string> groups;
    try {
        const GroupSpec spec = GroupSpec::parse(config.group);
        if (foundByLooks(dataset, spec)) {
            preview.groupName = "template";
            preview.notes.push_back("The dataset has no column 'template': pictures that look alike will make a group, "
                                    "which is found out when the run starts.");
        } else if (spec.kind != GroupKind::None) {
            Grouping grouping = groupsOf(dataset, spec);
            preview.groupName = grouping.name;
            preview.groups = grouping.names.size();
            preview.unknown = grouping.unknown;
            preview.smallest = grouping.smallest;
            preview.largest = grouping.largest;
            preview.notes = std::move(grouping.notes);
            groups = std::move(grouping.of);
        }
    } catch (const Error &error) {
        preview.problem = preview.groupProblem = error.what();
        return preview;
    }
    if (!config.within)
        groups.clear();
    try {
        std::vector<std::int64_t> upvotes;
        std::vector<std::size_t> rows;
        for (const MemeRecord &record : dataset.records()) {
            rows.push_back(rows.size());
            upvotes.push_back(record.upvotes);
        }
        const GroupedTarget target = GroupedTarget::fit(config.target, upvotes, groups, rows);
        preview.ownScale = target.byGroup.size();
        for (std::size_t row = 0; row < upvotes.size(); ++row)
            preview.targets.push_back(target.toDankness(upvotes[row], groups.empty() ? std::string() : groups[row]));
        if (!groups.empty() && preview.ownScale < preview.groups)
            preview.notes.push_back(std::to_string(preview.groups - preview.ownScale) + " of "
                                    + std::to_string(preview.groups)
                                    + " groups are too small to be measured by themselves (fewer than "
                                    + std::to_string(GroupedTarget::kLeastMembers)
                                    + " memes, or no upvotes) and are measured against all.");
    } catch (const Error &error) {
        preview.targets.clear();
        preview.problem = error.what();
    }
    return preview;
}

}  // namespace dank
