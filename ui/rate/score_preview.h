#pragma once

#include <QDialog>

#include <array>

#include "ui/session/session.h"

class QAbstractItemView;
class QLabel;

namespace dank::ui {

class CaptionPanel;
class ScoreModel;
class TextLabel;

/// One rated meme larger, with its figures, its doubt and the training memes most like it. Arrows walk the board it was
/// opened from; Space or Escape closes. Where the model reads captions one can be typed, and the score moves with it.
class ScorePreview : public QDialog {
    Q_OBJECT
public:
    ScorePreview(Session &session, ScoreModel &model, QAbstractItemView &board);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Nearest {
        QWidget *box;
        QLabel *picture;
        TextLabel *upvotes, *alike;
    };

    void showRow(int row);
    void showNearest(const RatedItem &item);
    void fitHeight();

    Session &m_session;
    ScoreModel &m_model;
    QAbstractItemView &m_board;
    QLabel *m_picture;
    TextLabel *m_name, *m_score, *m_standing, *m_parts, *m_verdict, *m_doubt, *m_warning, *m_nearestTitle, *m_path;
    CaptionPanel *m_captions;
    QWidget *m_nearestRow;
    std::array<Nearest, 3> m_nearest;
};

}  // namespace dank::ui
