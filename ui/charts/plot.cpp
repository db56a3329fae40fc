#include "ui/charts/plot.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

#include "core/base/version.h"
#include "ui/charts/number_text.h"

namespace dank::ui {

namespace {

constexpr int kSliceMs = 33;
constexpr int kLabelPixels = 11;

QFont labelFont()
{
    QFont font = fontFor(TextRole::Caption);
    font.setPixelSize(kLabelPixels);
    return font;
}

}  // namespace

QString ChartProvenance::footer() const
{
    QStringList parts{run > 0 ? QStringLiteral("run %1").arg(run) : QString(),
                      seed.isEmpty() ? seed : QStringLiteral("seed %1").arg(seed),
                      dataset.isEmpty() || datasetHash.isEmpty()
                          ? dataset
                          : QStringLiteral("%1 (%2)").arg(dataset, datasetHash.left(8)),
                      backbone,
                      note,
                      QStringLiteral("Dank Learning " DANK_VERSION)};
    parts.removeAll(QString());
    return parts.join(QStringLiteral(" · "));
}

Plot::Plot(QWidget *parent) : QCustomPlot(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    setNoAntialiasingOnDrag(true);
    setMinimumSize(160, 110);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAutoAddPlottableToLegend(false);
    // Room at the right, so that the label of a tick at the very end is not cut off and thus left out.
    axisRect()->setMinimumMargins(QMargins(8, 8, 22, 8));
    for (QCPAxis *axis : {xAxis, yAxis}) {
        axis->setTickLength(0, 0);
        axis->setTickPen(Qt::NoPen);  // a tick of no length would still leave a dot
        axis->setSubTicks(false);
        axis->setTickLabelPadding(6);
        axis->setLabelPadding(4);
    }
    xAxis->grid()->setVisible(false);
    xAxis->setBasePen(Qt::NoPen);
    yAxis->setBasePen(Qt::NoPen);
    yAxis->grid()->setZeroLinePen(Qt::NoPen);

    // The hover label has a buffer of its own, so that following the mouse does not redraw the curves.
    addLayer(QStringLiteral("hover"), layer(QStringLiteral("overlay")), QCustomPlot::limAbove);
    layer(QStringLiteral("hover"))->setMode(QCPLayer::lmBuffered);

    m_crosshair = new QCPItemLine(this);
    m_crosshair->setLayer(QStringLiteral("hover"));
    m_crosshair->setSelectable(false);
    for (QCPItemPosition *end : {m_crosshair->start, m_crosshair->end}) {
        end->setTypeY(QCPItemPosition::ptAxisRectRatio);
        end->setTypeX(QCPItemPosition::ptAbsolute);
    }
    m_crosshair->setVisible(false);

    const auto newLabel = [this](const QString &on) {
        auto *label = new QCPItemText(this);
        label->setLayer(on);
        label->setSelectable(false);
        label->setClipToAxisRect(false);
        label->setVisible(false);
        return label;
    };
    m_hover = newLabel(QStringLiteral("hover"));
    m_hover->setPadding(QMargins(8, 6, 8, 6));
    m_hover->setTextAlignment(Qt::AlignLeft);
    m_hover->position->setType(QCPItemPosition::ptAbsolute);
    m_empty = newLabel(QStringLiteral("overlay"));
    m_empty->position->setType(QCPItemPosition::ptAxisRectRatio);
    m_empty->position->setCoords(0.5, 0.5);

    m_slice.setSingleShot(true);
    m_slice.setTimerType(Qt::PreciseTimer);
    m_slice.setInterval(kSliceMs);
    connect(&m_slice, &QTimer::timeout, this, &Plot::replotIfDirty);
    connect(this, &QCustomPlot::afterReplot, this, [this] { ++m_replots; });
    Plot::restyle(tokens());
}

const Tokens &Plot::tokens() const
{
    return tokensFor(palette());
}

void Plot::restyle(const Tokens &tokens)
{
    setBackground(QBrush(tokens.surface));
    const QFont font = labelFont();
    for (QCPAxis *axis : {xAxis, yAxis}) {
        axis->setTickLabelColor(tokens.muted);
        axis->setLabelColor(tokens.muted);
        axis->setTickLabelFont(font);
        axis->setLabelFont(font);
        axis->grid()->setPen(QPen(tokens.line, 1));
    }
    m_crosshair->setPen(QPen(tokens.muted, 1, Qt::DotLine));
    m_hover->setFont(font);
    m_hover->setColor(tokens.text);
    m_hover->setBrush(tokens.surface);
    m_hover->setPen(QPen(tokens.line, 1));
    m_empty->setFont(fontFor(TextRole::Body));
    m_empty->setColor(tokens.muted);
}

QVector<LegendEntry> Plot::legendEntries(const Tokens &) const
{
    return {};
}

void Plot::requestReplot()
{
    m_dirty = true;
    if (!m_slice.isActive())
        m_slice.start();
}

void Plot::replotIfDirty()
{
    // A hidden plot stays dirty and is drawn when it is shown.
    if (!m_dirty || !isVisible())
        return;
    m_dirty = false;
    replot(QCustomPlot::rpRefreshHint);
}

void Plot::setEmptyText(const QString &text)
{
    if (m_empty->text() == text && m_empty->visible() == !text.isEmpty())
        return;
    m_empty->setText(text);
    m_empty->setVisible(!text.isEmpty());
    requestReplot();
}

QString Plot::hoverText() const
{
    return m_hover->visible() ? m_hover->text() : QString();
}

void Plot::showHover(const QString &text, const QPointF &anchor, bool vertical)
{
    m_hover->setText(text);
    m_crosshair->setVisible(vertical);
    m_crosshair->start->setCoords(anchor.x(), 0);
    m_crosshair->end->setCoords(anchor.x(), 1);
    // On the side with more room, so that it never leaves the plot.
    const QRect area = axisRect()->rect();
    const bool right = anchor.x() < area.center().x();
    const bool below = anchor.y() < area.center().y();
    m_hover->setPositionAlignment((right ? Qt::AlignLeft : Qt::AlignRight) | (below ? Qt::AlignTop : Qt::AlignBottom));
    m_hover->position->setCoords(anchor.x() + (right ? 10 : -10), anchor.y() + (below ? 10 : -10));
    m_hover->setVisible(true);
    layer(QStringLiteral("hover"))->replot();
}

void Plot::hideHover()
{
    if (!m_hover->visible() && !m_crosshair->visible())
        return;
    m_hover->setVisible(false);
    m_crosshair->setVisible(false);
    layer(QStringLiteral("hover"))->replot();
}

void Plot::showItem(int index)
{
    if (index < 0 || index >= items())
        return;
    m_cursor = index;
    readItem(index);
}

void Plot::forgetItem()
{
    m_cursor = -1;
    hideHover();
}

bool Plot::walk(const QKeyEvent &event)
{
    const bool across = m_walking == Qt::Horizontal;
    const int step = event.modifiers().testFlag(Qt::ShiftModifier) ? m_stride : 1;
    const int last = std::max(0, items() - 1);
    int to = 0;
    if (event.key() == (across ? Qt::Key_Right : Qt::Key_Down))
        to = m_cursor < 0 ? 0 : m_cursor + step;
    else if (event.key() == (across ? Qt::Key_Left : Qt::Key_Up))
        to = m_cursor < 0 ? last : m_cursor - step;
    else if (event.key() == Qt::Key_End)
        to = last;
    else if (event.key() != Qt::Key_Home)
        return false;
    showItem(std::clamp(to, 0, last));
    return true;
}

void Plot::zoomBy(double factor)
{
    const QPoint middle = axisRect()->rect().center();
    xAxis->scaleRange(factor, xAxis->pixelToCoord(middle.x()));
    yAxis->scaleRange(factor, yAxis->pixelToCoord(middle.y()));
    emit viewMoved();
    requestReplot();
}

void Plot::changeEvent(QEvent *event)
{
    QCustomPlot::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        restyle(tokens());
        requestReplot();
    }
}

void Plot::showEvent(QShowEvent *event)
{
    QCustomPlot::showEvent(event);
    if (m_dirty)
        requestReplot();
}

void Plot::wheelEvent(QWheelEvent *event)
{
    if (m_wheelNeedsFocus && !hasFocus()) {
        event->ignore();
        return;
    }
    QCustomPlot::wheelEvent(event);
    event->accept();
    emit viewMoved();
}

void Plot::mouseMoveEvent(QMouseEvent *event)
{
    QCustomPlot::mouseMoveEvent(event);
    if (event->buttons() & Qt::LeftButton) {
        hideHover();
        if (mMouseHasMoved)
            emit viewMoved();
    } else if (event->buttons() == Qt::NoButton) {
        const int item = itemAt(event->pos());
        if (item >= 0 && item < items())
            showItem(item);
        else
            hideHover();
    }
}

void Plot::mouseDoubleClickEvent(QMouseEvent *event)
{
    QCustomPlot::mouseDoubleClickEvent(event);
    resetView();
}

void Plot::keyPressEvent(QKeyEvent *event)
{
    const auto modifiers = event->modifiers() & ~Qt::KeypadModifier;
    const bool shift = modifiers.testFlag(Qt::ShiftModifier), control = modifiers.testFlag(Qt::ControlModifier);
    if (control && shift && event->key() == Qt::Key_C)
        emit copyRequested();
    else if (control && shift && event->key() == Qt::Key_E)
        emit exportRequested();
    else if (event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal)
        zoomBy(1 / 1.25);
    else if (event->key() == Qt::Key_Minus)
        zoomBy(1.25);
    else if (event->key() == Qt::Key_0)
        resetView();
    else if (event->key() == Qt::Key_Escape && m_hover->visible())
        hideHover();
    else if (!walk(*event))
        QCustomPlot::keyPressEvent(event);
}

void Plot::leaveEvent(QEvent *event)
{
    QCustomPlot::leaveEvent(event);
    hideHover();
}

void Plot::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    fillContextMenu(menu);
    menu.exec(event->globalPos());
}

void Plot::fillContextMenu(QMenu &menu)
{
    menu.addAction(tr("Copy chart"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), this, &Plot::copyRequested);
    menu.addAction(tr("Export chart…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), this, &Plot::exportRequested);
    menu.addSeparator();
    menu.addAction(tr("Show everything"), QKeySequence(Qt::CTRL | Qt::Key_0), this, [this] { resetView(); });
}

QCPGraph *addPoints(QCPAxis *keys, QCPAxis *values)
{
    QCPGraph *const graph = keys->parentPlot()->addGraph(keys, values);
    graph->setLineStyle(QCPGraph::lsNone);
    return graph;
}

QCPErrorBars *addWhiskers(QCPGraph *graph)
{
    auto *whiskers = new QCPErrorBars(graph->keyAxis(), graph->valueAxis());
    whiskers->setDataPlottable(graph);
    whiskers->setErrorType(QCPErrorBars::etValueError);
    whiskers->setWhiskerWidth(0);
    whiskers->setSymbolGap(0);
    return whiskers;
}

QPen dashedPen(const QColor &colour, double width, const QVector<qreal> &pattern)
{
    QPen pen(colour, width);
    pen.setDashPattern(pattern);
    return pen;
}

QString LossTicker::getTickLabel(double tick, const QLocale &, QChar, int)
{
    // Rounding noise of the step (0.30000000000000004) is not part of the value.
    return lossText(tick, 4);
}

QVector<double> LossTicker::createTickVector(double tickStep, const QCPRange &range)
{
    if (!m_logarithmic || range.lower <= 0 || !(range.upper > range.lower))
        return QCPAxisTicker::createTickVector(tickStep, range);
    const double first = std::floor(std::log10(range.lower)), last = std::ceil(std::log10(range.upper));
    const double decades = std::log10(range.upper / range.lower);
    QVector<double> ticks;
    if (decades >= 1) {
        const double every = std::max(1.0, std::ceil(decades / 6));
        const bool inner = decades < 2.5;
        for (double power = std::floor(first / every) * every; power <= last; power += every) {
            ticks << std::pow(10.0, power);
            if (inner)
                ticks << 2 * std::pow(10.0, power) << 5 * std::pow(10.0, power);
        }
        return ticks;
    }
    // Within one decade halving steps read best: 0.04, 0.02, 0.01, 0.005. Fall back to plain steps when too few fit.
    for (double power = first; power <= last; ++power) {
        for (double digit : {1.0, 2.0, 4.0, 6.0, 8.0})
            ticks << digit * std::pow(10.0, power);
    }
    const auto inside = std::count_if(ticks.begin(), ticks.end(), [&](double tick) { return range.contains(tick); });
    return inside >= 3 ? ticks : QCPAxisTicker::createTickVector(tickStep, range);
}

QString WholeNumberTicker::getTickLabel(double tick, const QLocale &, QChar, int)
{
    return m_compact ? compactNumber(std::round(tick)) : groupedNumber(std::llround(tick));
}

double WholeNumberTicker::getTickStep(const QCPRange &range)
{
    return std::max(1.0, std::round(QCPAxisTicker::getTickStep(range)));
}

}  // namespace dank::ui
