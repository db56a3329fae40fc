#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dataset/dataset.h"

namespace dank {

/// What is learnt in place of upvotes: which of a few classes, written in a column, a meme is of. Two classes (hateful
/// or not) or several in an order (funny: not, a little, very). A plain value.
struct Label {
    static constexpr std::size_t kMostClasses = 10;

    std::string column;                ///< empty: none, upvotes are learnt
    std::vector<std::string> classes;  ///< as written, the lowest first; empty: to be found by resolve()

    bool empty() const { return column.empty(); }
    bool isTwoClass() const { return classes.size() == 2; }

    /// Of "", "COLUMN" or "COLUMN=LOWEST<…<HIGHEST". Throws Error{Format} for one class, for more than kMostClasses,
    /// and for one that is named twice or not at all.
    static Label parse(std::string_view text);
    /// What parse() reads back to the same.
    std::string text() const;
    /// What a high score means: the highest class ("hateful"), or the column where the classes are numbers or yes and
    /// no.
    std::string meaning() const;

    bool operator==(const Label &) const = default;
};

/// A column of a dataset that can be learnt.
struct LabelChoice {
    Label label;                      ///< with its classes, in the order that resolve() would take
    std::vector<std::size_t> counts;  ///< of the memes of each class
    std::size_t unknown = 0;          ///< memes without one

    bool operator==(const LabelChoice &) const = default;
};

/// The columns that hold few enough different values to be classes in an order that is known: numbers, yes and no, two
/// texts of any kind, or words that a known dataset ranks. In the file's order.
std::vector<LabelChoice> labelChoices(std::span<const MemeRecord> records);
/// The same of the memes' columns alone.
std::vector<LabelChoice> labelChoices(std::span<const RowColumns> memes);

/// The label with its classes, found where none were named: numbers ascending; of two texts the one that denies ("no",
/// "not …", "non-…", "neutral", …) is the lowest, else the more frequent one. Throws Error{Dataset} where the dataset
/// has no such column, where its values are no classes, or their order is not known, each with what to write.
LabelChoice resolveLabel(std::span<const MemeRecord> records, const Label &asked);

/// The dataset as a run learns it: the place of each meme's class where its upvotes stood, memes without one skipped.
/// `label` has its classes. The dataset itself for an empty label.
Dataset labelled(const Dataset &dataset, const Label &label);

}  // namespace dank
