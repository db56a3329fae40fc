#pragma once

#include <QAbstractListModel>
#include <QListView>
#include <QMultiHash>

#include <memory>
#include <vector>

#include "core/evaluate/evaluation.h"
#include "ui/lanes/thumbnails.h"
#include "ui/widgets/card.h"

namespace dank::ui {

enum class WallKind { Overrated, SleptOn, Nailed };

/// The memes of an evaluation that belong on a wall, most telling first, at most `most`: overrated ones were predicted
/// above what they got, slept-on ones below, nailed ones came closest.
std::vector<JudgedMeme> memesForWall(const Evaluation &evaluation, WallKind kind, std::size_t most = 12);

/// A title in one line that cannot disturb its surroundings: no line breaks, control or direction characters.
QString plainTitle(const std::string &utf8, qsizetype longest = 200);

/// The memes of one wall. Pictures are asked for when a view paints them.
class WallModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { IdRole = Qt::UserRole + 1, ThumbnailRole, PredictedRole, ActualRole };

    explicit WallModel(Thumbnails &thumbnails, QObject *parent = nullptr);
    void setMemes(std::vector<JudgedMeme> memes, std::shared_ptr<const Dataset> dataset);
    /// Invalid where it is not among them.
    QModelIndex indexOf(const QString &id) const;
    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;

private:
    Thumbnails &m_thumbnails;
    std::vector<JudgedMeme> m_memes;
    std::shared_ptr<const Dataset> m_dataset;
    QMultiHash<QString, int> m_rowsOfImage;
};

/// Paints a row of a WallModel: the picture, predicted and actual dankness under it.
QAbstractItemDelegate *makeWallDelegate(QObject *parent);

/// A card with a wall of thumbnails, predicted and actual dankness under each.
class MemeWall : public Card {
    Q_OBJECT
public:
    MemeWall(Thumbnails &thumbnails, WallKind kind, QWidget *parent = nullptr);
    void setEvaluation(const Evaluation *evaluation, std::shared_ptr<const Dataset> dataset);
    WallModel *model() { return m_model; }

signals:
    void memePicked(const QString &id);
    /// After memePicked(): by a click or Enter, not by walking over it.
    void memeOpened();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void fitHeight();

    WallKind m_kind;
    WallModel *m_model;
    QListView *m_view;
    TextLabel *m_nothing;
};

}  // namespace dank::ui
