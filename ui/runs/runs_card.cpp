#include "ui/runs/runs_card.h"

#include <QAction>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QShortcut>
#include <QSortFilterProxyModel>

#include <algorithm>

#include "ui/runs/run_text.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/window_settings.h"

namespace dank::ui {

namespace {

constexpr auto kHeaderKey = "runs/header", kWantedKey = "runs/settings", kHiddenKey = "runs/hidden";

}  // namespace

/// Sorts, and keeps the rows in which every word of the search is found; a word with "=" is looked for in the settings.
struct RunsCard::Filter : QSortFilterProxyModel {
    Filter(RunsModel *model, QObject *parent) : QSortFilterProxyModel(parent), m_model(model)
    {
        setSourceModel(model);
        setSortRole(RunsModel::SortRole);
    }

    void setSearch(const QString &text)
    {
        m_wanted = text.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
        invalidateFilter();
    }

    bool filterAcceptsRow(int row, const QModelIndex &) const override
    {
        return std::ranges::all_of(m_wanted, [&](const QString &word) {
            if (!word.contains(QLatin1Char('=')))
                return m_model->words(row).contains(word);
            return std::ranges::any_of(m_model->settings(row),
                                       [&](const QString &setting) { return setting.startsWith(word); });
        });
    }

    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override
    {
        const bool any = left.data(RunsModel::SortRole).isValid();
        // What is not there stands at the end in either order.
        if (any != right.data(RunsModel::SortRole).isValid())
            return (sortOrder() == Qt::AscendingOrder) == any;
        return QSortFilterProxyModel::lessThan(left, right);
    }

private:
    RunsModel *m_model;
    QStringList m_wanted;
};

RunsCard::RunsCard(Session &session, QWidget *parent)
    : Card(tr("Runs"), parent), m_session(session), m_model(new RunsModel(this)), m_sorted(new Filter(m_model, this)),
      m_view(new QTableView(this)), m_search(new QLineEdit(this)),
      m_differences(new Chip(tr("differences only"), this)), m_columns(new Chip(tr("columns"), this)),
      m_trash(new Chip({}, this)), m_export(new RunsExport(session, m_model, m_view, m_differences, this)),
      m_verbs(new QHBoxLayout)
{
    m_verbs->setSpacing(6);
    body()->addLayout(m_verbs);
    buildColumns();
    body()->addWidget(m_view, 1);
    buildTools();

    m_show = addVerb(QStringLiteral("eye"), tr("Show on chart"), [this] { showOnChart(); });
    m_evaluate =
        addVerb(QStringLiteral("evaluate"), tr("Evaluate"), [this] { m_session.evaluations().evaluate(chosen()); });
    m_rate = addVerb(QStringLiteral("rate"), tr("Rate with it"), [this] { m_session.rater().useRun(chosen()); });
    m_resume = addVerb(QStringLiteral("play"), tr("Resume"), [this] { m_session.training().resumeRun(chosen()); });
    m_clone = addVerb(QStringLiteral("copy"), tr("Clone settings"), [this] { m_session.choices().clone(chosen()); });
    m_lock = addVerb(
        QStringLiteral("lock"), tr("Lock"), [this] { toggleLock(); }, true);
    m_delete = addVerb(
        QStringLiteral("trash"), tr("Move to trash"), [this] { toTrash(); }, true);
    m_delete->setShortcut(QKeySequence::Delete);
    m_delete->setShortcutContext(Qt::WidgetShortcut);
    m_note = new QAction(tr("Edit note"), m_view);
    m_note->setShortcut(Qt::Key_F2);
    m_note->setShortcutContext(Qt::WidgetShortcut);
    connect(m_note, &QAction::triggered, this, &RunsCard::editNote);
    m_view->insertAction(m_delete, m_note);
    m_verbs->addStretch(1);

    connect(m_view, &QTableView::activated, this, [this](const QModelIndex &index) {
        if (index.column() != RunsModel::Note)
            showOnChart();
    });
    connect(m_view, &QTableView::clicked, this, [this](const QModelIndex &index) {
        if (index.column() == RunsModel::Locked)
            toggleLock();
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunsCard::updateVerbs);
    connect(m_model, &RunsModel::noteEdited, this,
            [this](qint64 run, const QString &note) { m_session.runs().setNote(run, note); });
    connect(m_model, &RunsModel::tickedChanged, this, &RunsCard::curvesChanged);
    followPalette(this, [this] {
        const Tokens &tokens = tokensFor(palette());
        m_model->setTokens(tokens);
        for (auto &[button, name] : m_buttons)
            button->defaultAction()->setIcon(icon(name, tokens.text));
        emit curvesChanged();
    });
    refresh();
}

void RunsCard::buildColumns()
{
    m_view->setModel(m_sorted);
    setUpTable(*m_view, tr("Runs"), 30);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setEditTriggers(QAbstractItemView::SelectedClicked);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(RunsModel::Run, Qt::DescendingOrder);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    QHeaderView *header = m_view->horizontalHeader();
    header->setStretchLastSection(true);
    header->setMinimumSectionSize(30);
    header->setSectionsMovable(true);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    constexpr int kWidths[] = {128, 30, 96, 150, 70, 84, 64, 70, 88, 88, 144, 84, 130, 140};
    static_assert(std::size(kWidths) == RunsModel::FixedCount);
    for (int column = 0; column < m_model->columnCount(); ++column)
        m_view->setColumnWidth(column, column < RunsModel::FixedCount ? kWidths[column] : 100);
    header->moveSection(RunsModel::Note, m_model->columnCount() - 1);  // settings stand before the note

    const auto settings = windowSettings();
    const QByteArray kept = settings->value(QLatin1String(kHeaderKey)).toByteArray();
    // Of another version with other columns: begin anew.
    if (!kept.isEmpty() && settings->value(QStringLiteral("runs/columns")).toInt() == m_model->columnCount())
        header->restoreState(kept);
    m_wanted = settings->value(QLatin1String(kWantedKey)).toStringList();
    m_hidden = settings->value(QLatin1String(kHiddenKey)).toStringList();
    // Only what a person does is remembered; the table itself moves and stretches sections too.
    const auto byHand = [this] {
        if (QGuiApplication::mouseButtons() != Qt::NoButton)
            rememberColumns();
    };
    connect(header, &QHeaderView::sectionMoved, this, byHand);
    connect(header, &QHeaderView::sectionResized, this, byHand);
    connect(header, &QHeaderView::sortIndicatorChanged, this, byHand);
    connect(header, &QWidget::customContextMenuRequested, this, [this, header](const QPoint &at) {
        fillColumns();
        m_columns->menu()->popup(header->mapToGlobal(at));
    });
}

void RunsCard::buildTools()
{
    m_search->setPlaceholderText(tr("Search runs (Ctrl+F)"));
    m_search->setToolTip(tr("Words of the table, and settings as in loss=huber or dropout=0.5"));
    m_search->setAccessibleName(tr("Search runs"));
    m_search->setClearButtonEnabled(true);
    m_search->setMinimumWidth(120);
    m_search->setMaximumWidth(240);
    connect(m_search, &QLineEdit::textChanged, this, &RunsCard::setSearch);
    m_differences->setCheckable(true);
    m_differences->setToolTip(tr("Shows the settings that are not the same in all runs of the table, and no others."));
    connect(m_differences, &Chip::toggled, this, &RunsCard::setDifferencesOnly);
    for (Chip *chip : {m_columns, m_trash}) {
        chip->setMenu(new QMenu(chip));
        chip->setPopupMode(QToolButton::InstantPopup);
    }
    connect(m_columns->menu(), &QMenu::aboutToShow, this, &RunsCard::fillColumns);
    connect(m_trash->menu(), &QMenu::aboutToShow, this, &RunsCard::fillTrash);
    header()->addWidget(m_search);
    for (Chip *chip : std::initializer_list<Chip *>{m_differences, m_columns, m_trash, m_export})
        header()->addWidget(chip);
    auto *find = new QShortcut(QKeySequence::Find, this);
    find->setContext(Qt::WidgetWithChildrenShortcut);
    connect(find, &QShortcut::activated, m_search, [this] {
        m_search->setFocus();
        m_search->selectAll();
    });
}

QAction *RunsCard::addVerb(const QString &iconName, const QString &text, std::function<void()> verb, bool iconOnly)
{
    auto *action = new QAction(text, m_view);
    connect(action, &QAction::triggered, this, std::move(verb));
    m_view->addAction(action);
    auto *button = new Chip(text, this);
    button->setDefaultAction(action);
    button->setToolButtonStyle(iconOnly ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon);
    m_verbs->addWidget(button);
    m_buttons.emplace_back(button, iconName);
    return action;
}

RunRecord RunsCard::withLive(RunRecord run) const
{
    // The library hears of epochs in its own time; the run that is training is known better than that.
    const TrainingView &live = m_session.chart().shown();
    if (!live.live || run.run != live.run || live.curve.empty())
        return run;
    run.epochs = live.curve.back().epoch;
    run.lastValidationLoss = live.curve.back().validationLoss;
    run.meanPredictorLoss = live.meanPredictorLoss;
    run.bestEpoch = live.bestEpoch;
    const auto best = std::ranges::find(live.curve, live.bestEpoch, &EpochStats::epoch);
    if (best != live.curve.end())
        run.bestValidationLoss = best->validationLoss;
    run.state = m_session.jobs().status().state == JobState::Paused ? RunState::Paused : RunState::Running;
    return run;
}

void RunsCard::refresh()
{
    auto runs = m_session.runs().all();
    for (RunRecord &run : runs)
        run = withLive(std::move(run));
    m_model->setRuns(runs);
    m_model->setShownRun(m_session.chart().shown().run);
    if (chosen() == 0 && m_sorted->rowCount() > 0)
        m_view->selectRow(0);
    const auto trashed = qsizetype(m_session.runs().trashed().size());
    m_trash->setText(tr("trash (%1)").arg(trashed));
    m_trash->setVisible(trashed > 0);
    showColumns();
    updateVerbs();
}

void RunsCard::refreshLive()
{
    const TrainingView &live = m_session.chart().shown();
    m_model->setShownRun(live.run);
    if (const RunRecord *run = live.live ? m_model->record(live.run) : nullptr)
        m_model->setRun(withLive(*run));
    updateVerbs();
}

void RunsCard::choose(qint64 run)
{
    const int row = m_model->rowOf(run);
    if (row >= 0)
        m_view->setCurrentIndex(m_sorted->mapFromSource(m_model->index(row, RunsModel::Run)));
}

void RunsCard::updateVerbs()
{
    const RunRecord *run = m_model->record(chosen());
    const bool busy = m_session.jobs().status().isBusy();
    const bool atWork = run && m_session.chart().shown().live && m_session.chart().shown().run == run->run;
    const bool readable = run && run->problem.empty();
    const bool stands = readable && (run->state == RunState::Interrupted || run->state == RunState::Paused);
    m_show->setEnabled(readable && run->epochs > 0);
    m_rate->setEnabled(readable && !run->model.empty());
    m_evaluate->setEnabled(readable && !run->model.empty() && m_session.data().dataset() && !busy);
    m_resume->setEnabled(stands && !busy && !run->locked);  // a pause of the run at work ends in the run bar
    m_clone->setEnabled(readable && !(busy && m_session.jobs().status().kind == JobKind::Train));
    m_lock->setEnabled(run);
    m_lock->setText(run && run->locked ? tr("Unlock") : tr("Lock"));
    m_note->setEnabled(run);
    m_delete->setEnabled(run && run->state != RunState::Running && !(busy && atWork) && !run->locked);
    // Only what can be done now stands above the table; the context menu names the rest.
    for (auto &[button, name] : m_buttons)
        button->setVisible(button->defaultAction()->isEnabled());
    const bool none = m_model->rowCount() == 0;
    for (QWidget *tool : std::initializer_list<QWidget *>{m_search, m_differences, m_columns, m_export})
        tool->setVisible(!none);
    setSubtitle(none ? tr("every training is kept here with its curve and settings") : QString());
}

// ---- What is shown ----

void RunsCard::setSearch(const QString &text)
{
    if (m_search->text() != text)
        m_search->setText(text);  // comes back here
    m_sorted->setSearch(text);
    if (chosen() == 0 && m_sorted->rowCount() > 0)
        m_view->selectRow(0);
    showColumns();
    updateVerbs();
}

void RunsCard::setDifferencesOnly(bool on)
{
    m_differences->setChecked(on);
    showColumns();
}

void RunsCard::showColumns()
{
    std::set<int> differing;
    if (m_differences->isChecked()) {
        std::vector<int> rows;
        for (int row = 0; row < m_sorted->rowCount(); ++row)
            rows.push_back(m_sorted->mapToSource(m_sorted->index(row, 0)).row());
        differing = m_model->differingColumns(rows);
    }
    for (int column = 0; column < m_model->columnCount(); ++column) {
        const QString key = m_model->columnKey(column);
        const bool shown = column < RunsModel::FixedCount ? !m_hidden.contains(key)
                           : m_differences->isChecked()   ? differing.contains(column)
                                                          : m_wanted.contains(key);
        if (m_view->isColumnHidden(column) == shown)
            m_view->setColumnHidden(column, !shown);
    }
}

void RunsCard::fillColumns()
{
    QMenu *menu = m_columns->menu();
    menu->clear();
    for (int column = 1; column < m_model->columnCount(); ++column) {
        if (column == RunsModel::FixedCount)
            menu->addSection(tr("Settings"));
        const QString key = m_model->columnKey(column);
        const QString name = column == RunsModel::Locked
                                 ? tr("Lock")
                                 : m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        QAction *action = menu->addAction(name);
        action->setCheckable(true);
        const bool fixed = column < RunsModel::FixedCount;
        action->setChecked(fixed ? !m_hidden.contains(key) : m_wanted.contains(key));
        connect(action, &QAction::toggled, this, [this, key, fixed](bool on) {
            QStringList &keys = fixed ? m_hidden : m_wanted;
            keys.removeAll(key);
            if (on != fixed)
                keys << key;
            showColumns();
            rememberColumns();
        });
    }
}

void RunsCard::rememberColumns()
{
    const auto settings = windowSettings();
    settings->setValue(QLatin1String(kHeaderKey), m_view->horizontalHeader()->saveState());
    settings->setValue(QStringLiteral("runs/columns"), m_model->columnCount());
    settings->setValue(QLatin1String(kWantedKey), m_wanted);
    settings->setValue(QLatin1String(kHiddenKey), m_hidden);
}

std::vector<RunCurve> RunsCard::curves() const
{
    const TrainConfig &shown = m_session.chart().shown().config;
    const Tokens &tokens = tokensFor(palette());
    std::vector<RunCurve> list;
    for (const std::int64_t run : m_model->ticked()) {
        const RunRecord *record = m_model->record(run);
        // Losses of another kind or target are on another scale.
        const bool alike = m_session.chart().shown().run == 0
                           || (record->problem.empty() && record->config.loss == shown.loss
                               && record->config.target == shown.target && record->config.within == shown.within);
        list.push_back({run, alike ? tr("run %1").arg(run) : tr("run %1, another loss or target").arg(run),
                        runColour(tokens, run), runStyle(run), m_session.runs().curve(run)});
    }
    return list;
}

// ---- What can be done ----

void RunsCard::showOnChart()
{
    if (m_show->isEnabled())
        m_session.runs().show(chosen());
}

void RunsCard::toggleLock()
{
    if (const RunRecord *run = m_model->record(chosen()))
        m_session.runs().setLocked(run->run, !run->locked);
}

void RunsCard::editNote()
{
    const int row = m_model->rowOf(chosen());
    if (row < 0)
        return;
    const QModelIndex index = m_sorted->mapFromSource(m_model->index(row, RunsModel::Note));
    if (m_view->isColumnHidden(RunsModel::Note)) {
        m_hidden.removeAll(m_model->columnKey(RunsModel::Note));
        showColumns();
    }
    m_view->scrollTo(index);
    m_view->setCurrentIndex(index);
    m_view->edit(index);
}

void RunsCard::toTrash()
{
    const int row = m_view->currentIndex().row();
    m_session.runs().trash(chosen());
    if (chosen() == 0 && m_sorted->rowCount() > 0)
        m_view->selectRow(std::clamp(row, 0, m_sorted->rowCount() - 1));
}

void RunsCard::fillTrash()
{
    QMenu *menu = m_trash->menu();
    menu->clear();
    for (const RunRecord &run : m_session.runs().trashed()) {
        const QString note = QString::fromStdString(run.note);
        const QString what = note.isEmpty() ? shortBackbone(run.backbone) : note;
        connect(menu->addAction(tr("Restore run %1 · %2").arg(run.run).arg(menuText(what, 40))), &QAction::triggered,
                this, [this, number = run.run] { m_session.runs().restore(number); });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Empty the trash…")), &QAction::triggered, this, [this] {
        const auto count = qint64(m_session.runs().trashed().size());
        QMessageBox box(QMessageBox::Warning, tr("Empty the trash"),
                        tr("Delete %1 with curves, checkpoints and models?").arg(countOf(count, tr("run"), tr("runs"))),
                        QMessageBox::Cancel, window());
        box.setInformativeText(tr("This cannot be undone."));
        auto *yes = box.addButton(tr("Delete"), QMessageBox::DestructiveRole);
        box.setDefaultButton(QMessageBox::Cancel);
        box.exec();
        if (box.clickedButton() == yes)
            m_session.runs().emptyTrash();
    });
}

}  // namespace dank::ui
