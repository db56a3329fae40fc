#include "ui/charts/loss_marks.h"

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"

namespace dank::ui {

LossLine::LossLine(QCustomPlot &plot) : line(new QCPItemLine(&plot)), label(new QCPItemText(&plot))
{
    line->setSelectable(false);
    label->setSelectable(false);
    line->start->setTypeX(QCPItemPosition::ptAxisRectRatio);
    line->end->setTypeX(QCPItemPosition::ptAxisRectRatio);
    label->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
    label->setPadding(QMargins(4, 2, 4, 3));
    set(0, {});
}

void LossLine::set(double level, const QString &words)
{
    loss = level;
    line->setVisible(level > 0);
    label->setVisible(level > 0);
    line->start->setCoords(0, level);
    line->end->setCoords(1, level);
    label->position->setCoords(1, level);
    label->setText(words);
}

void LossLine::restyle(const QPen &pen, const QColor &words, const QFont &font)
{
    line->setPen(pen);
    label->setColor(words);
    label->setFont(font);
}

LossMarks::LossMarks(QCustomPlot &plot)
    : m_plot(plot), m_ring(addPoints(plot.xAxis, plot.yAxis)), m_baseline(plot), m_blend(plot),
      m_bestLabel(new QCPItemText(&plot)), m_bestAnchor(new QCPItemTracer(&plot))
{
    m_bestLabel->setClipToAxisRect(false);
    m_bestLabel->setPadding(QMargins(4, 1, 4, 1));
    // The label hangs a few pixels under the ring, wherever zooming puts it.
    m_bestAnchor->setStyle(QCPItemTracer::tsNone);
    m_bestLabel->position->setParentAnchor(m_bestAnchor->position);
    m_bestLabel->position->setType(QCPItemPosition::ptAbsolute);
    m_bestLabel->setSelectable(false);
    m_bestAnchor->setSelectable(false);
    // At any size and range, an exported one's too.
    QObject::connect(&plot, &QCustomPlot::afterLayout, m_ring, [this] {
        placeBestLabel();
        const QRectF taken = placeLabel(m_baseline, true, {});
        placeLabel(m_blend, false, taken);
    });
    setBest(nullptr);
}

void LossMarks::setBaseline(double loss)
{
    m_baseline.set(loss, QCustomPlot::tr("predict the mean %1").arg(lossText(loss, 2)));
}

void LossMarks::setBlend(double loss)
{
    m_blend.set(loss, QCustomPlot::tr("whole head, out of fold %1").arg(lossText(loss, 2)));
}

void LossMarks::setBest(const EpochStats *best)
{
    m_best.reset();
    m_ring->data()->clear();
    m_bestLabel->setVisible(best != nullptr);
    if (!best)
        return;
    m_best = QPointF(best->epoch, best->validationLoss);
    m_ring->addData(m_best->x(), m_best->y());
    m_bestAnchor->position->setCoords(*m_best);
    m_bestLabel->setText(QCustomPlot::tr("best, epoch %1").arg(best->epoch));
}

void LossMarks::setPauses(const std::vector<std::pair<int, int>> &pauses)
{
    if (m_pauses == pauses)
        return;
    for (QCPItemRect *band : m_bands)
        m_plot.removeItem(band);
    m_bands.clear();
    m_pauses = pauses;
    for (const auto &[from, to] : m_pauses) {
        auto *band = new QCPItemRect(&m_plot);
        band->setSelectable(false);
        band->setLayer(QStringLiteral("background"));
        band->setPen(Qt::NoPen);
        band->setBrush(m_bandColour);
        band->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
        band->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
        // A pause takes no epochs: the band reaches to the middle of its neighbours so that it can be seen.
        band->topLeft->setCoords(std::min(from, to) - 0.5, 0);
        band->bottomRight->setCoords(std::max(from, to) + 0.5, 1);
        m_bands.push_back(band);
    }
}

/// Under the ring where there is room, above it near the epochs' labels, and never past the left or right end.
void LossMarks::placeBestLabel()
{
    if (!m_best)
        return;
    const QRectF area = m_plot.axisRect()->rect();
    const double across = (m_plot.xAxis->coordToPixel(m_best->x()) - area.left()) / area.width();
    const double up = (area.bottom() - m_plot.yAxis->coordToPixel(m_best->y())) / area.height();
    const bool below = up > 0.1;
    const Qt::Alignment side = across > 0.9 ? Qt::AlignRight : across < 0.1 ? Qt::AlignLeft : Qt::AlignHCenter;
    m_bestLabel->setPositionAlignment(side | (below ? Qt::AlignTop : Qt::AlignBottom));
    m_bestLabel->position->setCoords(0, below ? 9 : -9);
}

/// Above the line at the end that is asked for; where a curve runs through there, or it is taken, under it or at the
/// other end. Returns where it is, in pixels.
QRectF LossMarks::placeLabel(const LossLine &line, bool right, const QRectF &taken)
{
    if (line.loss <= 0)
        return {};
    const QRectF area = m_plot.axisRect()->rect();
    const QFontMetricsF metrics(line.label->font());
    const QMargins padding = line.label->padding();
    const QSizeF size(metrics.horizontalAdvance(line.label->text()) + padding.left() + padding.right(),
                      metrics.height() + padding.top() + padding.bottom());
    const double level = m_plot.yAxis->coordToPixel(line.loss);
    const auto rectOf = [&](bool atRight, bool above) {
        return QRectF(
            QPointF(atRight ? area.right() - size.width() : area.left(), above ? level - size.height() : level), size);
    };
    std::pair<bool, bool> place(right, true);  // right, above
    for (const auto &[atRight, above] :
         std::initializer_list<std::pair<bool, bool>>{{right, true}, {right, false}, {!right, true}, {!right, false}}) {
        const QRectF rect = rectOf(atRight, above);
        if (rect.top() < area.top() || rect.bottom() > area.bottom() || rect.intersects(taken)
            || isCrossed(rect.marginsRemoved(padding)))
            continue;
        place = {atRight, above};
        break;
    }
    line.label->position->setCoords(place.first ? 1 : 0, line.loss);
    line.label->setPositionAlignment((place.first ? Qt::AlignRight : Qt::AlignLeft)
                                     | (place.second ? Qt::AlignBottom : Qt::AlignTop));
    return rectOf(place.first, place.second);
}

/// Whether a curve passes through a rectangle in pixels.
bool LossMarks::isCrossed(const QRectF &rect) const
{
    const double from = m_plot.xAxis->pixelToCoord(rect.left()), to = m_plot.xAxis->pixelToCoord(rect.right());
    for (int i = 0; i < m_plot.graphCount(); ++i) {
        const QCPGraph *graph = m_plot.graph(i);
        if (!graph->visible() || graph->lineStyle() == QCPGraph::lsNone)
            continue;
        double before = std::nan("");
        const auto end = graph->data()->findEnd(to);
        for (auto point = graph->data()->findBegin(from); point != end; ++point) {
            const double y = m_plot.yAxis->coordToPixel(point->value);
            const double other = std::isfinite(before) ? before : y;
            if (std::isfinite(y) && std::max(y, other) >= rect.top() && std::min(y, other) <= rect.bottom())
                return true;
            before = y;
        }
    }
    return false;
}

void LossMarks::restyle(const Tokens &tokens)
{
    m_ring->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(tokens.validation, 2), QBrush(tokens.surface), 10));
    const QFont font = m_plot.xAxis->tickLabelFont();
    m_baseline.restyle(dashedPen(tokens.baseline, 1.5, {4, 3}), tokens.muted, font);
    m_blend.restyle(dashedPen(tokens.accent, 1.5, {1, 2}), tokens.text, font);
    m_bestLabel->setFont(font);
    m_bestLabel->setColor(tokens.text);
    m_bestLabel->setBrush(faded(tokens.surface, 0.55f));  // readable where a curve runs behind it
    m_bandColour = tokens.sunken;
    for (QCPItemRect *band : m_bands)
        band->setBrush(m_bandColour);
}

}  // namespace dank::ui
