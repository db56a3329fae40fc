#pragma once

#include <QListView>

namespace dank::ui {

class ScoreModel;
class Session;

/// The rated memes as cards: Space previews, Ctrl+C copies the row.
class ScoreBoard : public QListView {
    Q_OBJECT
public:
    ScoreBoard(ScoreModel &model, Session &session, QWidget *parent);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    void copyRow();
    void preview();

    ScoreModel &m_model;
    Session &m_session;
};

}  // namespace dank::ui
