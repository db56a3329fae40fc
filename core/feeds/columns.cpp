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

std::uint32_t SmallNumbers::operator[](std::size_t place) const
{
    std::uint32_t number = 0;
    for (std::size_t byte = m_width; byte-- > 0;)
        number = number << 8 | m_bytes[place * m_width + byte];
    return number;
}

void SmallNumbers::set(std::size_t place, std::uint32_t number)
{
    widen(number > 0xffff ? 4 : number > 0xff ? 2 : 1);
    if (size() <= place)
        m_bytes.resize((place + 1) * m_width);
    for (std::size_t byte = 0; byte < m_width; ++byte)
        m_bytes[place * m_width + byte] = static_cast<std::uint8_t>(number >> 8 * byte);
}

void SmallNumbers::widen(std::size_t width)
{
    if (width <= m_width)
        return;
    std::vector<std::uint8_t> wide(size() * width);
    for (std::size_t i = 0; i < m_bytes.size(); ++i)
        wide[i / m_width * width + i % m_width] = m_bytes[i];
    m_bytes = std::move(wide);
    m_width = width;
}

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
    auto found = growing.codeOf.find(value);
    if (found == growing.codeOf.end()) {
        const std::string &text = growing.column.texts.emplace_back(value);
        found = growing.codeOf.emplace(text, static_cast<std::uint32_t>(growing.column.texts.size() - 1)).first;
        m_bytes += value.size();
    }
    if (row >= growing.column.codes.size() || growing.column.codes[row] == 0)
        ++growing.present;
    growing.column.codes.set(row, found->second);

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
    m_table->m_columns.reserve(m_columns.size());
    for (auto &growing : m_columns)
        if (growing)
            m_table->m_columns.push_back(std::move(growing->column));
    m_table->m_tooVaried = std::move(m_tooVaried);
    m_columns.clear();
    m_byName.clear();
    return m_table;
}

const std::string &RowColumns::value(std::string_view column) const
{
    return m_table ? m_table->value(column, m_row) : noText();
}

}  // namespace dank
