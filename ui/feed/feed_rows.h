#pragma once

#include <QListView>

#include "core/dataset/feed_preview.h"
#include "ui/lanes/thumbnails.h"

namespace dank::ui {

/// The first rows of a file as memes: a small picture, the title, what else is read, and why a row is left out.
class FeedRows : public QListView {
    Q_OBJECT
public:
    explicit FeedRows(Thumbnails &thumbnails, QWidget *parent = nullptr);
    void setTrial(const FeedTrial *trial);

private:
    class Model;
    Model *m_model;
};

}  // namespace dank::ui
