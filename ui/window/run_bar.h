#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/session/session.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace dank::ui {

class TextLabel;
class WindowVerbs;

/// The one place where a running job is told and steered: verb, count, bar, time left, Pause and Stop. Stays for a
/// moment after the job has ended and says how.
class RunBar : public QWidget {
    Q_OBJECT
public:
    RunBar(Session &session, WindowVerbs &verbs, QWidget *parent);

    void setJob(const JobStatus &job, const Actions &actions);
    /// Tab comes here after everything else in the window, also after what was built later than this.
    void keepLastInTabOrder();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void recolour();

    JobStatus m_job;
    QLabel *m_mark;
    TextLabel *m_verb;
    TextLabel *m_detail;
    QProgressBar *m_bar;
    TextLabel *m_left;
    QPushButton *m_pause;
    QPushButton *m_stop;
    QPushButton *m_stopMenu;
    QToolButton *m_close;
    QTimer m_goodbye;
};

}  // namespace dank::ui
