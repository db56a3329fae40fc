#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/session/session.h"

class QLabel;
class QMenu;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace dank::ui {

class TextLabel;

/// The one place where a running job is told and steered: verb, count, bar, time left, Pause and Stop. Stays for a
/// moment after the job has ended and says how.
class RunBar : public QWidget {
    Q_OBJECT
public:
    explicit RunBar(QWidget *parent = nullptr);

    void setJob(const JobStatus &job, const Actions &actions);
    /// Tab comes here after everything else in the window, also after what was built later than this.
    void keepLastInTabOrder();

signals:
    void pauseClicked();
    void resumeClicked();
    void stopAndKeepClicked();
    void stopAndDiscardClicked();

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

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
