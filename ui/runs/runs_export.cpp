// The half of RunsCard that writes files.

#include <QFileDialog>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/store/run_export.h"
#include "ui/runs/runs_card.h"

namespace dank::ui {

bool RunsCard::write(const std::filesystem::path &file, const std::string &bytes)
{
    try {
        createFolder(file.parent_path());
        writeFileAtomically(file, bytes);
        return true;
    } catch (const Error &error) {
        m_session.workplace().say({Message::Severity::Error, QString::fromStdString(error.what()), {}, {}});
        return false;
    }
}

bool RunsCard::exportTable(const QString &file)
{
    std::vector<RunRecord> runs;
    for (int row = 0; row < m_sorted->rowCount(); ++row)
        runs.push_back(*m_model->record(m_sorted->index(row, 0).data(RunsModel::NumberRole).toLongLong()));
    return write(toPath(file), runsCsv(runs, m_differences->isChecked()));
}

bool RunsCard::exportCurve(qint64 run, const QString &file)
{
    return m_model->record(run) && write(toPath(file), curveCsv(m_session.runs().curve(run)));
}

bool RunsCard::exportEvents(qint64 run, const QString &folder)
{
    const RunRecord *record = m_model->record(run);
    return record && write(eventPath(toPath(folder), *record), runEvents(*record, m_session.runs().curve(run)));
}

void RunsCard::askExport(int what)
{
    const qint64 run = chosen();
    if (what == 2) {
        const QString folder = QFileDialog::getExistingDirectory(window(), tr("TensorBoard's log folder"));
        if (!folder.isEmpty())
            exportEvents(run, folder);
        return;
    }
    const QString name = what == 0 ? QStringLiteral("runs.csv") : QStringLiteral("run-%1.csv").arg(run);
    QString file = QFileDialog::getSaveFileName(window(), tr("Export"), name, tr("CSV (*.csv)"));
    if (file.isEmpty())
        return;
    if (!file.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive))
        file += QLatin1String(".csv");
    what == 0 ? exportTable(file) : exportCurve(run, file);
}

}  // namespace dank::ui
