#pragma once

#include <QDialog>

#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QComboBox;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace dank::ui {

class ReproductionChart;
/// "Reproduce the paper": its training loop run again over some seeds, its loss table beside what comes out, and why
/// the numbers are what they are. Closing it cancels a run that is going on.
class ReproduceDialog : public QDialog {
    Q_OBJECT
public:
    explicit ReproduceDialog(Session &session, QWidget *parent = nullptr);

    QPushButton *startButton() { return m_start; }
    ReproductionChart *chart() { return m_chart; }
    QString status() const { return m_status->text(); }
    QString explanation() const { return m_why->text(); }

    void done(int result) override;

private:
    bool onSeededTargets() const;
    void startOrStop();
    void fillSources();
    void showState();
    void showTable();
    void copyCommand();

    Session &m_session;
    QComboBox *m_source;
    QSpinBox *m_seeds, *m_epochs;
    QPushButton *m_start, *m_copy;
    QProgressBar *m_bar;
    TextLabel *m_status, *m_legend, *m_why;
    ReproductionChart *m_chart;
    QTableWidget *m_table;
};

}  // namespace dank::ui
