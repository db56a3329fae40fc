#include "ui/evaluate/evaluate_charts.h"

#include <QComboBox>

#include <algorithm>

#include "ui/charts/chart_export.h"
#include "ui/charts/evaluation_rows.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

BaselinesCard::BaselinesCard(QWidget *parent)
    : Card(tr("Beside simpler guesses"), parent), m_chart(new RowChart(this)), m_figure(new Calm<QComboBox>(this)),
      m_caption(paragraph({}, this))
{
    m_figure->addItem(tr("Order (ρ)"), int(Figure::Spearman));
    m_figure->addItem(tr("Pairs"), int(Figure::Pairwise));
    m_figure->addItem(tr("AUC, top quarter"), int(Figure::RocAucTop25));
    m_figure->addItem(tr("R²"), int(Figure::R2));
    m_figure->addItem(tr("Absolute error"), int(Figure::Mae));
    m_figure->setAccessibleName(tr("Figure to compare by"));
    m_figure->setObjectName(QStringLiteral("baselineFigure"));
    header()->addWidget(m_figure);
    body()->addWidget(m_chart, 1);
    body()->addWidget(m_caption);
    body()->addStretch(0);
    connectChartExport(*m_chart, QStringLiteral("beside-simpler-guesses"));
    connect(m_figure, &QComboBox::currentIndexChanged, this, &BaselinesCard::fill);
}

void BaselinesCard::setEvaluation(std::shared_ptr<const Evaluation> evaluation)
{
    m_evaluation = std::move(evaluation);
    fill();
}

void BaselinesCard::fill()
{
    if (!m_evaluation) {
        m_chart->setContent({});
        return;
    }
    const auto figure = Figure(m_figure->currentData().toInt());
    const bool within = m_evaluation->judgedWithin && m_evaluation->within;
    setSubtitle(within ? tr("within each %1").arg(plainTitle(m_evaluation->groupName, 30)) : tr("all memes"));
    m_chart->setContent(baselineRows(*m_evaluation, figure));
    const QString colours = tr("Blue: a simpler guess. Hollow: knows nothing about the meme.");
    m_caption->setText(figure == Figure::Spearman
                           ? colours + tr(" Lines: 95 % intervals, whole authors and pictures drawn anew.")
                           : colours + tr(" Line: 95 % interval of this model."));
}

CalibrationCard::CalibrationCard(QWidget *parent)
    : Card(tr("Calibration"), parent), m_chart(new CalibrationChart(this)), m_caption(paragraph({}, this))
{
    setSubtitle(tr("do memes get what it predicts?"));
    m_chart->setMinimumHeight(220);
    body()->addWidget(m_chart, 1);
    body()->addWidget(m_caption);
    connectChartExport(*m_chart, QStringLiteral("calibration"));
}

void CalibrationCard::setEvaluation(const Evaluation &evaluation)
{
    const std::size_t rows = evaluation.memes.size();
    const QString why = rows < 2 * kCalibrationRows ? tr("Too few memes: it takes %1.").arg(2 * kCalibrationRows)
                                                    : tr("Nearly all memes are predicted the same.");
    m_chart->setBins(binsOf(evaluation), plainTitle(evaluation.subset), why);
    const auto &bins = m_chart->bins();
    m_caption->setVisible(!bins.empty());
    if (bins.empty())
        return;
    const auto [least, most] =
        std::minmax_element(bins.begin(), bins.end(), [](const auto &a, const auto &b) { return a.rows < b.rows; });
    const QString count =
        least->rows == most->rows
            ? groupedNumber(qint64(most->rows))
            : tr("%1 to %2").arg(groupedNumber(qint64(least->rows)), groupedNumber(qint64(most->rows)));
    m_caption->setText(
        tr("%1 dots of %2 memes each, with 95 % intervals. On the dashed line they get what was predicted; "
           "below it they were overrated.")
            .arg(bins.size())
            .arg(count));
}

ResidualsCard::ResidualsCard(QWidget *parent)
    : Card(tr("Errors by group"), parent), m_chart(new RowChart(this)), m_caption(paragraph({}, this))
{
    body()->addWidget(m_chart, 1);
    body()->addWidget(m_caption);
    body()->addStretch(0);
    connectChartExport(*m_chart, QStringLiteral("errors-by-group"));
}

void ResidualsCard::setEvaluation(const Evaluation &evaluation, const Dataset *dataset)
{
    const GroupResiduals found = residualsByGroup(evaluation, dataset, quickBootstrap(evaluation.memes.size()));
    m_any = !found.groups.empty();
    m_chart->setVisible(m_any);
    setTitle(m_any ? tr("Errors by %1").arg(plainTitle(found.name, 30)) : tr("Errors by group"));
    setSubtitle(m_any ? tr("worst first") : QString());
    if (!m_any) {
        m_chart->setContent({});
        m_caption->setText(tr("There are no two groups, authors or months with at least %1 judged memes to compare.")
                               .arg(kResidualRows));
        return;
    }
    const RowChartContent content = residualRows(found, plainTitle(evaluation.subset));
    QStringList told{tr("Dot: median error with its 95 % interval, hollow where that holds 0. Pale: the middle half of "
                        "the memes.")};
    const std::size_t more = found.groups.size() - content.rows.size();
    if (more > 0)
        told << tr("And %1 more, in the export.").arg(groupedNumber(qint64(more)));
    if (found.small > 0)
        told << tr("%1 with fewer than %2 memes left out.")
                    .arg(countOf(qint64(found.small), tr("group"), tr("groups")))
                    .arg(kResidualRows);
    if (found.unknown > 0)
        told << tr("%1 without one.").arg(countOf(qint64(found.unknown), tr("meme"), tr("memes")));
    m_caption->setText(told.join(QLatin1Char(' ')));
    m_chart->setContent(content);
}

}  // namespace dank::ui
