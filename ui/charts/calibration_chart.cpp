#include "ui/charts/calibration_chart.h"

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr double kReach = 14;  // pixels within which a bin is meant

}  // namespace

CalibrationChart::CalibrationChart(QWidget *parent)
    : Plot(parent), m_points(nullptr), m_middles(addPoints(xAxis, yAxis)), m_whiskers(addWhiskers(m_middles)),
      m_diagonal(new QCPItemStraightLine(this))
{
    setAccessibleName(tr("Calibration"));
    setWheelNeedsFocus(true);
    xAxis->setLabel(tr("predicted, mean of the bin"));
    yAxis->setLabel(tr("actual, mean of the bin"));
    for (QCPAxis *axis : {xAxis, yAxis})
        axis->setTicker(QSharedPointer<LossTicker>::create());
    xAxis->setBasePen(Qt::SolidLine);
    m_points = addGraph();
    m_diagonal->setSelectable(false);
    m_diagonal->point1->setCoords(0, 0);
    m_diagonal->point2->setCoords(1, 1);
    CalibrationChart::restyle(tokens());
    setBins({}, {}, {});
}

void CalibrationChart::setBins(std::vector<CalibrationBin> bins, const QString &subset, const QString &why)
{
    m_bins = std::move(bins);
    if (m_bins.size() < 2)
        m_bins.clear();
    m_subset = subset;
    forgetItem();
    QVector<double> x, y, middleX, middleY, minus, plus;
    QStringList told;
    for (const CalibrationBin &bin : m_bins) {
        x << bin.predicted;
        y << bin.actual;
        told << tr("predicted %1, actual %2").arg(danknessText(bin.predicted), danknessText(bin.actual));
        if (bin.interval) {
            middleX << bin.predicted;
            middleY << bin.actual;
            minus << bin.actual - bin.interval->low;
            plus << bin.interval->high - bin.actual;
        }
    }
    m_points->setData(x, y, true);
    m_middles->setData(middleX, middleY, true);
    m_whiskers->setData(minus, plus);
    m_diagonal->setVisible(!m_bins.empty());
    setEmptyText(m_bins.empty() ? why : QString());
    for (QCPAxis *axis : {xAxis, yAxis}) {
        axis->setVisible(!m_bins.empty());
        axis->grid()->setVisible(axis == yAxis && !m_bins.empty());
    }
    setAccessibleDescription(m_bins.empty() ? why : told.join(QStringLiteral("; ")));
    resetView();
}

void CalibrationChart::resetView()
{
    if (m_bins.empty()) {
        xAxis->setRange(0, 1);
        yAxis->setRange(0, 1);
        requestReplot();
        return;
    }
    const double left = m_bins.front().predicted, right = m_bins.back().predicted;
    double low = m_bins.front().actual, high = low;
    for (const CalibrationBin &bin : m_bins) {
        low = std::min(low, bin.interval ? bin.interval->low : bin.actual);
        high = std::max(high, bin.interval ? bin.interval->high : bin.actual);
    }
    // The diagonal is in view where it can be without making dots of all bins.
    if (right - left <= 3 * (high - low)) {
        low = std::min(low, left);
        high = std::max(high, right);
    }
    const double wide = std::max(right - left, 1e-9) * 0.06, tall = std::max(high - low, 1e-9) * 0.06;
    xAxis->setRange(left - wide, right + wide);
    yAxis->setRange(low - tall, high + tall);
    requestReplot();
}

void CalibrationChart::readItem(int index)
{
    const CalibrationBin &bin = m_bins[std::size_t(index)];
    QString text = tr("%1 predicted %2 to %3\nmean predicted %4, mean actual %5")
                       .arg(countOf(qint64(bin.rows), tr("meme"), tr("memes")), danknessText(bin.least),
                            danknessText(bin.most), danknessText(bin.predicted), danknessText(bin.actual));
    if (bin.interval)
        text += tr(" (%1 to %2)").arg(danknessText(bin.interval->low), danknessText(bin.interval->high));
    showHover(text, QPointF(xAxis->coordToPixel(bin.predicted), yAxis->coordToPixel(bin.actual)), false);
}

int CalibrationChart::itemAt(const QPoint &position) const
{
    int best = -1;
    double nearest = kReach;
    for (std::size_t i = 0; i < m_bins.size(); ++i) {
        const double away = std::hypot(xAxis->coordToPixel(m_bins[i].predicted) - position.x(),
                                       yAxis->coordToPixel(m_bins[i].actual) - position.y());
        if (away <= nearest) {
            nearest = away;
            best = int(i);
        }
    }
    return best;
}

void CalibrationChart::restyle(const Tokens &tokens)
{
    Plot::restyle(tokens);
    xAxis->setBasePen(QPen(tokens.line, 1));
    m_points->setPen(QPen(tokens.accent, 1.5));
    m_points->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, tokens.accent, 8));
    m_whiskers->setPen(QPen(tokens.accent, 1.5, Qt::SolidLine, Qt::FlatCap));
    m_diagonal->setPen(dashedPen(tokens.baseline, 1, {4, 4}));
}

QString CalibrationChart::exportTitle() const
{
    return m_subset.isEmpty() ? tr("Calibration") : tr("Calibration, %1").arg(m_subset);
}

QVector<LegendEntry> CalibrationChart::legendEntries(const Tokens &tokens) const
{
    return {{tr("memes predicted about the same, mean with 95 % interval"), tokens.accent, LegendEntry::Shape::Dot},
            {tr("predicted as it is"), tokens.baseline, LegendEntry::Shape::Dashes}};
}

ChartTable CalibrationChart::table() const
{
    ChartTable table{{QStringLiteral("memes"), QStringLiteral("predicted_least"), QStringLiteral("predicted_most"),
                      QStringLiteral("predicted_mean"), QStringLiteral("actual_mean"), QStringLiteral("actual_low"),
                      QStringLiteral("actual_high")},
                     {}};
    for (const CalibrationBin &bin : m_bins)
        table.rows.push_back({QString::number(bin.rows), exactNumber(bin.least), exactNumber(bin.most),
                              exactNumber(bin.predicted), exactNumber(bin.actual),
                              bin.interval ? exactNumber(bin.interval->low) : QString(),
                              bin.interval ? exactNumber(bin.interval->high) : QString()});
    return table;
}

}  // namespace dank::ui
