#include "ui/charts/reproduction_chart.h"

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"

namespace dank::ui {

namespace {

constexpr int kMostRead = 6;  // seeds in the hover label

/// Losses of 0 and below have no place on a logarithmic axis, nor have those that are no number.
bool canBeDrawn(double loss)
{
    return std::isfinite(loss) && loss > 0;
}

}  // namespace

ReproductionChart::ReproductionChart(QWidget *parent) : Plot(parent)
{
    setAccessibleName(tr("The paper's loss over the epochs"));
    xAxis->setLabel(tr("epoch"));
    xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new WholeNumberTicker));
    yAxis->setLabel(tr("sum of an epoch's batch losses"));
    QSharedPointer<LossTicker> ticker(new LossTicker);
    ticker->setLogarithmic(true);
    yAxis->setTicker(ticker);
    yAxis->setScaleType(QCPAxis::stLogarithmic);
    m_stride = 10;
    m_paper = addPoints(xAxis, yAxis);
    addLayer(QStringLiteral("paper"), layer(QStringLiteral("main")), QCustomPlot::limAbove);
    m_paper->setLayer(QStringLiteral("paper"));
    for (const PaperLoss &row : paperLosses())
        m_paper->addData(row.epochs, row.loss);
    m_meanLine = new QCPItemLine(this);
    m_meanLine->setSelectable(false);
    m_meanLine->start->setTypeX(QCPItemPosition::ptAxisRectRatio);
    m_meanLine->end->setTypeX(QCPItemPosition::ptAxisRectRatio);
    m_meanLabel = new QCPItemText(this);
    m_meanLabel->setSelectable(false);
    m_meanLabel->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
    m_meanLabel->setPositionAlignment(Qt::AlignLeft | Qt::AlignBottom);
    m_meanLabel->setPadding(QMargins(4, 0, 0, 3));
    setCurves({}, 1000, 0);
    ReproductionChart::restyle(tokens());
    ReproductionChart::resetView();
}

void ReproductionChart::setCurves(const std::vector<std::vector<double>> &curves, int epochs, double predictMean)
{
    const bool another = epochs != m_epochs || curves.size() != m_curves.size();
    m_curves = curves;
    m_epochs = std::max(1, epochs);
    m_mean = canBeDrawn(predictMean) ? predictMean : 0;
    while (m_lines.size() > curves.size()) {
        removeGraph(m_lines.back());
        m_lines.pop_back();
    }
    while (m_lines.size() < curves.size())
        m_lines.push_back(addGraph());
    for (std::size_t seed = 0; seed < curves.size(); ++seed) {
        QVector<QCPGraphData> points;
        points.reserve(qsizetype(curves[seed].size()));
        for (std::size_t i = 0; i < curves[seed].size(); ++i)
            points.append(QCPGraphData(double(i + 1), canBeDrawn(curves[seed][i]) ? curves[seed][i] : std::nan("")));
        m_lines[seed]->data()->set(points, true);
    }
    m_meanLine->setVisible(m_mean > 0);
    m_meanLabel->setVisible(m_mean > 0);
    if (m_mean > 0) {
        m_meanLine->start->setCoords(0, m_mean);
        m_meanLine->end->setCoords(1, m_mean);
        m_meanLabel->position->setCoords(0, m_mean);
        m_meanLabel->setText(tr("predict the mean %1").arg(lossText(m_mean, 2)));
    }
    if (another)
        hideHover();
    restyle(tokens());
    resetView();
}

void ReproductionChart::resetView()
{
    double low = 1e3, high = paperLosses().front().loss;
    for (const PaperLoss &row : paperLosses())
        low = std::min(low, row.loss);
    for (const auto &curve : m_curves)
        for (const double loss : curve)
            if (canBeDrawn(loss)) {
                low = std::min(low, loss);
                high = std::max(high, loss);
            }
    if (m_mean > 0)
        low = std::min(low, m_mean);
    xAxis->setRange(-0.02 * m_epochs, 1.03 * m_epochs);  // rings at the ends are seen whole
    yAxis->setRange(low / 5, high * 5);
    requestReplot();
}

int ReproductionChart::items() const
{
    std::size_t longest = 0;
    for (const auto &curve : m_curves)
        longest = std::max(longest, curve.size());
    return int(longest);
}

int ReproductionChart::itemAt(const QPoint &position) const
{
    const double epoch = std::clamp(xAxis->pixelToCoord(position.x()), 1.0, 1e9);
    return axisRect()->rect().contains(position) ? std::min(int(std::lround(epoch)), items()) - 1 : -1;
}

void ReproductionChart::readItem(int index)
{
    const int epoch = index + 1;
    QStringList lines{tr("epoch %1").arg(groupedNumber(epoch))};
    double anchor = 0;
    for (std::size_t seed = 0; seed < m_curves.size(); ++seed) {
        if (m_curves[seed].size() < std::size_t(epoch))
            continue;
        const double loss = m_curves[seed][std::size_t(epoch) - 1];
        anchor = canBeDrawn(loss) && anchor == 0 ? loss : anchor;
        if (lines.size() <= kMostRead)
            lines << tr("seed %1: %2").arg(seed + 1).arg(lossText(loss, 4));
    }
    for (const PaperLoss &row : paperLosses())
        if (row.epochs == epoch)
            lines << tr("paper: %1").arg(lossText(row.loss, 4));
    const QRect area = axisRect()->rect();
    const double y = anchor > 0 ? std::clamp(yAxis->coordToPixel(anchor), double(area.top()), double(area.bottom()))
                                : double(area.center().y());
    showHover(lines.join(QLatin1Char('\n')), QPointF(xAxis->coordToPixel(epoch), y), true);
}

void ReproductionChart::restyle(const Tokens &tokens)
{
    Plot::restyle(tokens);
    for (QCPGraph *line : m_lines)
        line->setPen(
            QPen(m_lines.size() > 1 ? faded(tokens.training, 0.7f) : tokens.training, m_lines.size() > 6 ? 1 : 1.5));
    m_paper->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(tokens.validation, 2), QBrush(tokens.surface), 9));
    m_meanLine->setPen(dashedPen(tokens.baseline, 1.5, {4, 3}));
    m_meanLabel->setFont(xAxis->tickLabelFont());
    m_meanLabel->setColor(tokens.muted);
}

QString ReproductionChart::exportTitle() const
{
    return tr("The paper's loss, run again");
}

QVector<LegendEntry> ReproductionChart::legendEntries(const Tokens &tokens) const
{
    QVector<LegendEntry> entries;
    if (!m_curves.empty())
        entries.append({m_curves.size() == 1 ? tr("seed 1") : tr("seeds 1 to %1").arg(m_curves.size()), tokens.training,
                        LegendEntry::Shape::Dot});
    entries.append({tr("as the paper prints it"), tokens.validation, LegendEntry::Shape::Dot});
    if (m_mean > 0)
        entries.append({tr("predict the mean"), tokens.baseline, LegendEntry::Shape::Dashes});
    return entries;
}

ChartTable ReproductionChart::table() const
{
    ChartTable table{{QStringLiteral("epoch")}, {}};
    for (std::size_t seed = 0; seed < m_curves.size(); ++seed)
        table.columns << QStringLiteral("seed_%1").arg(seed + 1);
    table.columns << QStringLiteral("predict_mean") << QStringLiteral("paper");
    for (std::size_t i = 0; i < std::size_t(items()); ++i) {
        QStringList row{QString::number(i + 1)};
        for (const auto &curve : m_curves)
            row << (i < curve.size() ? exactNumber(curve[i]) : QString());
        row << (m_mean > 0 ? exactNumber(m_mean) : QString());
        const auto printed = std::ranges::find(paperLosses(), int(i + 1), &PaperLoss::epochs);
        row << (printed != paperLosses().end() ? exactNumber(printed->loss) : QString());
        table.rows.push_back(row);
    }
    return table;
}

}  // namespace dank::ui
