#include "ui/charts/histogram_chart.h"

#include <QGridLayout>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "ui/charts/number_text.h"
#include "ui/charts/target_chart.h"
#include "ui/widgets/card.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kUpvoteBins = 24;
constexpr int kLabelGap = 10;    // pixels between two labels of the axis
constexpr int kBesideBins = 60;  // pixels of the counts and margins beside the bins, about

QString edgeText(double value)
{
    return std::abs(value) >= 1000 ? groupedNumber(std::llround(value)) : lossText(value, 3);
}

}  // namespace

BarPlot::BarPlot(QWidget *parent) : Plot(parent)
{
    setWheelNeedsFocus(true);
    yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new WholeNumberTicker(true)));
    yAxis->ticker()->setTickCount(4);
    axisRect()->setRangeZoomAxes({xAxis}, {});
    axisRect()->setRangeDragAxes({xAxis}, {});
    for (int i = 0; i < 8; ++i) {
        auto *bars = new QCPBars(xAxis, yAxis);
        bars->setWidth(0.86);
        m_bars.push_back(bars);
    }
    BarPlot::restyle(tokens());
}

void BarPlot::setHistogram(const Histogram &histogram, BinScale scale, const QString &unit, bool ramp)
{
    m_histogram = histogram;
    m_scale = scale;
    m_unit = unit;
    m_ramp = ramp;
    forgetItem();
    const std::size_t bins = histogram.counts.size();
    for (QCPBars *bars : m_bars)
        bars->data()->clear();
    for (std::size_t i = 0; i < bins; ++i) {
        const std::size_t colour = ramp ? std::min<std::size_t>(7, i * 8 / bins) : 0;
        m_bars[colour]->addData(double(i) + 0.5, double(histogram.counts[i]));
    }
    placeTicks();
    setAccessibleName(unit);
    QStringList parts;
    for (std::size_t i = 0; i < bins && parts.size() < 24; ++i)
        parts << tr("%1 to %2: %3")
                     .arg(edgeText(histogram.edges[i]), edgeText(histogram.edges[i + 1]))
                     .arg(histogram.counts[i]);
    setAccessibleDescription(parts.join(QStringLiteral("; ")));
    restyle(tokens());
    resetView();
}

double BarPlot::position(double value) const
{
    const double low = m_histogram.edges.front(), high = m_histogram.edges.back();
    const double bins = double(m_histogram.counts.size());
    if (!(high > low))
        return bins / 2;
    if (m_scale == BinScale::Log && low >= 0)
        return std::log(std::max(value, 1.0) / std::max(low, 1.0)) / std::log(high / std::max(low, 1.0)) * bins;
    return (value - low) / (high - low) * bins;
}

QVector<std::pair<double, QString>> BarPlot::ticks() const
{
    QVector<std::pair<double, QString>> out;
    if (m_histogram.counts.empty())
        return out;
    const double low = m_histogram.edges.front(), high = m_histogram.edges.back();
    const double bins = double(m_histogram.counts.size());
    if (!(high > low)) {
        out.append({bins / 2, compactNumber(low)});
        return out;
    }
    QVector<double> values;
    if (m_scale == BinScale::Log) {
        for (double power = 1; power <= high; power *= 10)
            for (double digit : {1.0, 2.0, 5.0})
                if (digit * power >= low && digit * power <= high)
                    values << digit * power;
    } else {
        const double rough = (high - low) / 5, power = std::pow(10.0, std::floor(std::log10(rough)));
        const double digit = rough / power;
        const double step = power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 2.5 ? 2.5 : digit <= 5 ? 5 : 10);
        for (double value = std::ceil(low / step) * step; value <= high + step * 1e-9; value += step)
            values << value;
    }
    // Labels need room: at least an eighth of the width from one to the next, and more where that is too narrow.
    const QFontMetrics metrics(xAxis->tickLabelFont());
    for (double value : values) {
        const double at = position(value);
        const QString label = compactNumber(std::abs(value) < 1e-12 ? 0 : value);
        if (!out.isEmpty()) {
            const double wide = (metrics.horizontalAdvance(out.back().second) + metrics.horizontalAdvance(label)) / 2.0;
            const double needed = m_room > 0 ? bins * (wide + kLabelGap) / m_room : 0;
            if (at - out.back().first < std::max(bins / 8, needed))
                continue;
        }
        out.append({at, label});
    }
    return out;
}

void BarPlot::placeTicks()
{
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    for (const auto &[at, label] : ticks())
        ticker->addTick(at, label);
    xAxis->setTicker(ticker);
}

void BarPlot::resizeEvent(QResizeEvent *event)
{
    m_room = std::max(1, event->size().width() - kBesideBins);
    placeTicks();
    Plot::resizeEvent(event);
}

void BarPlot::resetView()
{
    const std::size_t bins = m_histogram.counts.size();
    xAxis->setRange(0, std::max<double>(1, double(bins)));
    const std::size_t most = bins ? *std::max_element(m_histogram.counts.begin(), m_histogram.counts.end()) : 1;
    yAxis->setRange(0, std::max<double>(1, double(most)) * 1.08);
    setEmptyText(bins ? QString() : tr("Nothing to count yet"));
    requestReplot();
}

void BarPlot::readItem(int bin)
{
    const auto i = std::size_t(bin);
    const auto count = m_histogram.counts[i];
    const QString range =
        tr("%1 – %2 %3").arg(edgeText(m_histogram.edges[i]), edgeText(m_histogram.edges[i + 1]), m_unit);
    const QPointF top(xAxis->coordToPixel(bin + 0.5), yAxis->coordToPixel(double(count)));
    showHover(range + QLatin1Char('\n') + countOf(qint64(count), tr("meme"), tr("memes")), top, false);
}

int BarPlot::itemAt(const QPoint &position) const
{
    return axisRect()->rect().contains(position) ? int(std::floor(xAxis->pixelToCoord(position.x()))) : -1;
}

void BarPlot::restyle(const Tokens &tokens)
{
    Plot::restyle(tokens);
    for (std::size_t i = 0; i < m_bars.size(); ++i) {
        const QColor colour = m_ramp ? tokens.dankness[i] : tokens.training;
        m_bars[i]->setPen(Qt::NoPen);
        m_bars[i]->setBrush(colour);
    }
}

ChartTable BarPlot::table() const
{
    ChartTable table{{QStringLiteral("from"), QStringLiteral("to"), QStringLiteral("count")}, {}};
    for (std::size_t i = 0; i < m_histogram.counts.size(); ++i)
        table.rows.push_back({exactNumber(m_histogram.edges[i]), exactNumber(m_histogram.edges[i + 1]),
                              QString::number(m_histogram.counts[i])});
    return table;
}

HistogramChart::HistogramChart(QWidget *parent)
    : QWidget(parent), m_upvotes(new BarPlot(this)), m_targets(new TargetChart(false, this)),
      m_upvotesCaption(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this))
{
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(2);
    grid->addWidget(m_upvotesCaption, 0, 0);
    grid->addWidget(m_upvotes, 1, 0);
    grid->addWidget(m_targets, 0, 1, 2, 1);
    grid->setColumnStretch(0, 3);
    grid->setColumnStretch(1, 2);
    grid->setRowStretch(1, 1);
    m_upvotesCaption->setElided(true);
    rebuild();
}

BarPlot *HistogramChart::dankness()
{
    return m_targets->plot();
}

void HistogramChart::setDataset(std::shared_ptr<const Dataset> dataset)
{
    m_dataset = std::move(dataset);
    rebuild();
}

void HistogramChart::setTarget(TargetKind target)
{
    if (target == m_target)
        return;
    m_target = target;
    rebuild();
}

void HistogramChart::setPreview(std::shared_ptr<const TargetPreview> preview)
{
    m_preview = std::move(preview);
    rebuild();
}

void HistogramChart::setScale(BinScale scale)
{
    if (scale == m_scale)
        return;
    m_scale = scale;
    rebuild();
}

void HistogramChart::rebuild()
{
    std::vector<double> upvotes;
    std::vector<std::int64_t> counts;
    if (m_dataset) {
        for (const auto &record : m_dataset->records()) {
            upvotes.push_back(double(record.upvotes));
            counts.push_back(record.upvotes);
        }
        ChartProvenance source;
        source.dataset = QString::fromStdString(m_dataset->name());
        source.datasetHash = QString::fromStdString(m_dataset->contentHash());
        m_upvotes->setProvenance(source);
        dankness()->setProvenance(source);
    }
    m_upvotes->setHistogram(upvotes.empty() ? Histogram{} : makeHistogram(upvotes, kUpvoteBins, m_scale), m_scale,
                            tr("upvotes"), false);
    m_upvotes->setExportTitle(tr("Upvotes of %1 memes").arg(upvotes.size()));
    m_upvotes->xAxis->setLabel(tr("upvotes"));
    m_upvotes->yAxis->setLabel(tr("memes"));
    const bool any = !m_dataset || m_dataset->hasUpvotes();
    static_cast<QGridLayout *>(layout())->setColumnStretch(0, any ? 3 : 0);
    m_upvotes->setVisible(any);
    m_upvotesCaption->setVisible(any);
    m_upvotesCaption->setText(upvotes.empty() ? QString()
                                              : tr("Upvotes of %1 memes").arg(groupedNumber(qint64(upvotes.size()))));

    if (m_preview && m_preview->kind == m_target && m_preview->targets.size() == counts.size()) {
        m_targets->setPreview(m_preview.get());
        return;
    }
    std::vector<float> targets;
    try {
        if (!counts.empty()) {
            const auto transform = TargetTransform::fit(m_target, counts);
            for (std::int64_t count : counts)
                targets.push_back(transform.toDankness(count));
        }
    } catch (const Error &) {
        // A target that cannot be fitted (all upvotes 0) has no distribution to show.
        targets.clear();
    }
    m_targets->setTargets(m_target, {}, targets);
}

}  // namespace dank::ui
