#pragma once

#include "core/learn/tune_config.h"
#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QComboBox;
class QLineEdit;
class QSpinBox;

namespace dank::ui {

/// Lets the network of the run on the chart learn with its head: how much of it, how fast, what is known of that, what
/// it will take, and a button. Not to be seen where the run has no network that could learn.
class FineTuneCard : public Card {
    Q_OBJECT
public:
    explicit FineTuneCard(Session &session, QWidget *parent = nullptr);

    /// Reads the run on the chart and the job from the session.
    void refresh();
    QPushButton *button() { return m_start; }
    QString note() const { return m_note->text(); }

private:
    /// The run that can be fine-tuned; nullptr where there is none.
    const RunRecord *candidate() const;
    /// Fills `config`, or says in a whole sentence why not.
    QString read(TuneConfig &config) const;
    void start();
    void copyCommand();

    Session &m_session;
    QComboBox *m_depth;
    QLineEdit *m_networkRate, *m_headRate;
    QSpinBox *m_epochs;
    QPushButton *m_copy, *m_start;
    TextLabel *m_note;
};

}  // namespace dank::ui
