#include "ui/evaluate/evaluate_export.h"

#include <QFile>
#include <QFileDialog>

#include "core/base/error.h"
#include "core/base/file.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/evaluation_rows.h"
#include "ui/memes/meme_wall.h"

namespace dank::ui {

ChartTable wallsTable(const Evaluation &evaluation, const Dataset *dataset, std::size_t most)
{
    ChartTable table;
    table.columns = QStringList{"wall", "place"} + memeTable(Evaluation(), nullptr).columns;
    for (const auto &[kind, name] :
         {std::pair(WallKind::Overrated, "overrated"), {WallKind::SleptOn, "slept_on"}, {WallKind::Nailed, "nailed"}}) {
        int place = 0;
        for (const JudgedMeme &meme : memesForWall(evaluation, kind, most))
            table.rows.push_back(QStringList{name, QString::number(++place)} + memeFields(meme, dataset));
    }
    return table;
}

QString saveTable(QWidget *parent, Workplace &place, const QString &suggestedName, const ChartTable &table,
                  const QString &title, const ChartProvenance &provenance)
{
    QString file = QFileDialog::getSaveFileName(parent, QObject::tr("Export table"),
                                                suggestedName + QStringLiteral(".csv"), QObject::tr("CSV (*.csv)"));
    if (file.isEmpty())
        return {};
    if (!file.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive))
        file += QLatin1String(".csv");
    try {
        const QByteArray bytes = renderTable(table, title, provenance.footer());
        writeFileAtomically(std::filesystem::path(QFile::encodeName(file).toStdString()),
                            std::string_view(bytes.constData(), std::size_t(bytes.size())));
    } catch (const Error &error) {
        place.say({Message::Severity::Error, QString::fromStdString(error.what()), {}, {}});
        return {};
    }
    return file;
}

ChartProvenance provenanceOf(const Model &model, const Dataset *dataset)
{
    ChartProvenance provenance;
    provenance.run = model.run;
    provenance.seed = QString::number(model.config.seed);
    provenance.dataset = dataset ? plainTitle(dataset->name()) : QString();
    provenance.datasetHash = QString::fromStdString(dataset ? dataset->contentHash() : model.datasetHash);
    provenance.backbone = plainTitle(model.backbone);
    if (model.untrainedBackbone)
        provenance.note = QObject::tr("untrained network");
    return provenance;
}

}  // namespace dank::ui
