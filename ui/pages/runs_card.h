#pragma once

#include <QSortFilterProxyModel>
#include <QTableView>

#include "ui/pages/runs_model.h"
#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QAction;

namespace dank::ui {

/// The runs table and what can be done with the chosen run.
class RunsCard : public Card {
    Q_OBJECT
public:
    explicit RunsCard(Session &session, QWidget *parent = nullptr);

    /// Reads runs and actions from the session.
    void refresh();
    RunsModel *model() { return m_model; }
    QTableView *view() { return m_view; }
    /// The chosen run's number, 0 for none.
    qint64 chosen() const;

protected:
    void changeEvent(QEvent *event) override;

private:
    QAction *addVerb(const QString &iconName, const QString &text, void (RunsCard::*verb)());
    void showOnChart();
    void rateWith();
    void evaluate();
    void resume();
    void remove();
    void updateVerbs();
    void recolour();

    Session &m_session;
    RunsModel *m_model;
    QSortFilterProxyModel *m_sorted;
    QTableView *m_view;
    QAction *m_show, *m_rate, *m_evaluate, *m_resume, *m_delete;
    std::vector<std::pair<QToolButton *, QString>> m_buttons;
};

}  // namespace dank::ui
