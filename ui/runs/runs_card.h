#pragma once

#include <QTableView>

#include "ui/charts/loss_overlays.h"
#include "ui/runs/runs_export.h"
#include "ui/runs/runs_model.h"
#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QAction;
class QLineEdit;

namespace dank::ui {

/// The runs table and what can be done with the chosen run: sort, search, "differences only", curves side by side,
/// lock, note, trash, clone, export. Remembers its columns.
class RunsCard : public Card {
    Q_OBJECT
public:
    explicit RunsCard(Session &session, QWidget *parent = nullptr);

    /// Reads runs and actions from the session.
    void refresh();
    /// Only what changes while a run trains: cheap, whatever the number of runs.
    void refreshLive();
    RunsModel *model() { return m_model; }
    QTableView *view() { return m_view; }
    /// The chosen run's number, 0 for none.
    qint64 chosen() const { return m_export->chosen(); }
    void choose(qint64 run);

    void setSearch(const QString &text);
    /// Shows of the settings those that are not the same in all shown runs, and no others.
    void setDifferencesOnly(bool on);
    /// The curves of the ticked runs, coloured as in the table.
    std::vector<RunCurve> curves() const;

    RunsExport &exports() { return *m_export; }

signals:
    /// curves() is another list, or looks different.
    void curvesChanged();

private:
    struct Filter;
    QAction *addVerb(const QString &iconName, const QString &text, std::function<void()> verb, bool iconOnly = false);
    void buildTools();
    void buildColumns();
    void showOnChart();
    void toggleLock();
    void editNote();
    void toTrash();
    void fillTrash();
    void fillColumns();
    RunRecord withLive(RunRecord run) const;
    void showColumns();
    void rememberColumns();
    void updateVerbs();

    Session &m_session;
    RunsModel *m_model;
    Filter *m_sorted;
    QTableView *m_view;
    QLineEdit *m_search;
    Chip *m_differences, *m_columns, *m_trash;
    RunsExport *m_export;
    QHBoxLayout *m_verbs;
    QAction *m_show, *m_rate, *m_evaluate, *m_resume, *m_clone, *m_lock, *m_note, *m_delete;
    std::vector<std::pair<QToolButton *, QString>> m_buttons;
    QStringList m_wanted;  ///< keys of the settings whose columns the user asked for
    QStringList m_hidden;  ///< keys of the fixed columns that the user took away
};

}  // namespace dank::ui
