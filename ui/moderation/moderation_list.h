#pragma once

#include <QListView>

namespace dank::ui {

class ModerationModel;

/// The rows of a ModerationModel with the line of the threshold between them. All four arrows move; Space asks to show
/// the picture; single letters are left to the window around it.
class ModerationList : public QListView {
    Q_OBJECT
public:
    explicit ModerationList(ModerationModel &model, QWidget *parent = nullptr);
    /// Brings the line into view.
    void showLine();

signals:
    void revealAsked();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    ModerationModel &m_model;
};

}  // namespace dank::ui
