#include "ui/pages/runs_card.h"

#include <QAction>
#include <QHeaderView>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

namespace dank::ui {

RunsCard::RunsCard(Session &session, QWidget *parent)
    : Card(tr("Runs"), parent),
      m_session(session),
      m_model(new RunsModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_view(new QTableView(this))
{
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(RunsModel::SortRole);
    m_view->setModel(m_sorted);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setEditTriggers(QAbstractItemView::EditKeyPressed | QAbstractItemView::SelectedClicked);
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(RunsModel::Run, Qt::DescendingOrder);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_view->setAccessibleName(tr("Runs"));
    m_view->setTabKeyNavigation(false);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(30);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setStretchLastSection(true);
    m_view->horizontalHeader()->setMinimumSectionSize(60);
    constexpr int kWidths[] = {90, 96, 150, 90, 116, 84, 130};
    for (int column = 0; column < int(std::size(kWidths)); ++column)
        m_view->setColumnWidth(column, kWidths[column]);
    body()->addWidget(m_view, 1);

    m_show = addVerb(QStringLiteral("eye"), tr("Show on chart"), &RunsCard::showOnChart);
    m_rate = addVerb(QStringLiteral("rate"), tr("Rate with it"), &RunsCard::rateWith);
    m_evaluate = addVerb(QStringLiteral("evaluate"), tr("Evaluate"), &RunsCard::evaluate);
    m_resume = addVerb(QStringLiteral("play"), tr("Resume"), &RunsCard::resume);
    m_delete = addVerb(QStringLiteral("trash"), tr("Delete…"), &RunsCard::remove);
    m_delete->setShortcut(QKeySequence::Delete);
    m_delete->setShortcutContext(Qt::WidgetShortcut);

    connect(m_view, &QTableView::activated, this, [this](const QModelIndex &index) {
        if (index.column() != RunsModel::Note)
            showOnChart();
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunsCard::updateVerbs);
    connect(m_model, &RunsModel::noteEdited, this,
            [this](qint64 run, const QString &note) { m_session.setRunNote(run, note); });
    recolour();
    refresh();
}

QAction *RunsCard::addVerb(const QString &iconName, const QString &text, void (RunsCard::*verb)())
{
    auto *action = new QAction(text, m_view);
    connect(action, &QAction::triggered, this, verb);
    m_view->addAction(action);
    auto *button = new Chip(text, this);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    header()->addWidget(button);
    m_buttons.emplace_back(button, iconName);
    return action;
}

void RunsCard::refresh()
{
    // The library hears of epochs in its own time; the run that is training is known better than that.
    auto runs = m_session.runs();
    const TrainingView &live = m_session.training();
    for (RunRecord &run : runs) {
        if (!live.live || run.run != live.run || live.curve.empty())
            continue;
        run.epochs = live.curve.back().epoch;
        run.lastValidationLoss = live.curve.back().validationLoss;
        run.meanPredictorLoss = live.meanPredictorLoss;
        run.bestEpoch = live.bestEpoch;
        for (const EpochStats &stats : live.curve) {
            if (stats.epoch == live.bestEpoch)
                run.bestValidationLoss = stats.validationLoss;
        }
        run.state = m_session.job().state == JobState::Paused ? RunState::Paused : RunState::Running;
    }
    m_model->setRuns(runs);
    if (chosen() == 0 && m_sorted->rowCount() > 0)
        m_view->selectRow(0);
    updateVerbs();
}

qint64 RunsCard::chosen() const
{
    const auto rows = m_view->selectionModel()->selectedRows();
    return rows.isEmpty() ? 0 : rows.first().data(RunsModel::NumberRole).toLongLong();
}

void RunsCard::updateVerbs()
{
    const RunRecord *run = m_model->record(chosen());
    const bool busy = m_session.job().state == JobState::Running || m_session.job().state == JobState::Paused
                      || m_session.job().state == JobState::Stopping;
    const bool stands = run && (run->state == RunState::Interrupted || run->state == RunState::Paused);
    m_show->setEnabled(run && run->epochs > 0);
    m_rate->setEnabled(run && !run->model.empty());
    m_evaluate->setEnabled(run && !run->model.empty() && m_session.dataset() && !busy);
    m_resume->setEnabled(stands && !busy);  // a pause of the run at work ends in the run bar
    m_delete->setEnabled(run && run->state != RunState::Running && !(busy && m_session.training().live && m_session.training().run == run->run));
    // Only what can be done now stands in the header; the context menu names the rest.
    for (auto &[button, name] : m_buttons)
        button->setVisible(button->defaultAction()->isEnabled());
    setSubtitle(m_model->rowCount() == 0 ? tr("every training is kept here with its curve and settings") : QString());
}

void RunsCard::showOnChart()
{
    if (m_show->isEnabled())
        m_session.showRun(chosen());
}

void RunsCard::rateWith()
{
    m_session.rateWithRun(chosen());
}

void RunsCard::evaluate()
{
    m_session.evaluateRun(chosen());
}

void RunsCard::resume()
{
    m_session.resumeRun(chosen());
}

void RunsCard::remove()
{
    const qint64 run = chosen();
    if (run == 0)
        return;
    QMessageBox box(QMessageBox::Warning, tr("Delete run"), tr("Delete run %1 with its curve, checkpoints and model?").arg(run),
                    QMessageBox::Cancel, window());
    box.setInformativeText(tr("This cannot be undone."));
    auto *yes = box.addButton(tr("Delete"), QMessageBox::DestructiveRole);
    box.setDefaultButton(QMessageBox::Cancel);
    box.exec();
    if (box.clickedButton() == yes)
        m_session.deleteRun(run);
}

void RunsCard::changeEvent(QEvent *event)
{
    Card::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        recolour();
}

void RunsCard::recolour()
{
    const Tokens &tokens = tokensFor(palette());
    m_model->setDark(tokens.dark);
    for (auto &[button, name] : m_buttons)
        button->defaultAction()->setIcon(icon(name, tokens.text));
}

}  // namespace dank::ui
