#pragma once

#include <QDialog>

#include "ui/lanes/thumbnails.h"

class QAbstractItemView;

namespace dank::ui {

class MemeFilter;
class TextLabel;

/// One meme larger, with its figures. Left and right walk through the view it was opened from; Space closes.
class MemePreview : public QDialog {
    Q_OBJECT
public:
    MemePreview(Thumbnails &thumbnails, MemeFilter &memes, QAbstractItemView &view);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void showMeme(const QModelIndex &index);

    Thumbnails &m_thumbnails;
    MemeFilter &m_memes;
    QAbstractItemView &m_view;
    std::filesystem::path m_image;
    TextLabel *m_title;
    TextLabel *m_facts;
    TextLabel *m_read;
    TextLabel *m_path;
};

}  // namespace dank::ui
