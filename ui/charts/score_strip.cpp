#include "ui/charts/score_strip.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr std::size_t kMostLines = 40;
constexpr double kRugHeight = 9;

}  // namespace

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
        const double tall = std::max(3.0, (room - kRugHeight - 3) * m_bars[std::size_t(i)] / most);
        painter.setBrush(danknessColour(tokens, (i + 0.5) / kBars));
        painter.drawRoundedRect(QRectF(i * step + 0.75, room - tall, step - 1.5, tall), 1.5, 1.5);
    }
    painter.setPen(QPen(tokens.line, 1));
    painter.drawLine(QPointF(0, room), QPointF(width(), room));

    // A few memes are lines over the bars; many would be a solid wall and become a rug above them, darker where more
    // of them fall on a column of pixels.
    std::vector<int> columns(std::size_t(std::max(1, width())), 0);
    for (double score : m_scores) {
        if (std::isfinite(score))
            ++columns[std::size_t(std::clamp(score, 0.0, 1.0) * double(columns.size() - 1))];
    }
    const bool rug = m_scores.size() > kMostLines;
    const int densest = std::max(1, *std::max_element(columns.begin(), columns.end()));
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (std::size_t x = 0; x < columns.size(); ++x) {
        if (columns[x] == 0)
            continue;
        QColor colour = tokens.text;
        if (rug)
            colour.setAlphaF(0.15f + 0.7f * float(columns[x]) / float(densest));
        painter.setPen(QPen(colour, rug ? 1 : 1.5));
        painter.drawLine(QPointF(double(x), 0), QPointF(double(x), rug ? kRugHeight : room));
    }
}

}  // namespace dank::ui
