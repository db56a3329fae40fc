#include "ui/runs/run_legend.h"

#include <QPainter>

#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kSample = 22, kGap = 6, kBetween = 14;

}  // namespace

RunLegend::RunLegend(QWidget *parent) : QWidget(parent)
{
    setFont(fontFor(TextRole::Caption));
    QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    hide();
}

void RunLegend::setCurves(const std::vector<const RunCurve *> &curves)
{
    std::vector<Entry> entries;
    for (const RunCurve *curve : curves)
        entries.push_back({curve->name, curve->colour, curve->style});
    if (entries == m_entries)
        return;
    m_entries = std::move(entries);
    setVisible(!m_entries.empty());
    setAccessibleName(text());
    updateGeometry();
    update();
}

QString RunLegend::text() const
{
    QStringList names;
    for (const Entry &entry : m_entries)
        names << entry.name;
    return names.join(QStringLiteral(", "));
}

int RunLegend::lineHeight() const
{
    return fontMetrics().height() + 3;
}

std::vector<QPoint> RunLegend::places(int width) const
{
    std::vector<QPoint> all;
    int x = 0, y = 0;
    for (const Entry &entry : m_entries) {
        const int needed = kSample + kGap + fontMetrics().horizontalAdvance(entry.name);
        if (x > 0 && x + needed > width) {
            x = 0;
            y += lineHeight();
        }
        all.emplace_back(x, y);
        x += needed + kBetween;
    }
    return all;
}

int RunLegend::heightForWidth(int width) const
{
    const auto all = places(width);
    return all.empty() ? 0 : all.back().y() + lineHeight();
}

QSize RunLegend::sizeHint() const
{
    return {200, heightForWidth(std::max(200, width()))};
}

QSize RunLegend::minimumSizeHint() const
{
    return {0, lineHeight()};
}

void RunLegend::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Tokens &tokens = tokensFor(palette());
    const auto all = places(width());
    for (std::size_t i = 0; i < all.size(); ++i) {
        QPen pen(m_entries[i].colour, 2);
        pen.setStyle(m_entries[i].style);
        painter.setPen(pen);
        const int middle = all[i].y() + lineHeight() / 2;
        painter.drawLine(all[i].x(), middle, all[i].x() + kSample, middle);
        painter.setPen(tokens.muted);
        painter.drawText(QRect(all[i].x() + kSample + kGap, all[i].y(), width(), lineHeight()),
                         Qt::AlignLeft | Qt::AlignVCenter, m_entries[i].name);
    }
}

}  // namespace dank::ui
