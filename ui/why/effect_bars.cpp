#include "ui/why/effect_bars.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

#include "core/explain/heat_map.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kRow = 22, kPoints = 48;

}  // namespace

EffectBars::EffectBars(const QString &name, QWidget *parent) : QWidget(parent)
{
    setAccessibleName(name);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void EffectBars::setEffects(std::vector<std::pair<QString, double>> effects)
{
    m_effects = std::move(effects);
    QStringList told;
    for (const auto &[name, points] : m_effects)
        told << tr("%1 %2 points").arg(name, QString::fromStdString(pointsText(points)));
    setAccessibleDescription(told.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize EffectBars::sizeHint() const
{
    return {220, kRow * int(m_effects.size())};
}

void EffectBars::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(fontFor(TextRole::Caption));
    const Tokens &tokens = tokensFor(palette());
    double greatest = 1e-9;
    for (const auto &[name, points] : m_effects)
        greatest = std::max(greatest, std::abs(points));
    const int names = std::clamp(width() * 2 / 5, 60, 160), bars = width() - names - kPoints - 12;
    const double middle = names + 6 + bars / 2.0;
    for (std::size_t i = 0; i < m_effects.size(); ++i) {
        const auto &[name, points] = m_effects[i];
        const int top = kRow * int(i);
        painter.setPen(tokens.text);
        painter.drawText(QRect(0, top, names, kRow), Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(name, Qt::ElideRight, names));
        painter.setPen(tokens.muted);
        painter.drawText(QRect(width() - kPoints, top, kPoints, kRow), Qt::AlignRight | Qt::AlignVCenter,
                         QString::fromStdString(pointsText(points)));
        const double length = points / greatest * bars / 2;
        const auto colour = heatColour(points < 0 ? -1 : 1);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(colour[0], colour[1], colour[2]));
        painter.drawRect(QRectF(std::min(middle, middle + length), top + 6, std::abs(length), kRow - 12));
        painter.setPen(tokens.line);
        painter.drawLine(QPointF(middle, top + 2), QPointF(middle, top + kRow - 2));
    }
}

}  // namespace dank::ui
