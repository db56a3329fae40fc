#include "ui/charts/row_chart.h"

#include <QKeyEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace dank::ui {

namespace {

constexpr int kRowHeight = 27, kAxisHeight = 52, kTallestRow = 38;
constexpr double kNameShare = 0.42;  // of the width, so that the bars keep the rest

/// Names that take at most their share of the plot's present width, that of an export included.
class NameTicker : public QCPAxisTickerText {
public:
    explicit NameTicker(QCPAxis *axis) : m_axis(axis) {}

protected:
    QString getTickLabel(double tick, const QLocale &locale, QChar format, int precision) override
    {
        const QString whole = QCPAxisTickerText::getTickLabel(tick, locale, format, precision);
        const int room = std::max(90, int(m_axis->parentPlot()->viewport().width() * kNameShare));
        return QFontMetrics(m_axis->tickLabelFont()).elidedText(whole, Qt::ElideMiddle, room);  // endings often differ
    }

private:
    QCPAxis *m_axis;
};

QColor toneColour(const Tokens &tokens, ChartRow::Tone tone)
{
    return tone == ChartRow::Tone::Accent  ? tokens.accent
           : tone == ChartRow::Tone::Known ? tokens.training
                                           : tokens.baseline;
}

}  // namespace

RowChart::RowChart(QWidget *parent)
    : Plot(parent), m_bands(new QCPStatisticalBox(yAxis, xAxis)), m_zero(new QCPItemStraightLine(this)),
      m_names(new NameTicker(yAxis)), m_figures(new QCPAxisTickerText)
{
    setInteractions({});
    m_walking = Qt::Vertical;
    yAxis->setTicker(m_names);
    yAxis->setRangeReversed(true);
    yAxis->grid()->setVisible(false);
    yAxis2->setVisible(true);
    yAxis2->setTicker(m_figures);
    yAxis2->setRangeReversed(true);
    yAxis2->setTickLength(0, 0);
    yAxis2->setTickPen(Qt::NoPen);
    yAxis2->setBasePen(Qt::NoPen);
    yAxis2->setSubTicks(false);
    yAxis2->setTickLabelPadding(8);
    yAxis->setTickLabelPadding(8);
    xAxis->grid()->setVisible(true);
    xAxis->setTicker(QSharedPointer<LossTicker>::create());
    xAxis->ticker()->setTickCount(4);
    m_bands->setWidth(0.5);
    m_zero->setSelectable(false);
    m_zero->point1->setCoords(0, 0);
    m_zero->point2->setCoords(0, 1);
    for (std::size_t tone = 0; tone < kTones; ++tone) {
        auto *bars = new QCPBars(yAxis, xAxis);
        bars->setWidth(0.5);
        m_bars.push_back(bars);
        m_middles.push_back(addPoints(yAxis, xAxis));
        m_dots.push_back(addPoints(yAxis, xAxis));
        m_whiskers.push_back(addWhiskers(m_middles.back()));
    }
    for (QCPGraph *dots : m_dots)
        dots->setLayer(QStringLiteral("axes"));  // over all whiskers
    RowChart::restyle(tokens());
}

void RowChart::setContent(RowChartContent content)
{
    m_content = std::move(content);
    forgetItem();
    m_names->clear();
    m_figures->clear();
    m_bands->data()->clear();
    const double floor = m_content.floor, ceiling = m_content.ceiling;
    const auto inView = [&](double value) { return std::clamp(value, floor, ceiling); };
    double low = std::min(0.0, m_content.low), high = std::max(0.0, m_content.high);
    const auto reach = [&](double value) {
        low = std::min(low, inView(value));
        high = std::max(high, inView(value));
    };
    std::vector<QVector<double>> keys(kTones), values(kTones), middleKeys(kTones), middles(kTones), minus(kTones),
        plus(kTones);
    QStringList told;
    for (std::size_t i = 0; i < m_content.rows.size(); ++i) {
        const ChartRow &row = m_content.rows[i];
        const auto tone = std::size_t(row.tone);
        const double key = double(i);
        const bool off = row.value && std::isfinite(*row.value) && inView(*row.value) != *row.value;
        m_names->addTick(key, row.name);
        m_figures->addTick(key, !off                 ? row.figure
                                : *row.value < floor ? QChar(0x25C2) + row.figure
                                                     : row.figure + QChar(0x25B8));
        told << (row.hint.isEmpty() ? row.name + QStringLiteral(": ") + row.figure
                                    : QString(row.hint).replace(QLatin1Char('\n'), QLatin1String(": ")));
        if (row.band) {
            const double from = inView(row.band->low), to = inView(row.band->high);
            reach(from);
            reach(to);
            m_bands->addData(key, from, from, (from + to) / 2, to, to);
        }
        if (!row.value || !std::isfinite(*row.value))
            continue;
        const double value = inView(*row.value);
        reach(value);
        keys[tone] << key;
        values[tone] << value;
        if (row.interval) {
            const double from = inView(row.interval->low), to = inView(row.interval->high);
            reach(from);
            reach(to);
            middleKeys[tone] << key;
            middles[tone] << value;
            minus[tone] << value - from;
            plus[tone] << to - value;
        }
    }
    const bool bars = m_content.kind == RowChartContent::Kind::Bars;
    for (std::size_t tone = 0; tone < kTones; ++tone) {
        m_bars[tone]->setData(bars ? keys[tone] : QVector<double>(), bars ? values[tone] : QVector<double>(), true);
        m_dots[tone]->setData(bars ? QVector<double>() : keys[tone], bars ? QVector<double>() : values[tone], true);
        m_middles[tone]->setData(middleKeys[tone], middles[tone], true);
        m_whiskers[tone]->setData(minus[tone], plus[tone]);
    }
    const double margin = std::max(1e-9, high - low) * 0.03;
    m_content.low = low - margin;
    m_content.high = high + margin;
    const int rows = std::max(1, int(m_content.rows.size()));
    setMinimumHeight(rows * kRowHeight + kAxisHeight);
    setMaximumHeight(rows * kTallestRow + kAxisHeight);
    xAxis->setLabel(m_content.axis);
    setAccessibleName(m_content.title);
    setAccessibleDescription(told.join(QStringLiteral(". ")));
    restyle(tokens());
    resetView();
}

void RowChart::resetView()
{
    xAxis->setRange(m_content.low, m_content.high);
    for (QCPAxis *axis : {yAxis, yAxis2})
        axis->setRange(-0.6, std::max<double>(1, double(m_content.rows.size())) - 0.4);
    requestReplot();
}

void RowChart::readItem(int index)
{
    const ChartRow &row = m_content.rows[std::size_t(index)];
    // From the left edge, where a long name has the most room.
    showHover(row.hint.isEmpty() ? row.name + QLatin1Char('\n') + row.figure : row.hint,
              QPointF(0, yAxis->coordToPixel(index)), false);
}

int RowChart::itemAt(const QPoint &position) const
{
    const QRect area = axisRect()->rect();
    const bool inside = area.top() <= position.y() && position.y() <= area.bottom();
    return inside ? int(std::lround(yAxis->pixelToCoord(position.y()))) : -1;
}

void RowChart::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal || event->key() == Qt::Key_Minus)
        event->ignore();  // there is nothing to zoom
    else
        Plot::keyPressEvent(event);
}

void RowChart::wheelEvent(QWheelEvent *event)
{
    event->ignore();
}

void RowChart::restyle(const Tokens &tokens)
{
    Plot::restyle(tokens);
    yAxis->setTickLabelColor(tokens.text);
    yAxis->setTickLabelFont(fontFor(TextRole::Caption));
    yAxis2->setTickLabelFont(fontFor(TextRole::Caption));
    yAxis2->setTickLabelColor(tokens.muted);
    yAxis2->grid()->setVisible(false);
    m_zero->setPen(dashedPen(tokens.baseline, 1.5, {4, 3}));
    m_bands->setBrush(tokens.accentSoft);
    m_bands->setPen(Qt::NoPen);
    m_bands->setMedianPen(Qt::NoPen);
    m_bands->setWhiskerPen(Qt::NoPen);
    m_bands->setWhiskerBarPen(Qt::NoPen);
    const bool bars = m_content.kind == RowChartContent::Kind::Bars;
    for (std::size_t tone = 0; tone < kTones; ++tone) {
        const QColor colour = toneColour(tokens, ChartRow::Tone(tone));
        const bool hollow = ChartRow::Tone(tone) == ChartRow::Tone::Nothing;
        m_bars[tone]->setPen(hollow ? QPen(colour, 1.5) : QPen(Qt::NoPen));
        m_bars[tone]->setBrush(hollow ? QBrush(Qt::NoBrush) : QBrush(colour));
        m_dots[tone]->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(colour, 2),
                                                      hollow ? QBrush(tokens.surface) : QBrush(colour), 9));
        m_whiskers[tone]->setPen(QPen(bars ? tokens.text : colour, bars ? 1.5 : 2.5, Qt::SolidLine, Qt::FlatCap));
    }
}

QVector<LegendEntry> RowChart::legendEntries(const Tokens &tokens) const
{
    QVector<LegendEntry> entries;
    for (const auto &[text, tone] : m_content.legend)
        entries.append({text, toneColour(tokens, tone), LegendEntry::Shape::Dot});
    return entries;
}

}  // namespace dank::ui
