#pragma once

#include <QListView>
#include <QStyledItemDelegate>

namespace dank::ui {

class MemeFilter;

/// Draws one meme: its picture, aspect kept, in a sunken square, and "▲ 48.9k  u/author" under it.
class MemeDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    MemeDelegate(MemeFilter &memes, QObject *parent);
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    MemeFilter &m_memes;
};

/// The grid of thumbnails: cells of one size that fill the width.
class MemeGrid : public QListView {
    Q_OBJECT
public:
    explicit MemeGrid(MemeFilter &memes, QWidget *parent = nullptr);

protected:
    void resizeEvent(QResizeEvent *event) override;
};

/// A picture inside a square, aspect kept, on a sunken ground with rounded corners. Never enlarged.
void drawThumbnail(QPainter &painter, const QRect &square, const QImage &picture, const QPalette &palette);

}  // namespace dank::ui
