#pragma once

#include <QListView>

namespace dank::ui {

class ScoreModel;
class Session;

/// The rated memes as cards: Space previews, W or a card's button tells why, Ctrl+C copies the row.
class ScoreBoard : public QListView {
    Q_OBJECT
public:
    ScoreBoard(ScoreModel &model, Session &session, QWidget *parent);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    void copyRow();
    void preview();
    void why(const QModelIndex &index);
    bool isOnWhy(const QPoint &at) const;

    ScoreModel &m_model;
    Session &m_session;
};

}  // namespace dank::ui
