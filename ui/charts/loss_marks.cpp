#include "ui/charts/loss_marks.h"

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"

namespace dank::ui {

LossMarks::LossMarks(QCustomPlot &plot)
    : m_plot(plot), m_ring(addPoints(plot.xAxis, plot.yAxis)), m_line(new QCPItemLine(&plot)),
      m_lineLabel(new QCPItemText(&plot)), m_bestLabel(new QCPItemText(&plot)), m_bestAnchor(new QCPItemTracer(&plot))
{
    m_line->start->setTypeX(QCPItemPosition::ptAxisRectRatio);
    m_line->end->setTypeX(QCPItemPosition::ptAxisRectRatio);
    m_lineLabel->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
    m_lineLabel->setPadding(QMargins(4, 2, 4, 3));
    m_bestLabel->setClipToAxisRect(false);
    m_bestLabel->setPadding(QMargins(4, 1, 4, 1));
    // The label hangs a few pixels under the ring, wherever zooming puts it.
    m_bestAnchor->setStyle(QCPItemTracer::tsNone);
    m_bestLabel->position->setParentAnchor(m_bestAnchor->position);
    m_bestLabel->position->setType(QCPItemPosition::ptAbsolute);
    for (QCPAbstractItem *item :
         std::initializer_list<QCPAbstractItem *>{m_line, m_lineLabel, m_bestLabel, m_bestAnchor})
        item->setSelectable(false);
    // At any size and range, an exported one's too.
    QObject::connect(&plot, &QCustomPlot::afterLayout, m_ring, [this] {
        placeBestLabel();
        placeBaselineLabel();
    });
    setBaseline(0);
    setBest(nullptr);
}

void LossMarks::setBaseline(double loss)
{
    m_baseline = loss;
    m_line->setVisible(loss > 0);
    m_lineLabel->setVisible(loss > 0);
    m_line->start->setCoords(0, loss);
    m_line->end->setCoords(1, loss);
    m_lineLabel->position->setCoords(1, loss);
    m_lineLabel->setText(QCustomPlot::tr("predict the mean %1").arg(lossText(loss, 2)));
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

/// Above the line at its right end; where a curve runs through there, under it or at the left end.
void LossMarks::placeBaselineLabel()
{
    if (m_baseline <= 0)
        return;
    const QRectF area = m_plot.axisRect()->rect();
    const QFontMetricsF metrics(m_lineLabel->font());
    const QMargins padding = m_lineLabel->padding();
    const QSizeF size(metrics.horizontalAdvance(m_lineLabel->text()) + padding.left() + padding.right(),
                      metrics.height() + padding.top() + padding.bottom());
    const double line = m_plot.yAxis->coordToPixel(m_baseline);
    std::pair<bool, bool> place(true, true);  // right, above
    for (const auto &[right, above] :
         std::initializer_list<std::pair<bool, bool>>{{true, true}, {true, false}, {false, true}, {false, false}}) {
        const QRectF rect(
            QPointF(right ? area.right() - size.width() : area.left(), above ? line - size.height() : line), size);
        if (rect.top() < area.top() || rect.bottom() > area.bottom() || isCrossed(rect.marginsRemoved(padding)))
            continue;
        place = {right, above};
        break;
    }
    m_lineLabel->position->setCoords(place.first ? 1 : 0, m_baseline);
    m_lineLabel->setPositionAlignment((place.first ? Qt::AlignRight : Qt::AlignLeft)
                                      | (place.second ? Qt::AlignBottom : Qt::AlignTop));
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
    m_line->setPen(dashedPen(tokens.baseline, 1.5, {4, 3}));
    for (QCPItemText *label : {m_lineLabel, m_bestLabel})
        label->setFont(m_plot.xAxis->tickLabelFont());
    m_lineLabel->setColor(tokens.muted);
    m_bestLabel->setColor(tokens.text);
    m_bestLabel->setBrush(faded(tokens.surface, 0.55f));  // readable where a curve runs behind it
    m_bandColour = tokens.sunken;
    for (QCPItemRect *band : m_bands)
        band->setBrush(m_bandColour);
}

}  // namespace dank::ui
