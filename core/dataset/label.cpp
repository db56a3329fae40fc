#include "core/dataset/label.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <system_error>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/searched_text.h"
#include "core/base/text.h"
#include "core/dataset/grouping.h"

namespace dank {

namespace {

constexpr std::size_t kMaxText = 2'000;
constexpr std::size_t kColumnsShown = 12;

/// Words whose order no text tells: Memotion's (Sharma et al. 2020), the lowest first.
const std::vector<std::vector<std::string_view>> kKnownOrders{
    {"not_funny", "funny", "very_funny", "hilarious"},
    {"not_sarcastic", "general", "twisted_meaning", "very_twisted"},
    {"not_offensive", "slight", "very_offensive", "hateful_offensive"},
    {"very_negative", "negative", "neutral", "positive", "very_positive"},
};

/// What a text begins with, or is, that says that something is not there.
constexpr std::string_view kDenials[] = {"no",  "non",    "none", "not",   "false", "neutral",  "normal",
                                         "ham", "benign", "safe", "clean", "ok",    "harmless", "keep"};

/// What stands there when nothing of interest does.
bool denies(const std::string &name)
{
    const std::string plain = searchedText(name);
    return std::ranges::any_of(kDenials, [&](std::string_view word) {
        if (!plain.starts_with(word))
            return false;
        const char next = plain.size() > word.size() ? plain[word.size()] : ' ';
        return next == ' ' || next == '_' || next == '-';
    });
}

bool affirms(const std::string &name)
{
    const std::string plain = searchedText(name);
    return plain == "yes" || plain == "true" || plain == "1";
}

std::optional<double> numberOf(const std::string &text)
{
    double value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = failed == std::errc() && end == text.data() + text.size() && std::isfinite(value);
    return whole ? std::optional(value) : std::nullopt;
}

/// What programs write where there is nothing.
bool isNothing(const std::string &value)
{
    const std::string plain = searchedText(value);
    return plain.empty() || plain == "nan" || plain == "null";
}

/// Whether the text of the label, by which it is kept, means the very same.
bool canBeNamed(const Label &label)
{
    try {
        return Label::parse(label.text()) == label;
    } catch (const Error &) {
        return false;
    }
}

std::string quoted(std::span<const std::string> names)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kColumnsShown); ++i)
        text += (i == 0 ? "'" : ", '") + printable(names[i]) + "'";
    return names.size() > kColumnsShown ? text + ", …" : text;
}

/// How many memes have which value; at most one more than there may be classes.
std::map<std::string, std::size_t> valuesOf(std::span<const RowColumns> memes, const std::string &column)
{
    std::map<std::string, std::size_t> counts;
    for (const RowColumns &columns : memes) {
        const std::string &value = columns.value(column);
        if (!isNothing(value))
            ++counts[value];
        if (counts.size() > Label::kMostClasses)
            break;
    }
    return counts;
}

/// The values from the lowest to the highest; empty where that cannot be told.
std::vector<std::string> inOrder(const std::map<std::string, std::size_t> &counts)
{
    std::vector<std::string> names;
    for (const auto &[name, count] : counts)
        names.push_back(name);
    if (std::ranges::all_of(names, [](const std::string &name) { return numberOf(name).has_value(); })) {
        const auto value = [](const std::string &name) { return *numberOf(name); };
        std::ranges::sort(names, {}, value);
        const bool twice = std::ranges::adjacent_find(names, {}, value) != names.end();  // "1" and "1.0"
        return twice ? std::vector<std::string>() : names;
    }
    if (names.size() == 2) {
        const bool firstDenies = denies(names[0]), secondDenies = denies(names[1]);
        const bool swap = firstDenies != secondDenies ? secondDenies : counts.at(names[0]) < counts.at(names[1]);
        if (swap)
            std::swap(names[0], names[1]);
        return names;
    }
    for (const std::vector<std::string_view> &order : kKnownOrders) {
        const auto placeOf = [&](const std::string &name) { return std::ranges::find(order, name) - order.begin(); };
        if (std::ranges::all_of(names, [&](const auto &name) { return placeOf(name) < std::ssize(order); })) {
            std::ranges::sort(names, {}, placeOf);
            return names;
        }
    }
    return {};
}

std::vector<RowColumns> columnsOf(std::span<const MemeRecord> records)
{
    std::vector<RowColumns> memes;
    memes.reserve(records.size());
    for (const MemeRecord &record : records)
        memes.push_back(record.columns);
    return memes;
}

std::vector<std::string> columnNames(std::span<const RowColumns> memes)
{
    std::vector<std::string> names;
    for (const ColumnTable *table : tablesOf(memes))
        for (std::string &name : table->names())
            if (std::ranges::find(names, name) == names.end())
                names.push_back(std::move(name));
    return names;
}

LabelChoice counted(std::span<const RowColumns> memes, Label label)
{
    LabelChoice choice{std::move(label), {}, 0};
    choice.counts.resize(choice.label.classes.size());
    for (const RowColumns &columns : memes) {
        const auto place =
            std::ranges::find(choice.label.classes, columns.value(choice.label.column)) - choice.label.classes.begin();
        if (place < std::ssize(choice.counts))
            ++choice.counts[static_cast<std::size_t>(place)];
        else
            ++choice.unknown;
    }
    return choice;
}

}  // namespace

Label Label::parse(std::string_view text)
{
    const auto refuse = [&](const std::string &why) {
        throw Error(ErrorKind::Format, "'" + printable(sanitizeUtf8(text.substr(0, 60))) + "' is no label: " + why
                                           + ". Write COLUMN, or COLUMN=LOWEST<…<HIGHEST with 2 to "
                                           + std::to_string(kMostClasses) + " classes, as in hateful=no<yes.");
    };
    Label label;
    if (text.empty())
        return label;
    if (text.size() > kMaxText)
        refuse("it is too long");
    const std::size_t equals = text.find('=');
    label.column = text.substr(0, equals);
    if (label.column.empty())
        refuse("it names no column");
    for (std::size_t at = equals; at != std::string_view::npos;) {
        const std::size_t end = text.find('<', at + 1);
        label.classes.emplace_back(text.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
        if (label.classes.back().empty())
            refuse("one of its classes has no name");
        if (std::ranges::count(label.classes, label.classes.back()) > 1)
            refuse("it names a class twice");
        at = end;
    }
    if (label.classes.size() == 1 || label.classes.size() > kMostClasses)
        refuse("it has " + std::to_string(label.classes.size()) + (label.classes.size() == 1 ? " class" : " classes"));
    return label;
}

std::string Label::text() const
{
    std::string text = column;
    for (std::size_t i = 0; i < classes.size(); ++i)
        text += (i == 0 ? '=' : '<') + classes[i];
    return text;
}

std::string Label::meaning() const
{
    return classes.empty() || affirms(classes.back()) || numberOf(classes.back()) ? column : classes.back();
}

std::vector<LabelChoice> labelChoices(std::span<const MemeRecord> records)
{
    return labelChoices(columnsOf(records));
}

std::vector<LabelChoice> labelChoices(std::span<const RowColumns> memes)
{
    std::vector<LabelChoice> choices;
    for (const std::string &column : columnNames(memes)) {
        const auto counts = valuesOf(memes, column);
        if (counts.size() < 2 || counts.size() > Label::kMostClasses)
            continue;
        const Label label{column, inOrder(counts)};
        if (!label.classes.empty() && canBeNamed(label))
            choices.push_back(counted(memes, label));
    }
    return choices;
}

LabelChoice resolveLabel(std::span<const MemeRecord> records, const Label &asked)
{
    const auto refuse = [&](const std::string &why) {
        throw Error(ErrorKind::Dataset, "The column '" + printable(asked.column) + "' cannot be learnt: " + why);
    };
    const std::vector<RowColumns> memes = columnsOf(records);
    const std::vector<std::string> names = columnNames(memes);
    if (std::ranges::find(names, asked.column) == names.end()) {
        std::vector<std::string> usable;
        for (const LabelChoice &choice : labelChoices(memes))
            usable.push_back(choice.label.column);
        refuse("no meme has a short text or a whole number there."
               + (usable.empty() ? " No other column could be learnt either; upvotes, views and the like are numbers: "
                                   "name theirs with --map upvotes=COLUMN."
                                 : " These columns could be: " + quoted(usable) + "."));
    }
    if (!asked.classes.empty()) {
        LabelChoice choice = counted(memes, asked);
        for (std::size_t i = 0; i < choice.counts.size(); ++i)
            if (choice.counts[i] == 0)
                refuse("no meme is of its class '" + printable(asked.classes[i]) + "'.");
        return choice;
    }
    const auto counts = valuesOf(memes, asked.column);
    if (counts.size() < 2)
        refuse(counts.empty() ? "it is empty for every meme."
                              : "it is '" + printable(counts.begin()->first) + "' for every meme.");
    if (counts.size() > Label::kMostClasses)
        refuse("it has more than " + std::to_string(Label::kMostClasses)
               + " different values, so they are no classes. For a number such as views: --map upvotes="
               + printable(asked.column) + ".");
    std::vector<std::string> classes = inOrder(counts);
    if (classes.empty()) {
        std::string all;
        for (const auto &[name, count] : counts)
            all += (all.empty() ? "" : "<") + printable(name);
        refuse("the order of its " + std::to_string(counts.size())
               + " classes is not known. Name them from the lowest to the highest, as in --label '"
               + printable(asked.column) + "=" + all + "'.");
    }
    const Label found{asked.column, std::move(classes)};
    if (!canBeNamed(found))
        refuse(
            "its name or one of its classes has a '<' or a '=' in it, by which classes are told apart. Rename them.");
    return counted(memes, found);
}

Dataset labelled(const Dataset &dataset, const Label &label)
{
    if (label.empty())
        return dataset;
    std::vector<std::optional<std::int64_t>> places;
    for (const MemeRecord &record : dataset.records()) {
        const auto place = std::ranges::find(label.classes, record.columns.value(label.column)) - label.classes.begin();
        places.push_back(place < std::ssize(label.classes) ? std::optional<std::int64_t>(place) : std::nullopt);
    }
    return dataset.withClasses(places,
                               "its \"" + printable(label.column) + "\" is none of the classes that are learnt");
}

}  // namespace dank
