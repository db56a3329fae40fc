#pragma once

#include <QAbstractTableModel>
#include <QMultiHash>
#include <QSortFilterProxyModel>

#include <memory>
#include <vector>

#include "core/dataset/dataset.h"
#include "core/learn/target.h"
#include "ui/lanes/thumbnails.h"
#include "ui/memes/marked_text.h"
#include "ui/session/meme_finder.h"

namespace dank::ui {

/// The usable memes of a dataset, for grid and table. Pictures are asked for only when a view paints them.
class MemeModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Upvotes, Dankness, Title, Author, Size, Id, ColumnCount };
    enum Role {
        ThumbnailRole = Qt::UserRole,
        LabelRole,  ///< what stands in the place of upvotes where the file tells none; else empty
    };

    explicit MemeModel(Thumbnails &thumbnails, QObject *parent = nullptr);

    void setDataset(std::shared_ptr<const Dataset> dataset);
    void setTarget(TargetKind kind);
    const MemeRecord &record(int row) const;
    /// The order by a column, on plain values: sorting 20,000 rows stays within a frame or two.
    bool lessThan(int column, int left, int right) const;
    /// Marks what was looked for and found among the dataset's memes; null: nothing is looked for.
    void setFound(std::shared_ptr<const FoundMemes> found);
    /// Whether the meme has what is looked for.
    bool isFound(int row) const;
    /// Its title, or what was read in its picture where only that has it, with the words marked; empty while nothing is
    /// looked for. `shown`: characters that have room.
    MarkedText hit(int row, int shown) const;
    /// The same as a row of the table shows it: the title stands there too.
    MarkedText rowHit(int row) const;
    /// What was read in the picture of a meme that was found, in one line; else empty.
    QString readText(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void fitTarget();
    QString labelOf(const MemeRecord &meme) const;

    Thumbnails &m_thumbnails;
    std::shared_ptr<const Dataset> m_dataset;
    TargetKind m_target = TargetKind::Percentile;
    std::vector<float> m_dankness;      ///< [rows]
    std::vector<QString> m_titles;      ///< [rows], one line each
    std::vector<QString> m_sortTitles;  ///< [rows], case folded
    std::shared_ptr<const FoundMemes> m_found;
    std::vector<int> m_hitOfRow;  ///< [rows] into FoundMemes::hits, -1 for none; empty while nothing is looked for
    QMultiHash<QString, int> m_rowsOfImage;
};

/// The same, only what is found of it, and sorted by raw values.
class MemeFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit MemeFilter(MemeModel &model, QObject *parent = nullptr);
    void setFound(std::shared_ptr<const FoundMemes> found);
    // Of its rows what MemeModel says of them.
    MarkedText hit(const QModelIndex &index, int shown) const;
    MarkedText rowHit(const QModelIndex &index) const;
    QString readText(const QModelIndex &index) const;
    /// Null for an invalid index.
    const MemeRecord *record(const QModelIndex &index) const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    MemeModel &m_model;
};

}  // namespace dank::ui
