#include "ui/runs/runs_filter.h"

#include <algorithm>

namespace dank::ui {

RunsFilter::RunsFilter(RunsModel *model, QObject *parent) : QSortFilterProxyModel(parent), m_model(model)
{
    setSourceModel(model);
    setSortRole(RunsModel::SortRole);
}

void RunsFilter::setSearch(const QString &text)
{
    m_wanted = text.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool RunsFilter::filterAcceptsRow(int row, const QModelIndex &) const
{
    return std::all_of(m_wanted.begin(), m_wanted.end(), [&](const QString &word) {
        if (!word.contains(QLatin1Char('=')))
            return m_model->words(row).contains(word);
        const QStringList &settings = m_model->settings(row);
        return std::any_of(settings.begin(), settings.end(),
                           [&](const QString &setting) { return setting.startsWith(word); });
    });
}

bool RunsFilter::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const QVariant a = left.data(RunsModel::SortRole), b = right.data(RunsModel::SortRole);
    if (a.isValid() != b.isValid()) {
        // What is not there stands at the end in either order.
        return (sortOrder() == Qt::AscendingOrder) == a.isValid();
    }
    return QSortFilterProxyModel::lessThan(left, right);
}

}  // namespace dank::ui
