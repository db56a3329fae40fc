#include "ui/why/heat_view.h"

#include <QAccessible>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

#include "core/explain/heat_map.h"
#include "ui/lanes/thumbnails.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

HeatView::HeatView(QWidget *parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Map of the score. Arrow keys move through its places."));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void HeatView::setExplanation(std::shared_ptr<const Explanation> explanation)
{
    const bool same = explanation && m_explanation && explanation->rows == m_explanation->rows
                      && explanation->columns == m_explanation->columns;
    m_explanation = std::move(explanation);
    draw();
    pick(same ? m_place : std::nullopt);
}

void HeatView::setOpacity(double opacity)
{
    m_opacity = opacity;
    draw();
}

void HeatView::draw()
{
    m_drawn = m_explanation ? toQImage(overlaid(*m_explanation, m_opacity), 1) : QImage();
    update();
}

QRectF HeatView::pictureRect() const
{
    if (m_drawn.isNull())
        return {};
    const QRectF room = QRectF(rect()).adjusted(3, 3, -3, -3);
    const QSizeF size = QSizeF(m_drawn.size()).scaled(room.size(), Qt::KeepAspectRatio);
    return {room.center() - QPointF(size.width(), size.height()) / 2, size};
}

/// Of the part that was covered where the picked place lies.
QRectF HeatView::placeRect() const
{
    const QRectF all = pictureRect();
    const MapCell *cell = m_place ? m_explanation->cellOf(m_place->row, m_place->column) : nullptr;
    if (!cell)
        return {};
    return {all.x() + cell->x * all.width(), all.y() + cell->y * all.height(), cell->width * all.width(),
            cell->height * all.height()};
}

QString HeatView::placeText() const
{
    if (!m_explanation || !m_place)
        return {};
    const QString at = tr("Row %1, column %2").arg(m_place->row + 1).arg(m_place->column + 1);
    const MapCell *cell = m_explanation->cellOf(m_place->row, m_place->column);
    if (!cell)
        return tr("%1: not seen by the network").arg(at);
    const auto points = [](double value) { return QString::fromStdString(pointsText(value)); };
    QString text = tr("%1: %2 points").arg(at, points(cell->points));
    if (cell->blurred && cell->mean)
        text += tr(" (blurred %1, mean colour %2)").arg(points(*cell->blurred), points(*cell->mean));
    if (cell->disputed)
        text += tr(": the two disagree");
    return text;
}

void HeatView::pick(std::optional<Place> place)
{
    const QString before = accessibleDescription();
    m_place = place;
    const QString text = placeText();
    setAccessibleDescription(text);
    update();
    if (text == before)
        return;
    QAccessibleEvent told(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&told);
    emit picked(text);
}

void HeatView::mouseMoveEvent(QMouseEvent *event)
{
    const QRectF all = pictureRect();
    if (!m_explanation || m_explanation->grid.empty() || !all.contains(event->position())) {
        pick(std::nullopt);
        return;
    }
    const auto at = [](double from, double length, std::size_t places) {
        return std::min(places - 1,
                        static_cast<std::size_t>(std::max(0.0, from / length * static_cast<double>(places))));
    };
    pick(Place{at(event->position().y() - all.y(), all.height(), m_explanation->rows),
               at(event->position().x() - all.x(), all.width(), m_explanation->columns)});
}

void HeatView::leaveEvent(QEvent *)
{
    if (!hasFocus())
        pick(std::nullopt);
}

void HeatView::keyPressEvent(QKeyEvent *event)
{
    const int key = event->key();
    const bool arrow = key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Up || key == Qt::Key_Down;
    if (!arrow || !m_explanation || m_explanation->grid.empty()) {
        QWidget::keyPressEvent(event);
        return;
    }
    Place place = m_place.value_or(Place{});
    if (m_place) {
        if (key == Qt::Key_Left && place.column > 0)
            --place.column;
        else if (key == Qt::Key_Right)
            place.column = std::min(place.column + 1, m_explanation->columns - 1);
        else if (key == Qt::Key_Up && place.row > 0)
            --place.row;
        else if (key == Qt::Key_Down)
            place.row = std::min(place.row + 1, m_explanation->rows - 1);
    }
    pick(place);
}

void HeatView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const Tokens &tokens = tokensFor(palette());
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.setPen(Qt::NoPen);
    painter.setBrush(tokens.sunken);
    painter.drawRoundedRect(rect(), 6, 6);
    if (m_drawn.isNull()) {
        painter.setPen(tokens.muted);
        painter.setFont(fontFor(TextRole::Body));
        painter.drawText(rect(), Qt::AlignCenter, tr("The map appears here."));
    } else {
        painter.drawImage(pictureRect(), m_drawn);
    }
    if (const QRectF place = placeRect(); place.isValid()) {
        painter.setBrush(Qt::NoBrush);
        for (const QPen &pen : {QPen(Qt::white, 4), QPen(Qt::black, 2)}) {  // shows on any picture
            painter.setPen(pen);
            painter.drawRect(place);
        }
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(tokens.accent, 2));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
    }
}

HeatLegend::HeatLegend(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setExplanation(nullptr);
}

void HeatLegend::setExplanation(const Explanation *explanation)
{
    m_end = explanation ? scaleEnd(*explanation) : 0;
    setAccessibleName(
        m_end > 0
            ? tr("Scale: blue lowers the score by up to %1 points a place, orange raises it by as much").arg(m_end)
            : tr("Scale"));
    update();
}

void HeatLegend::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const Tokens &tokens = tokensFor(palette());
    const QRect bar(0, 4, width(), 12);
    for (int x = 0; x < bar.width(); ++x) {
        const auto colour = heatColour(2.0 * (x + 0.5) / bar.width() - 1);
        painter.setPen(QColor(colour[0], colour[1], colour[2]));
        painter.drawLine(bar.left() + x, bar.top(), bar.left() + x, bar.bottom());
    }
    painter.setFont(fontFor(TextRole::Caption));
    painter.setPen(tokens.muted);
    const QRect words(0, bar.bottom() + 2, width(), height() - bar.bottom() - 2);
    const QString end = m_end > 0 ? QString::number(m_end) : QString();
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
                     end.isEmpty() ? tr("lowers it") : tr("−%1 lowers it").arg(end));
    painter.drawText(words, Qt::AlignHCenter | Qt::AlignVCenter, tr("points a place"));
    painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter,
                     end.isEmpty() ? tr("raises it") : tr("raises it +%1").arg(end));
}

}  // namespace dank::ui
