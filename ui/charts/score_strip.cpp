#include "ui/charts/score_strip.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr double kTickStep = 4;      // pixels; memes within one share a tick
constexpr double kTicksHeight = 14;  // under the axis
constexpr double kLeastTick = 5;
constexpr std::size_t kMostNames = 8;

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

void ScoreStrip::setScores(std::vector<Mark> scores)
{
    m_scores = std::move(scores);
    std::erase_if(m_scores, [](const Mark &mark) { return !std::isfinite(mark.dankness); });
    std::stable_sort(m_scores.begin(), m_scores.end(),
                     [](const Mark &a, const Mark &b) { return a.dankness > b.dankness; });
    setAccessibleDescription(countOf(qint64(m_scores.size()), tr("rated meme"), tr("rated memes")));
    update();
}

std::vector<ScoreStrip::Bundle> ScoreStrip::bundles() const
{
    const double room = std::max(1.0, width() - kTickStep);
    const int steps = int(room / kTickStep);
    std::vector<Bundle> bundles;
    for (std::size_t i = m_scores.size(); i-- > 0;) {  // from left to right
        const double score = std::clamp(m_scores[i].dankness, 0.0, 1.0);
        const double x = kTickStep / 2 + (steps > 0 ? std::round(score * steps) / steps : 0) * room;
        if (bundles.empty() || bundles.back().x != x)
            bundles.push_back({x, {}});
        bundles.back().marks.push_back(i);
    }
    for (Bundle &bundle : bundles)
        std::reverse(bundle.marks.begin(), bundle.marks.end());  // best first
    return bundles;
}

QString ScoreStrip::textAt(double x) const
{
    const std::vector<Bundle> all = bundles();
    const auto nearest = std::min_element(all.begin(), all.end(), [x](const Bundle &a, const Bundle &b) {
        return std::abs(a.x - x) < std::abs(b.x - x);
    });
    if (nearest == all.end() || std::abs(nearest->x - x) > kTickStep)
        return {};
    QStringList lines;
    for (const std::size_t mark : nearest->marks) {
        if (std::size_t(lines.size()) == kMostNames) {
            lines << tr("and %1 more").arg(groupedNumber(qint64(nearest->marks.size() - kMostNames)));
            break;
        }
        lines << QStringLiteral("%1  %2").arg(m_scores[mark].dankness, 0, 'f', 2).arg(m_scores[mark].name);
    }
    return lines.join(u'\n');
}

bool ScoreStrip::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const QString text = textAt(help->pos().x());
    if (text.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), plainToolTip(text), this);
    return true;
}

void ScoreStrip::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = tokensFor(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double step = double(width()) / kBars, room = height() - kTicksHeight - 1;
    const int most = *std::max_element(m_bars.begin(), m_bars.end());
    painter.setPen(Qt::NoPen);
    for (int i = 0; i < kBars; ++i) {
        if (m_bars[std::size_t(i)] == 0)
            continue;
        const double tall = std::max(3.0, (room - 2) * m_bars[std::size_t(i)] / most);
        painter.setBrush(danknessColour(tokens, (i + 0.5) / kBars));
        painter.drawRoundedRect(QRectF(i * step + 0.75, room - tall, step - 1.5, tall), 1.5, 1.5);
    }
    painter.setPen(QPen(tokens.line, 1));
    painter.drawLine(QPointF(0, room), QPointF(width(), room));

    const std::vector<Bundle> ticks = bundles();
    std::size_t densest = 1;
    for (const Bundle &bundle : ticks)
        densest = std::max(densest, bundle.marks.size());
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (const Bundle &bundle : ticks) {
        const double share =
            std::log1p(double(bundle.marks.size() - 1)) / std::max(1.0, std::log1p(double(densest - 1)));
        const double tall = kLeastTick + (kTicksHeight - 2 - kLeastTick) * share;
        painter.fillRect(QRectF(bundle.x - 1, room + 2, 2, tall), tokens.text);
    }
}

}  // namespace dank::ui
