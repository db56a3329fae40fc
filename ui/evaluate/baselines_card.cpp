#include "ui/evaluate/baselines_card.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/charts/chart_export.h"
#include "ui/charts/evaluation_rows.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/calm.h"

namespace dank::ui {

BaselinesCard::BaselinesCard(QWidget *parent)
    : Card(tr("Beside simpler guesses"), parent), m_chart(new RowChart(this)), m_figure(new Calm<QComboBox>(this)),
      m_caption(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this))
{
    m_figure->addItem(tr("Order (ρ)"), int(Figure::Spearman));
    m_figure->addItem(tr("Pairs"), int(Figure::Pairwise));
    m_figure->addItem(tr("AUC, top quarter"), int(Figure::RocAucTop25));
    m_figure->addItem(tr("R²"), int(Figure::R2));
    m_figure->addItem(tr("Absolute error"), int(Figure::Mae));
    m_figure->setAccessibleName(tr("Figure to compare by"));
    m_figure->setObjectName(QStringLiteral("baselineFigure"));
    header()->addWidget(m_figure);
    m_caption->setWordWrap(true);
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

}  // namespace dank::ui
