#include "ui/pages/baselines_card.h"

#include <QPainter>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"
#include "ui/pages/meme_wall.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kGap = 14;
constexpr int kInset = 6;
constexpr double kDot = 4.5;
constexpr double kLeastHigh = 0.4;  ///< so that differences in the noise do not fill the card

QString figureText(const GuessRow &row)
{
    if (!row.value)
        return QStringLiteral("–");
    QString text = fixedNumber(*row.value, 2);
    if (row.interval)
        text += BaselinesCard::tr(" (%1 to %2)").arg(fixedNumber(row.interval->low, 2), fixedNumber(row.interval->high, 2));
    return text;
}

std::optional<Interval> intervalOf(const Intervals &intervals)
{
    const auto found = intervals.find(Figure::Spearman);
    return found == intervals.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::vector<GuessRow> guessRows(const Evaluation &evaluation)
{
    const bool within = evaluation.judgedWithin && evaluation.within;
    std::vector<GuessRow> rows;
    rows.push_back({BaselinesCard::tr("this model"), within ? evaluation.within->spearman : evaluation.model.spearman,
                    intervalOf(within ? evaluation.withinIntervals : evaluation.intervals), true});
    for (const BaselineResult &baseline : evaluation.baselines) {
        if (baseline.name == "mean" || (within && baseline.name == "group"))  // they order nothing there
            continue;
        rows.push_back({plainTitle(baseline.title),
                        within ? (baseline.within ? baseline.within->spearman : std::nullopt) : baseline.pooled.spearman,
                        within ? baseline.withinSpearman : baseline.spearman, false});
    }
    return rows;
}

GuessPlot::GuessPlot(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void GuessPlot::setRows(std::vector<GuessRow> rows)
{
    m_rows = std::move(rows);
    QStringList told;
    for (const GuessRow &row : m_rows)
        told << QStringLiteral("%1: %2").arg(row.name, figureText(row));
    setAccessibleName(tr("Spearman's ρ of each way of guessing"));
    setAccessibleDescription(told.join(QStringLiteral(". ")));
    updateGeometry();
    update();
}

QSize GuessPlot::sizeHint() const
{
    const int row = std::max(26, fontMetrics().height() + 2 * kInset);
    return {480, row * static_cast<int>(m_rows.size())};
}

QSize GuessPlot::minimumSizeHint() const
{
    return {320, sizeHint().height()};
}

void GuessPlot::paintEvent(QPaintEvent *)
{
    if (m_rows.empty())
        return;
    const Tokens &t = tokensFor(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    double low = 0, high = kLeastHigh;
    for (const GuessRow &row : m_rows) {
        low = std::min({low, row.value.value_or(0), row.interval ? row.interval->low : 0});
        high = std::max({high, row.value.value_or(0), row.interval ? row.interval->high : 0});
    }
    const QFont body = fontFor(TextRole::Body), caption = fontFor(TextRole::Caption);
    const int figure = QFontMetrics(caption).horizontalAdvance(tr("%1 (%2 to %3)").arg("-0.00", "-0.00", "-0.00")) + 4;
    const int name = std::clamp(width() / 3, 130, 300);
    const int left = name + kGap, right = width() - figure - kGap;
    const double step = static_cast<double>(height()) / static_cast<double>(m_rows.size());
    const auto at = [&](double value) {
        const double x = left + (value - low) / (high - low) * (right - left);
        return layoutDirection() == Qt::RightToLeft ? width() - x : x;
    };
    const auto place = [&](int x, int w, double y) {
        return QStyle::visualRect(layoutDirection(), rect(), QRect(x, static_cast<int>(y), w, static_cast<int>(step)));
    };
    painter.setPen(QPen(t.baseline, 1.5, Qt::DashLine));
    painter.drawLine(QPointF(at(0), 2), QPointF(at(0), height() - 2));
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const GuessRow &row = m_rows[i];
        const double top = step * static_cast<double>(i), middle = top + step / 2;
        const QColor colour = row.isModel ? t.accent : t.muted;
        QFont nameFont = body;
        nameFont.setWeight(row.isModel ? QFont::DemiBold : QFont::Normal);
        painter.setFont(nameFont);
        painter.setPen(t.text);
        painter.drawText(place(0, name, top), static_cast<int>(Qt::AlignVCenter | QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft)),
                         QFontMetrics(nameFont).elidedText(row.name, Qt::ElideRight, name));
        if (row.interval) {
            painter.setPen(QPen(colour, row.isModel ? 2.5 : 1.5, Qt::SolidLine, Qt::RoundCap));
            painter.drawLine(QPointF(at(row.interval->low), middle), QPointF(at(row.interval->high), middle));
        }
        if (row.value) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            // Another shape besides another colour.
            if (row.isModel)
                painter.drawEllipse(QPointF(at(*row.value), middle), kDot + 1, kDot + 1);
            else
                painter.drawRect(QRectF(at(*row.value) - kDot + 1, middle - kDot + 1, 2 * kDot - 2, 2 * kDot - 2));
        }
        painter.setFont(caption);
        painter.setPen(row.isModel ? t.text : t.muted);
        painter.drawText(place(width() - figure, figure, top),
                         static_cast<int>(Qt::AlignVCenter | QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft)),
                         figureText(row));
    }
}

BaselinesCard::BaselinesCard(QWidget *parent)
    : Card(tr("Beside simpler guesses"), parent), m_plot(new GuessPlot),
      m_caption(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted))
{
    m_caption->setWordWrap(true);
    body()->addWidget(m_plot);
    body()->addWidget(m_caption);
    hide();
}

void BaselinesCard::setEvaluation(const Evaluation *evaluation)
{
    std::vector<GuessRow> rows;
    if (evaluation)
        rows = guessRows(*evaluation);
    setVisible(rows.size() > 1);
    if (rows.size() < 2)
        return;
    const bool within = evaluation->judgedWithin && evaluation->within;
    setSubtitle(within ? tr("order within each %1").arg(plainTitle(evaluation->groupName))
                       : tr("order of all memes"));
    m_plot->setRows(std::move(rows));
    m_caption->setText(tr("Spearman's ρ on the same memes, with intervals that draw whole authors and pictures anew. At the "
                          "dashed line there is no relation."));
}

}  // namespace dank::ui
