#include "ui/charts/score_strip.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

ScoreStrip::ScoreStrip(QWidget *parent) : QWidget(parent)
{
    setMinimumHeight(56);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Where the rated memes fall among the reference memes"));
}

void ScoreStrip::setReference(const std::vector<float> &sorted)
{
    m_bars.fill(0);
    for (float value : sorted) {
        if (std::isfinite(value))
            ++m_bars[std::size_t(std::clamp(int(value * kBars), 0, kBars - 1))];
    }
    update();
}

void ScoreStrip::setScores(std::vector<double> scores)
{
    m_scores = std::move(scores);
    setAccessibleDescription(countOf(qint64(m_scores.size()), tr("rated meme"), tr("rated memes")));
    update();
}

void ScoreStrip::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = tokensFor(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double step = double(width()) / kBars, room = height() - 1;
    const int most = *std::max_element(m_bars.begin(), m_bars.end());
    painter.setPen(Qt::NoPen);
    for (int i = 0; i < kBars; ++i) {
        if (m_bars[std::size_t(i)] == 0)
            continue;
        const double tall = std::max(3.0, (room - 8) * m_bars[std::size_t(i)] / most);
        painter.setBrush(danknessColour(tokens, (i + 0.5) / kBars));
        painter.drawRoundedRect(QRectF(i * step + 0.75, room - tall, step - 1.5, tall), 1.5, 1.5);
    }
    painter.setPen(QPen(tokens.line, 1));
    painter.drawLine(QPointF(0, room), QPointF(width(), room));

    // Thousands of ticks would be a solid wall: one per pixel column is all that can be seen.
    std::vector<bool> taken(std::size_t(std::max(1, width())), false);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(tokens.text, 1.5));
    for (double score : m_scores) {
        const int x = std::clamp(int(std::clamp(score, 0.0, 1.0) * (width() - 1)), 0, std::max(0, width() - 1));
        if (taken[std::size_t(x)])
            continue;
        taken[std::size_t(x)] = true;
        painter.drawLine(QPointF(x, 0), QPointF(x, room));
    }
}

void ScoreStrip::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        update();
}

}  // namespace dank::ui
