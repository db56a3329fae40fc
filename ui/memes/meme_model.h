#pragma once

#include <QAbstractTableModel>
#include <QMultiHash>
#include <QSortFilterProxyModel>

#include <memory>
#include <vector>

#include "core/dataset/dataset.h"
#include "core/learn/target.h"
#include "ui/lanes/thumbnails.h"

namespace dank::ui {

/// The usable memes of a dataset, for grid and table. Pictures are asked for only when a view paints them.
class MemeModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Upvotes, Dankness, Title, Author, Size, Id, ColumnCount };
    enum Role { ThumbnailRole = Qt::UserRole };

    explicit MemeModel(Thumbnails &thumbnails, QObject *parent = nullptr);

    void setDataset(std::shared_ptr<const Dataset> dataset);
    void setTarget(TargetKind kind);
    const MemeRecord &record(int row) const;
    /// The order by a column, on plain values: sorting 20,000 rows stays within a frame or two.
    bool lessThan(int column, int left, int right) const;
    /// Whether title, author or id hold `text`, in any case.
    bool matches(int row, const QString &text) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void fitTarget();

    Thumbnails &m_thumbnails;
    std::shared_ptr<const Dataset> m_dataset;
    TargetKind m_target = TargetKind::Percentile;
    std::vector<float> m_dankness;      ///< [rows]
    std::vector<QString> m_titles;      ///< [rows], one line each
    std::vector<QString> m_sortTitles;  ///< [rows], case folded
    QMultiHash<QString, int> m_rowsOfImage;
};

/// The same, filtered by a text and sorted by raw values.
class MemeFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit MemeFilter(MemeModel &model, QObject *parent = nullptr);
    void setText(const QString &text);
    /// Null for an invalid index.
    const MemeRecord *record(const QModelIndex &index) const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    MemeModel &m_model;
    QString m_text;
};

}  // namespace dank::ui
