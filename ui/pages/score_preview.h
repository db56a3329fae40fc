#pragma once

#include <QDialog>

#include "ui/session/session.h"

class QAbstractItemView;
class QLabel;

namespace dank::ui {

class ScoreModel;
class TextLabel;

/// One rated meme larger, with its figures. Arrows walk the board it was opened from; Space or Escape closes.
class ScorePreview : public QDialog {
    Q_OBJECT
public:
    ScorePreview(Session &session, ScoreModel &model, QAbstractItemView &board);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void showRow(int row);

    Session &m_session;
    ScoreModel &m_model;
    QAbstractItemView &m_board;
    QLabel *m_picture;
    TextLabel *m_name, *m_score, *m_standing, *m_path;
};

}  // namespace dank::ui
