#pragma once

#include <QDialog>

#include "ui/moderation/moderation_decisions.h"
#include "ui/session/session.h"

class QCheckBox;
class QPushButton;
class QToolButton;

namespace dank::ui {

class ModerationList;
class ModerationModel;
class ModerationPicture;
class TextLabel;
class ThresholdPanel;

/// Works through the memes that a model of two classes judged, the most probable first: K keep, R remove, U unsure,
/// Space shows the picture, B blurs all, Ctrl+Z and Ctrl+Shift+Z undo and redo. Each decision is stored at once.
class ModerationDialog : public QDialog {
    Q_OBJECT
public:
    /// `evaluation` has classes, two of them, of the memes of `dataset`.
    ModerationDialog(Session &session, std::shared_ptr<const Evaluation> evaluation,
                     std::shared_ptr<const Dataset> dataset, QWidget *parent);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    QWidget *makeTop();
    QWidget *makeMeme();
    QWidget *makeBottom();
    void decide(Decision decision);
    void goTo(int row);
    void showMeme();
    void showState();
    void exportAs(const QString &name, const QString &done, const std::string &contents);

    Session &m_session;
    const std::shared_ptr<const Evaluation> m_evaluation;
    const std::shared_ptr<const Dataset> m_dataset;
    const Label &m_label;
    ModerationDecisions m_decisions;
    ModerationModel *m_model;
    ModerationList *m_list;
    ModerationPicture *m_picture;
    ThresholdPanel *m_threshold;
    QCheckBox *m_blur;
    QToolButton *m_undo, *m_redo;
    std::vector<QPushButton *> m_choices;
    TextLabel *m_title, *m_facts, *m_state, *m_trouble;
    int m_revealed = -1;
};

}  // namespace dank::ui
