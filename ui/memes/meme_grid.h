#pragma once

#include <QListView>

namespace dank::ui {

class MemeFilter;

/// The grid of thumbnails: cells of one size that fill the width.
class MemeGrid : public QListView {
    Q_OBJECT
public:
    explicit MemeGrid(MemeFilter &memes, QWidget *parent = nullptr);

protected:
    void resizeEvent(QResizeEvent *event) override;
};

/// A picture inside a square, aspect kept, on a sunken ground with rounded corners. Enlarged to at most `most` times
/// its size.
void drawThumbnail(QPainter &painter, const QRect &square, const QImage &picture, const QPalette &palette,
                   double most = 1);

}  // namespace dank::ui
