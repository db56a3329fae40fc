#pragma once

#include <QSortFilterProxyModel>
#include <QStringList>

#include "ui/runs/runs_model.h"

namespace dank::ui {

/// Sorts, and keeps the rows in which every word of the search is found; a word with "=" is looked for in the settings.
class RunsFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit RunsFilter(RunsModel *model, QObject *parent = nullptr);
    void setSearch(const QString &text);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    RunsModel *m_model;
    QStringList m_wanted;
};

}  // namespace dank::ui
