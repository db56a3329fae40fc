#include "ui/charts/loss_chart.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMenu>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/charts/number_text.h"

namespace dank::ui {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool sameEpoch(const EpochStats &a, const EpochStats &b)
{
    const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return a.epoch == b.epoch && same(a.trainLoss, b.trainLoss) && same(a.validationLoss, b.validationLoss);
}

double finiteOrGap(double value)
{
    return std::isfinite(value) ? value : kNaN;
}

}  // namespace

LossChart::LossChart(QWidget *parent)
    : Plot(parent), m_trainRaw(addGraph()), m_validationRaw(addGraph()), m_train(addGraph()), m_validation(addGraph()),
      m_gaps(addPoints(xAxis, yAxis2)), m_overlays(*this), m_marks(*this)
{
    setAccessibleName(tr("Loss over the epochs"));
    xAxis->setLabel(tr("epoch"));
    xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new WholeNumberTicker));
    m_stride = 10;
    m_lossTicker.reset(new LossTicker);
    yAxis->setTicker(m_lossTicker);

    // Crosses for gaps live on an axis of their own, 0..1 over the height, since a gap has no loss to sit at.
    yAxis2->setVisible(false);
    yAxis2->setRange(0, 1);
    axisRect()->setRangeDragAxes({xAxis}, {yAxis});
    axisRect()->setRangeZoomAxes({xAxis}, {yAxis});
    // There are no epochs before the first.
    connect(xAxis, qOverload<const QCPRange &>(&QCPAxis::rangeChanged), this,
            [this](const QCPRange &range) { xAxis->setRange(range.bounded(0, QCPRange::maxRange)); });

    clearCurve();
    connect(this, &Plot::viewMoved, this, [this] { setFollow(false); });
    LossChart::restyle(tokens());
}

bool LossChart::wantsLogAxis(double leastPositive, double greatest, bool anyNotPositive)
{
    return !anyNotPositive && leastPositive > 0 && greatest / leastPositive > 100;
}

void LossChart::clearCurve()
{
    for (QCPGraph *graph : {m_trainRaw, m_validationRaw, m_train, m_validation, m_gaps})
        graph->data()->clear();
    m_curve.clear();
    m_own = {};
    m_gapCount = 0;
    m_trainSmooth = SmoothedSeries(m_smoothing);
    m_validationSmooth = SmoothedSeries(m_smoothing);
    forgetItem();
}

void LossChart::setTraining(const TrainingView &view)
{
    const std::size_t shown = m_curve.size();
    const bool grown = view.run == m_run && view.curve.size() >= shown
                       && (shown == 0 || sameEpoch(view.curve[shown - 1], m_curve.back()));
    if (view.run != m_run) {
        // Another run starts with the automatic axis and the whole curve in view.
        m_axis = Axis::Auto;
        setFollow(true);
    }
    m_run = view.run;
    m_overlays.setShownRun(m_run);
    m_config = view.config;
    m_live = view.live;
    if (!grown)
        clearCurve();
    m_curve.reserve(view.curve.size());
    for (std::size_t i = m_curve.size(); i < view.curve.size(); ++i)
        append(view.curve[i]);
    updateMarks(view);
    updateAxis();
    if (m_follow)
        updateRange();
    setEmptyText(m_curve.empty() && m_overlays.drawn().empty()
                     ? (view.live ? tr("The first epoch is on its way…")
                                  : tr("The loss is drawn here, epoch by epoch, once training starts."))
                     : QString());
    setAccessibleDescription(summary());
    requestReplot();
}

void LossChart::append(const EpochStats &stats)
{
    m_curve.push_back(stats);
    const double x = stats.epoch;
    m_own.add(stats.trainLoss);
    m_own.add(stats.validationLoss);
    m_trainRaw->addData(x, finiteOrGap(stats.trainLoss));
    m_validationRaw->addData(x, finiteOrGap(stats.validationLoss));
    appendSmoothed(stats);
    if (!std::isfinite(stats.trainLoss) || !std::isfinite(stats.validationLoss)) {
        m_gaps->addData(x, 0.03);
        ++m_gapCount;
    }
}

void LossChart::appendSmoothed(const EpochStats &stats)
{
    m_train->addData(stats.epoch, m_trainSmooth.next(stats.trainLoss));
    m_validation->addData(stats.epoch, m_validationSmooth.next(stats.validationLoss));
}

void LossChart::updateMarks(const TrainingView &view)
{
    const bool baseline = std::isfinite(view.meanPredictorLoss) && view.meanPredictorLoss > 0 && !m_curve.empty();
    m_marks.setBaseline(baseline ? view.meanPredictorLoss : 0);
    m_marks.setBlend(m_curve.empty() ? 0 : view.blendLoss);
    m_marks.setPauses(view.pauses);
    // Epochs count from 1 without holes, but a resumed or foreign curve need not: look for the number itself.
    const auto best = std::ranges::lower_bound(m_curve, view.bestEpoch, {}, &EpochStats::epoch);
    const bool known = view.bestEpoch > 0 && best != m_curve.end() && best->epoch == view.bestEpoch
                       && std::isfinite(best->validationLoss);
    m_marks.setBest(known ? &*best : nullptr);
}

void LossChart::setSmoothing(double weight)
{
    weight = std::clamp(std::isfinite(weight) ? weight : 0.0, 0.0, SmoothedSeries::kMost);
    if (weight == m_smoothing)
        return;
    m_smoothing = weight;
    m_train->data()->clear();
    m_validation->data()->clear();
    m_trainSmooth = SmoothedSeries(m_smoothing);
    m_validationSmooth = SmoothedSeries(m_smoothing);
    for (const EpochStats &stats : m_curve)
        appendSmoothed(stats);
    restyle(tokens());
    requestReplot();
}

void LossChart::setAxis(Axis axis)
{
    m_axis = axis;
    updateAxis();
    updateRange();
    emit axisChanged();
    requestReplot();
}

void LossChart::toggleAxis()
{
    setAxis(m_logarithmic ? Axis::Linear : Axis::Logarithmic);
}

void LossChart::updateAxis()
{
    const LossExtremes all = extremes();
    const bool possible = all.leastPositive > 0;
    const bool wanted = m_axis == Axis::Logarithmic
                        || (m_axis == Axis::Auto && wantsLogAxis(all.leastPositive, all.greatest, all.anyNotPositive));
    const bool log = possible && wanted;
    if (log == m_logarithmic)
        return;
    m_logarithmic = log;
    m_lossTicker->setLogarithmic(log);
    yAxis->setScaleType(log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    updateRange();
    emit axisChanged();
}

double LossChart::plannedEnd() const
{
    const double last = std::max(m_curve.empty() ? 0 : m_curve.back().epoch, m_overlays.lastEpoch());
    if (!m_live)
        return std::max(2.0, last * 1.02);  // the ring of a best last epoch is seen whole
    // The planned end once it is in reach; a long run's first epochs are not squeezed into a corner.
    const double planned = std::max<double>(m_config.epochs, last);
    return last * 5 >= planned
               ? planned
               : std::clamp(std::pow(2.0, std::ceil(std::log2(last * 2 + 1))), 10.0, std::max(10.0, planned));
}

void LossChart::updateRange()
{
    xAxis->setRange(0, plannedEnd());
    const LossExtremes all = extremes();
    double low = m_logarithmic ? all.leastPositive : all.least, high = all.anyFinite ? all.greatest : 1;
    if (m_marks.baseline() > 0) {
        low = all.anyFinite ? std::min(low, m_marks.baseline()) : 0;
        high = all.anyFinite ? std::max(high, m_marks.baseline()) : 2 * m_marks.baseline();
    }
    if (m_marks.blend() > 0) {
        low = std::min(low, m_marks.blend());
        high = std::max(high, m_marks.blend());
    }
    if (m_logarithmic) {
        const double margin = std::pow(std::max(high / low, 1.5), 0.08);
        yAxis->setRange(low / margin, high * margin);
    } else {
        // Losses are never negative: keep 0 as the floor where the data is above it.
        const double span = std::max(high - low, std::max(std::abs(high), 1e-12) * 0.1);
        const double floor = low - 0.08 * span;
        yAxis->setRange(low >= 0 ? std::max(0.0, floor) : floor, high + 0.08 * span);
    }
}

LossExtremes LossChart::extremes() const
{
    LossExtremes all = m_own;
    all.add(m_overlays.extremes());
    return all;
}

void LossChart::setOverlays(std::vector<RunCurve> curves)
{
    m_overlays.set(std::move(curves));
    if (!m_overlays.drawn().empty())
        setEmptyText({});
    updateAxis();
    if (m_follow)
        updateRange();
    requestReplot();
}

void LossChart::resetView()
{
    setFollow(true);
    updateRange();
    requestReplot();
}

void LossChart::setFollow(bool on)
{
    if (m_follow == on)
        return;
    m_follow = on;
    if (on) {
        updateRange();
        requestReplot();
    }
    emit followChanged(on);
}

int LossChart::indexOf(int epoch) const
{
    auto at = std::ranges::lower_bound(m_curve, epoch, {}, &EpochStats::epoch);
    if (at != m_curve.begin() && (at == m_curve.end() || epoch - (at - 1)->epoch < at->epoch - epoch))
        --at;
    return int(at - m_curve.begin());
}

void LossChart::readItem(int index)
{
    const EpochStats &at = m_curve[std::size_t(index)];
    QString text = tr("epoch %1\ntraining %2\nvalidation %3")
                       .arg(groupedNumber(at.epoch), lossText(at.trainLoss), lossText(at.validationLoss));
    if (bestMarker() && at.epoch == bestMarker()->x())
        text += tr("\nbest so far");
    for (const auto &[name, loss] : m_overlays.lossesAt(at.epoch))
        text += tr("\n%1 %2").arg(name, lossText(loss));
    const double anchor = std::isfinite(at.validationLoss) ? at.validationLoss : yAxis->range().center();
    const QRect area = axisRect()->rect();
    const double y = std::clamp(yAxis->coordToPixel(anchor), double(area.top()), double(area.bottom()));
    showHover(text, QPointF(xAxis->coordToPixel(at.epoch), y), true);
}

int LossChart::itemAt(const QPoint &position) const
{
    const double x = xAxis->pixelToCoord(position.x());
    // Past the end of the curve there is nothing to read.
    if (m_curve.empty() || !axisRect()->rect().contains(position)
        || x > m_curve.back().epoch + xAxis->range().size() * 0.02)
        return -1;
    return indexOf(int(std::lround(std::clamp(x, 0.0, 2e9))));
}

void LossChart::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_L && event->modifiers() == Qt::ControlModifier)
        toggleAxis();
    else
        Plot::keyPressEvent(event);
}

void LossChart::fillContextMenu(QMenu &menu)
{
    QAction *log =
        menu.addAction(tr("Logarithmic axis"), QKeySequence(Qt::CTRL | Qt::Key_L), this, &LossChart::toggleAxis);
    log->setCheckable(true);
    log->setChecked(m_logarithmic);
    QAction *automatic = menu.addAction(tr("Choose the axis automatically"), this, [this] { setAxis(Axis::Auto); });
    automatic->setCheckable(true);
    automatic->setChecked(m_axis == Axis::Auto);
    menu.addSeparator();
    Plot::fillContextMenu(menu);
}

void LossChart::restyle(const Tokens &tokens)
{
    Plot::restyle(tokens);
    // Without smoothing the raw line is the line.
    const bool smooth = m_smoothing > 0;
    m_trainRaw->setPen(smooth ? QPen(faded(tokens.training, 0.4f), 1) : QPen(tokens.training, 2));
    m_validationRaw->setPen(smooth ? QPen(faded(tokens.validation, 0.4f), 1) : QPen(tokens.validation, 2));
    m_train->setPen(QPen(tokens.training, 2));
    m_validation->setPen(QPen(tokens.validation, 2));
    m_train->setVisible(smooth);
    m_validation->setVisible(smooth);
    m_gaps->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCross, QPen(tokens.bad, 2), Qt::NoBrush, 8));
    m_marks.restyle(tokens);
}

QString LossChart::exportTitle() const
{
    return m_run > 0 ? tr("Loss of run %1").arg(m_run) : tr("Loss");
}

QVector<LegendEntry> LossChart::legendEntries(const Tokens &tokens) const
{
    QVector<LegendEntry> entries{{tr("training"), tokens.training, LegendEntry::Shape::Dot},
                                 {tr("validation"), tokens.validation, LegendEntry::Shape::Dot}};
    for (const RunCurve *curve : m_overlays.drawn())
        entries.append({curve->name, curve->colour,
                        curve->style == Qt::SolidLine ? LegendEntry::Shape::Dot : LegendEntry::Shape::Dashes});
    if (m_marks.baseline() > 0)
        entries.append({tr("predict the mean"), tokens.baseline, LegendEntry::Shape::Dashes});
    if (m_marks.blend() > 0)
        entries.append({tr("whole head, out of fold"), tokens.accent, LegendEntry::Shape::Dashes});
    return entries;
}

ChartTable LossChart::table() const
{
    ChartTable table;
    table.columns = {QStringLiteral("epoch"), QStringLiteral("train_loss"), QStringLiteral("validation_loss"),
                     QStringLiteral("seconds")};
    table.rows.reserve(m_curve.size());
    for (const auto &stats : m_curve)
        table.rows.push_back({QString::number(stats.epoch), exactNumber(stats.trainLoss),
                              exactNumber(stats.validationLoss), exactNumber(stats.seconds)});
    m_overlays.addTo(table);
    return table;
}

QString LossChart::summary() const
{
    if (m_curve.empty())
        return tr("No epochs yet");
    const auto &last = m_curve.back();
    QString text = tr("Epoch %1: training loss %2, validation loss %3")
                       .arg(QString::number(last.epoch), lossText(last.trainLoss, 3), lossText(last.validationLoss, 3));
    if (const auto best = bestMarker())
        text += tr("; best validation loss %1 at epoch %2").arg(lossText(best->y(), 3)).arg(int(best->x()));
    if (m_marks.baseline() > 0)
        text += tr("; predicting the mean gives %1").arg(lossText(m_marks.baseline(), 3));
    if (m_marks.blend() > 0)
        text += tr("; the whole head gives %1 on memes out of its folds").arg(lossText(m_marks.blend(), 3));
    return text;
}

}  // namespace dank::ui
