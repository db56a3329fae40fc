#include "ui/runs/runs_export.h"

#include <QFileDialog>
#include <QMenu>
#include <QTableView>

#include "core/base/file.h"
#include "core/store/run_export.h"
#include "ui/runs/runs_model.h"
#include "ui/session/session.h"
#include "ui/widgets/window_dialogs.h"

namespace dank::ui {

RunsExport::RunsExport(Session &session, const RunsModel *model, QTableView *table,
                       const QAbstractButton *differencesOnly, QWidget *parent)
    : Chip(tr("export"), parent), m_session(session), m_model(model), m_table(table), m_differencesOnly(differencesOnly)
{
    setMenu(new QMenu(this));
    setPopupMode(QToolButton::InstantPopup);
    const QString names[] = {tr("Table as CSV…"), tr("Chosen run as CSV…"), tr("Chosen run for TensorBoard…")};
    for (int i = 0; i < 3; ++i)
        connect(menu()->addAction(names[i]), &QAction::triggered, this, [this, i] { ask(i); });
    connect(menu(), &QMenu::aboutToShow, this, [this] {
        for (int i = 1; i < 3; ++i)
            menu()->actions()[i]->setEnabled(chosen() != 0);
    });
}

qint64 RunsExport::chosen() const
{
    const auto rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? 0 : rows.first().data(RunsModel::NumberRole).toLongLong();
}

bool RunsExport::write(const std::filesystem::path &file, const std::string &bytes)
{
    return m_session.workplace().attempt([&] {
        createFolder(file.parent_path());
        writeFileAtomically(file, bytes);
    });
}

bool RunsExport::exportTable(const QString &file)
{
    std::vector<RunRecord> runs;
    const QAbstractItemModel &shown = *m_table->model();
    for (int row = 0; row < shown.rowCount(); ++row)
        runs.push_back(*m_model->record(shown.index(row, 0).data(RunsModel::NumberRole).toLongLong()));
    return write(toPath(file), runsCsv(runs, m_differencesOnly->isChecked()));
}

bool RunsExport::exportCurve(qint64 run, const QString &file)
{
    return m_model->record(run) && write(toPath(file), curveCsv(m_session.runs().curve(run)));
}

bool RunsExport::exportEvents(qint64 run, const QString &folder)
{
    const RunRecord *record = m_model->record(run);
    return record && write(eventPath(toPath(folder), *record), runEvents(*record, m_session.runs().curve(run)));
}

void RunsExport::ask(int what)
{
    const qint64 run = chosen();
    if (what == 2) {
        const QString folder = QFileDialog::getExistingDirectory(window(), tr("TensorBoard's log folder"));
        if (!folder.isEmpty())
            exportEvents(run, folder);
        return;
    }
    const QString name = what == 0 ? QStringLiteral("runs.csv") : QStringLiteral("run-%1.csv").arg(run);
    const QString file = askWhereToSave(window(), tr("Export"), name, QStringLiteral(".csv"));
    if (!file.isEmpty())
        what == 0 ? exportTable(file) : exportCurve(run, file);
}

}  // namespace dank::ui
