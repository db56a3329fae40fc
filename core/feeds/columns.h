#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace dank {

/// A list of numbers, each kept in as few bytes as the largest of them needs: of a million rows most columns have a
/// handful of values.
class SmallNumbers {
public:
    std::size_t size() const { return m_bytes.size() / m_width; }
    std::uint32_t operator[](std::size_t place) const;
    /// Puts zeros where there was nothing before `place`.
    void set(std::size_t place, std::uint32_t number);

private:
    void widen(std::size_t width);

    std::size_t m_width = 1;  ///< bytes of a number: 1, 2 or 4
    std::vector<std::uint8_t> m_bytes;
};

/// What stands in the other columns of a dataset's rows, each text kept once. Immutable once its
/// builder has filled it.
class ColumnTable {
public:
    std::vector<std::string> names() const;  ///< in the order of their first appearance
    /// Columns that were not kept, since nearly every row has a value of its own there.
    const std::vector<std::string> &tooVaried() const { return m_tooVaried; }
    bool has(std::string_view column) const { return find(column) != nullptr; }
    /// Empty where the row has no such value, or the table no such column.
    const std::string &value(std::string_view column, std::size_t row) const;

private:
    friend class ColumnTableBuilder;
    struct Column {
        std::string name;
        SmallNumbers codes;                 ///< by row, into texts; may end early
        std::deque<std::string> texts{""};  ///< texts[0] stands for no value
    };
    const Column *find(std::string_view column) const;

    std::vector<Column> m_columns;
    std::vector<std::string> m_tooVaried;
};

/// Gathers a table row by row within bounds: at most 32 columns at a time, names up to 100 bytes, values up to 200,
/// 64 MiB of different texts. What goes beyond is left out; a column with a value of its own in nearly every row is
/// dropped. Not thread-safe.
class ColumnTableBuilder {
public:
    static constexpr std::size_t kMaxColumns = 32;
    static constexpr std::size_t kMaxNameBytes = 100;
    static constexpr std::size_t kMaxValueBytes = 200;

    /// Rows come in ascending order; of two values for one place the later counts.
    void put(std::size_t row, const std::string &column, const std::string &value);
    /// The table that finish() fills: rows may refer to it before.
    std::shared_ptr<const ColumnTable> table() const { return m_table; }
    std::shared_ptr<const ColumnTable> finish();

private:
    struct Growing {
        ColumnTable::Column column;
        std::unordered_map<std::string_view, std::uint32_t> codeOf;  ///< views of column.texts
        std::size_t present = 0;                                     ///< rows with a value
    };
    void drop(std::size_t index);

    std::shared_ptr<ColumnTable> m_table = std::make_shared<ColumnTable>();
    std::vector<std::unique_ptr<Growing>> m_columns;
    std::unordered_map<std::string, std::size_t> m_byName;
    std::unordered_set<std::string> m_dropped;
    std::vector<std::string> m_tooVaried;
    std::size_t m_bytes = 0;
};

/// One row's values in a shared table: cheap to copy, as records are.
class RowColumns {
public:
    RowColumns() = default;
    RowColumns(std::shared_ptr<const ColumnTable> table, std::size_t row) : m_table(std::move(table)), m_row(row) {}

    /// Empty where unknown.
    const std::string &value(std::string_view column) const;
    const ColumnTable *table() const { return m_table.get(); }  ///< nullptr where the row has no columns

private:
    std::shared_ptr<const ColumnTable> m_table;
    std::size_t m_row = 0;
};

}  // namespace dank
