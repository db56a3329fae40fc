#pragma once

#include "ui/session/session.h"
#include "ui/widgets/card.h"
#include "ui/widgets/fitted_dialog.h"

class QFormLayout;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace dank::ui {

/// Behind the device chip: what computes and why, and its self-test followed by what the machine was measured at, both
/// in the words of `dank selftest` and `dank bench`. Closing it stops a test that is going on.
class DeviceDialog : public FittedDialog {
    Q_OBJECT
public:
    explicit DeviceDialog(Session &session, QWidget *parent = nullptr);

    QPushButton *runButton() { return m_run; }
    QPushButton *copyButton() { return m_copy; }
    QTableWidget *checks() { return m_checks; }
    QTableWidget *speeds() { return m_speeds; }
    QString status() const { return m_status->text(); }
    /// Everything that it shows as lines of text.
    QString text() const;

    void done(int result) override;

signals:
    /// The user wants to choose another device.
    void chooseRequested();

private:
    void runOrStop();
    void showDevice();
    void showState();
    void showChecks();
    void showSpeeds();
    QList<QPair<QString, QString>> facts() const;

    Session &m_session;
    QFormLayout *m_facts;
    QProgressBar *m_bar;
    TextLabel *m_status, *m_checksTitle, *m_speedsTitle;
    QTableWidget *m_checks, *m_speeds;
    QPushButton *m_run, *m_copy;
};

}  // namespace dank::ui
