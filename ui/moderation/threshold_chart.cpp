#include "ui/moderation/threshold_chart.h"

#include <QMouseEvent>

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"

namespace dank::ui {

namespace {

constexpr int kSteps = 100;

double percent(const std::optional<double> &share)
{
    return share ? 100 * *share : std::nan("");  // a gap
}

}  // namespace

QString shareText(const std::optional<double> &share)
{
    return share ? QStringLiteral("%1 %").arg(fixedNumber(100 * *share, 0)) : QStringLiteral("—");
}

ThresholdChart::ThresholdChart(QWidget *parent)
    : Plot(parent), m_precision(addGraph()), m_recall(addGraph()), m_line(new QCPItemLine(this))
{
    setAccessibleName(tr("Precision and recall of every threshold"));
    setInteractions({});
    setWheelNeedsFocus(true);
    setCursor(Qt::SplitHCursor);
    m_precision->setName(tr("precision"));
    m_recall->setName(tr("recall"));
    xAxis->setLabel(tr("threshold, %"));
    yAxis->setLabel(tr("%"));
    m_line->setSelectable(false);
    // The legend lies above the plot, not upon its lines.
    axisRect()->insetLayout()->take(legend);
    plotLayout()->insertRow(0);
    plotLayout()->addElement(0, 0, legend);
    plotLayout()->setRowStretchFactor(0, 0.001);
    legend->setFillOrder(QCPLegend::foColumnsFirst);
    legend->setVisible(true);
    legend->setBrush(Qt::NoBrush);
    legend->setBorderPen(Qt::NoPen);
    legend->setMargins(QMargins(0, 0, 0, 0));
    legend->setIconSize(14, 8);
    m_precision->addToLegend();
    m_recall->addToLegend();
    ThresholdChart::restyle(tokens());
    ThresholdChart::resetView();
}

void ThresholdChart::setMemes(std::span<const double> predicted, std::span<const std::int64_t> places,
                              const QString &subset)
{
    m_subset = subset;
    m_steps.clear();
    QVector<double> at, precision, recall;
    for (int step = 0; step <= kSteps; ++step) {
        const double threshold = double(step) / kSteps;
        m_steps.push_back({threshold, atThreshold(predicted, places, threshold)});
        at << 100 * threshold;
        precision << percent(m_steps.back().figures.precision);
        recall << percent(m_steps.back().figures.recall);
    }
    m_precision->setData(at, precision, true);
    m_recall->setData(at, recall, true);
    forgetItem();
    requestReplot();
}

void ThresholdChart::setThreshold(double threshold)
{
    m_line->start->setCoords(100 * threshold, 0);
    m_line->end->setCoords(100 * threshold, 100);
    requestReplot();
}

void ThresholdChart::resetView()
{
    xAxis->setRange(0, 100);
    yAxis->setRange(0, 104);
    requestReplot();
}

int ThresholdChart::itemAt(const QPoint &position) const
{
    if (m_steps.empty() || !axisRect()->rect().contains(position))
        return -1;
    return std::clamp(int(std::lround(xAxis->pixelToCoord(position.x()) * kSteps / 100)), 0, kSteps);
}

void ThresholdChart::readItem(int index)
{
    const Step &step = m_steps[std::size_t(index)];
    showHover(tr("threshold %1\nprecision %2, recall %3")
                  .arg(shareText(step.threshold), shareText(step.figures.precision), shareText(step.figures.recall)),
              QPointF(xAxis->coordToPixel(100 * step.threshold), yAxis->coordToPixel(50)), true);
}

void ThresholdChart::pick(const QPoint &position)
{
    emit thresholdPicked(std::clamp(xAxis->pixelToCoord(position.x()) / 100, 0.0, 1.0));
}

void ThresholdChart::mousePressEvent(QMouseEvent *event)
{
    Plot::mousePressEvent(event);
    if (event->button() == Qt::LeftButton)
        pick(event->pos());
}

void ThresholdChart::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons() & Qt::LeftButton)
        pick(event->pos());
    Plot::mouseMoveEvent(event);
}

void ThresholdChart::restyle(const Tokens &tokens)
{
    Plot::restyle(tokens);
    m_precision->setPen(QPen(tokens.training, 2));
    m_recall->setPen(QPen(tokens.validation, 2));
    m_line->setPen(QPen(tokens.bad, 2));
    legend->setFont(xAxis->tickLabelFont());
    legend->setTextColor(tokens.muted);
}

QString ThresholdChart::exportTitle() const
{
    return tr("Precision and recall by threshold, %1").arg(m_subset);
}

ChartTable ThresholdChart::table() const
{
    ChartTable table{{QStringLiteral("threshold"), QStringLiteral("flagged"), QStringLiteral("precision"),
                      QStringLiteral("recall"), QStringLiteral("flagged_per_thousand"),
                      QStringLiteral("wrong_per_thousand"), QStringLiteral("missed_per_thousand")},
                     {}};
    for (const auto &[threshold, figures] : m_steps)
        table.rows.push_back({exactNumber(threshold), QString::number(figures.flagged), exactNumber(figures.precision),
                              exactNumber(figures.recall), exactNumber(figures.flaggedPerThousand),
                              exactNumber(figures.wrongPerThousand), exactNumber(figures.missedPerThousand)});
    return table;
}

}  // namespace dank::ui
