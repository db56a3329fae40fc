#include "core/feeds/columns.h"

#include <algorithm>
#include <utility>

namespace dank {

namespace {

constexpr std::size_t kMaxDropped = 256;  // names; a table has no more columns than this that anyone asks for
constexpr std::size_t kMaxBytes = 64u << 20;
constexpr std::size_t kDistinctEnough = 20'000;

const std::string &noText()
{
    static const std::string none;
    return none;
}

}  // namespace

const ColumnTable::Column *ColumnTable::find(std::string_view column) const
{
    for (const Column &candidate : m_columns)
        if (candidate.name == column)
            return &candidate;
    return nullptr;
}

std::vector<std::string> ColumnTable::names() const
{
    std::vector<std::string> names;
    for (const Column &column : m_columns)
        names.push_back(column.name);
    return names;
}

const std::string &ColumnTable::value(std::string_view column, std::size_t row) const
{
    const Column *found = find(column);
    return found && row < found->codes.size() ? found->texts[found->codes[row]] : noText();
}

void ColumnTableBuilder::put(std::size_t row, const std::string &column, const std::string &value)
{
    if (value.empty() || value.size() > kMaxValueBytes || column.empty() || column.size() > kMaxNameBytes)
        return;
    auto known = m_byName.find(column);
    if (known == m_byName.end()) {
        if (m_byName.size() >= kMaxColumns || m_dropped.contains(column) || m_dropped.size() >= kMaxDropped)
            return;
        known = m_byName.emplace(column, m_columns.size()).first;
        m_columns.push_back(std::make_unique<Growing>());
        m_columns.back()->column.name = column;
    }
    const std::size_t index = known->second;
    Growing &growing = *m_columns[index];
    const auto [found, isNew] =
        growing.codeOf.try_emplace(value, static_cast<std::uint32_t>(growing.column.texts.size()));
    if (isNew) {
        growing.column.texts.push_back(value);
        m_bytes += value.size();
    }
    if (growing.column.codes.size() <= row)
        growing.column.codes.resize(row + 1, 0);
    if (growing.column.codes[row] == 0)
        ++growing.present;
    growing.column.codes[row] = found->second;

    const std::size_t distinct = growing.codeOf.size();
    if (m_bytes > kMaxBytes || (distinct > kDistinctEnough && distinct * 10 > growing.present * 9))
        drop(index);
}

void ColumnTableBuilder::drop(std::size_t index)
{
    const std::string name = m_columns[index]->column.name;
    for (const std::string &text : m_columns[index]->column.texts)
        m_bytes -= text.size();
    m_columns[index].reset();
    m_byName.erase(name);
    m_dropped.insert(name);
    m_tooVaried.push_back(name);
}

std::shared_ptr<const ColumnTable> ColumnTableBuilder::finish()
{
    for (std::size_t i = 0; i < m_columns.size(); ++i)
        if (m_columns[i] && m_columns[i]->present > 1 && m_columns[i]->codeOf.size() == m_columns[i]->present)
            drop(i);
    auto table = std::make_shared<ColumnTable>();
    for (auto &growing : m_columns)
        if (growing)
            table->m_columns.push_back(std::move(growing->column));
    table->m_tooVaried = std::move(m_tooVaried);
    m_columns.clear();
    m_byName.clear();
    return table;
}

const std::string &RowColumns::value(std::string_view column) const
{
    return m_table ? m_table->value(column, m_row) : noText();
}

}  // namespace dank
