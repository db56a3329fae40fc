#include "ui/evaluate/evaluate_export.h"

#include "core/base/file.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/evaluation_rows.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/window_dialogs.h"

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

void saveTable(QWidget *parent, Workplace &place, const QString &suggestedName, const ChartTable &table,
               const QString &title, const ChartProvenance &provenance)
{
    const QString ending = QStringLiteral(".csv");
    const QString file = askWhereToSave(parent, QObject::tr("Export table"), suggestedName + ending, ending);
    if (!file.isEmpty())
        place.attempt(
            [&] { writeFileAtomically(toPath(file), renderTable(table, title, provenance.footer()).toStdString()); });
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
