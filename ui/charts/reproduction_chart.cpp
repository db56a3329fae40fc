#include "ui/charts/reproduction_chart.h"

#include <QKeyEvent>

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

QColor faint(QColor colour)
{
    colour.setAlphaF(0.7f);
    return colour;
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
    m_paper = addGraph();
    m_paper->setLineStyle(QCPGraph::lsNone);
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

void ReproductionChart::showEpoch(int epoch)
{
    std::size_t longest = 0;
    for (const auto &curve : m_curves)
        longest = std::max(longest, curve.size());
    if (longest == 0)
        return;
    m_cursor = std::clamp(epoch, 1, int(longest));
    QStringList lines{tr("epoch %1").arg(groupedNumber(m_cursor))};
    double anchor = 0;
    for (std::size_t seed = 0; seed < m_curves.size(); ++seed) {
        if (m_curves[seed].size() < std::size_t(m_cursor))
            continue;
        const double loss = m_curves[seed][std::size_t(m_cursor) - 1];
        anchor = canBeDrawn(loss) && anchor == 0 ? loss : anchor;
        if (lines.size() <= kMostRead)
            lines << tr("seed %1: %2").arg(seed + 1).arg(lossText(loss, 4));
    }
    for (const PaperLoss &row : paperLosses())
        if (row.epochs == m_cursor)
            lines << tr("paper: %1").arg(lossText(row.loss, 4));
    const QRect area = axisRect()->rect();
    const double y = anchor > 0 ? std::clamp(yAxis->coordToPixel(anchor), double(area.top()), double(area.bottom()))
                                : double(area.center().y());
    showHover(lines.join(QLatin1Char('\n')), QPointF(xAxis->coordToPixel(m_cursor), y), true);
}

void ReproductionChart::mouseMoveEvent(QMouseEvent *event)
{
    Plot::mouseMoveEvent(event);
    if (event->buttons() != Qt::NoButton)
        return;
    if (axisRect()->rect().contains(event->pos()))
        showEpoch(int(std::lround(std::clamp(xAxis->pixelToCoord(event->pos().x()), 1.0, 1e9))));
    else
        hideHover();
}

void ReproductionChart::keyPressEvent(QKeyEvent *event)
{
    const int step = event->modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1;
    switch (event->key()) {
    case Qt::Key_Left: showEpoch(m_cursor - step); break;
    case Qt::Key_Right: showEpoch(m_cursor + step); break;
    case Qt::Key_Home: showEpoch(1); break;
    case Qt::Key_End: showEpoch(m_epochs); break;
    default: Plot::keyPressEvent(event);
    }
}

void ReproductionChart::restyle(const Tokens &tokens)
{
    Plot::restyle(tokens);
    for (QCPGraph *line : m_lines)
        line->setPen(QPen(m_lines.size() > 1 ? faint(tokens.training) : tokens.training, m_lines.size() > 6 ? 1 : 1.5));
    m_paper->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(tokens.validation, 2), QBrush(tokens.surface), 9));
    QPen dashes(tokens.baseline, 1.5);
    dashes.setDashPattern({4, 3});
    m_meanLine->setPen(dashes);
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
    std::size_t longest = 0;
    for (std::size_t seed = 0; seed < m_curves.size(); ++seed) {
        table.columns << QStringLiteral("seed_%1").arg(seed + 1);
        longest = std::max(longest, m_curves[seed].size());
    }
    table.columns << QStringLiteral("predict_mean") << QStringLiteral("paper");
    for (std::size_t i = 0; i < longest; ++i) {
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
