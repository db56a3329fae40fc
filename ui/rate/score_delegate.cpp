#include "ui/rate/score_delegate.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"
#include "ui/memes/meme_wall.h"
#include "ui/rate/score_model.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kPadding = 10, kNumberWidth = 74;

void drawPicture(QPainter &painter, const Tokens &tokens, const QRect &frame, const QImage &picture)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(tokens.sunken);
    painter.drawRoundedRect(frame, 6, 6);
    if (picture.isNull() || picture.width() < 1 || picture.height() < 1)
        return;
    QRect target(QPoint(0, 0), picture.size().scaled(frame.size(), Qt::KeepAspectRatio).expandedTo({1, 1}));
    target.moveCenter(frame.center());
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(target, picture);
}

/// A small label; returns the x where the next one may start.
int drawTag(QPainter &painter, const Tokens &tokens, int x, int middle, const QString &text, const QColor &colour)
{
    QFont font = fontFor(TextRole::Caption);
    font.setPixelSize(11);
    font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    const int width = painter.fontMetrics().horizontalAdvance(text) + 12;
    const QRect tag(x, middle - 9, width, 18);
    painter.setPen(Qt::NoPen);
    painter.setBrush(tokens.sunken);
    painter.drawRoundedRect(tag, 4, 4);
    painter.setPen(colour);
    painter.drawText(tag, Qt::AlignCenter, text);
    return x + width + 6;
}

/// The interval's ends over the bar: a line with caps, outlined so that it shows on every fill.
void drawWhisker(QPainter &painter, const Tokens &tokens, const QRect &bar, double low, double high)
{
    if (!std::isfinite(low) || !std::isfinite(high))
        return;
    const double left = bar.left() + 1 + (bar.width() - 2) * std::clamp(low, 0.0, 1.0);
    const double right = bar.left() + 1 + (bar.width() - 2) * std::clamp(high, 0.0, 1.0);
    const double middle = bar.center().y() + 0.5;
    const QLineF lines[] = {
        {left, middle, right, middle}, {left, middle - 6, left, middle + 6}, {right, middle - 6, right, middle + 6}};
    for (const QPen &pen :
         {QPen(tokens.surface, 4, Qt::SolidLine, Qt::RoundCap), QPen(tokens.text, 1.5, Qt::SolidLine, Qt::RoundCap)}) {
        painter.setPen(pen);
        painter.drawLines(lines, 3);
    }
}

}  // namespace

QSize ScoreDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const auto *model = qobject_cast<const ScoreModel *>(index.model());
    const RatedItem *item = model ? model->item(index.row()) : nullptr;
    const bool low = item && item->state == RatedItem::State::Skipped;
    return {std::max(200, option.rect.width()), (low ? kSkippedHeight : kCardHeight) + kGap};
}

void ScoreDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const auto *model = qobject_cast<const ScoreModel *>(index.model());
    const RatedItem *item = model ? model->item(index.row()) : nullptr;
    if (!item)
        return;
    const Tokens &tokens = tokensFor(option.palette);
    const bool scored = item->state == RatedItem::State::Scored, skipped = item->state == RatedItem::State::Skipped;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect card = option.rect.adjusted(0, 0, -1, -kGap);
    const bool focused = option.state.testFlag(QStyle::State_HasFocus) || option.state.testFlag(QStyle::State_Selected);
    painter->setPen(focused ? QPen(tokens.accent, 2) : QPen(tokens.line, 1));
    painter->setBrush(skipped ? tokens.background : tokens.surface);
    painter->drawRoundedRect(QRectF(card).adjusted(1, 1, -1, -1), 8, 8);

    const int side = card.height() - 2 * kPadding;
    const QRect picture(card.left() + kPadding, card.top() + kPadding, side, side);
    if (skipped)
        painter->setOpacity(0.6);
    drawPicture(*painter, tokens, picture, item->thumbnail);
    painter->setOpacity(1);

    const int left = picture.right() + 13;
    const int right = card.right() - kPadding - (scored ? kNumberWidth : 0);
    const QFont body = fontFor(TextRole::Body), caption = fontFor(TextRole::Caption);
    QFont bold = body;
    bold.setWeight(QFont::DemiBold);
    const QString name = plainTitle(item->name.toStdString());

    if (skipped) {
        painter->setFont(bold);
        painter->setPen(tokens.muted);
        const QRect line(left, card.top() + 12, right - left, 18);
        painter->drawText(line, Qt::AlignVCenter | Qt::AlignLeft,
                          painter->fontMetrics().elidedText(name, Qt::ElideMiddle, line.width()));
        painter->setFont(caption);
        const QString reason = tr("Skipped: %1").arg(plainTitle(item->score.skipped, 400));
        const QRect below(left, card.top() + 33, right - left, 18);
        painter->drawText(below, Qt::AlignVCenter | Qt::AlignLeft,
                          painter->fontMetrics().elidedText(reason, Qt::ElideRight, below.width()));
        painter->restore();
        return;
    }

    // Name and labels.
    const int nameMiddle = card.top() + 23;
    painter->setFont(bold);
    painter->setPen(scored ? tokens.text : tokens.muted);
    const int nameWidth = std::min(painter->fontMetrics().horizontalAdvance(name) + 2, int((right - left) * 0.55));
    painter->drawText(QRect(left, nameMiddle - 10, nameWidth, 20), Qt::AlignVCenter | Qt::AlignLeft,
                      painter->fontMetrics().elidedText(name, Qt::ElideMiddle, nameWidth));
    int x = left + nameWidth + 8;
    const QRect bar(left, card.center().y() - 4, right - left - 8, 9);
    painter->setPen(Qt::NoPen);
    painter->setBrush(tokens.sunken);

    if (!scored) {
        // A skeleton: the shapes of what is coming.
        painter->drawRoundedRect(bar, 4.5, 4.5);
        painter->drawRoundedRect(QRect(left, card.bottom() - 29, std::min(260, right - left), 10), 5, 5);
        painter->setFont(caption);
        painter->setPen(tokens.muted);
        painter->drawText(QRect(x, nameMiddle - 10, right - x, 20), Qt::AlignVCenter | Qt::AlignLeft, tr("waiting"));
        painter->restore();
        return;
    }

    const double dankness = std::isfinite(item->score.dankness) ? std::clamp(item->score.dankness, 0.0, 1.0) : 0.0;
    painter->setFont(caption);
    const QString upvotes = tr("about %1 upvotes").arg(compactNumber(item->score.expectedUpvotes));
    const int upvotesWidth = painter->fontMetrics().horizontalAdvance(upvotes) + 8;
    if (x + upvotesWidth <= right) {
        painter->setPen(tokens.muted);
        painter->drawText(QRect(x, nameMiddle - 10, upvotesWidth, 20), Qt::AlignVCenter | Qt::AlignLeft, upvotes);
        x += upvotesWidth + 2;
    }
    const auto tag = [&](const QString &text, const QColor &colour) {
        QFont font = caption;
        font.setPixelSize(11);
        font.setWeight(QFont::DemiBold);
        if (x + QFontMetrics(font).horizontalAdvance(text) + 12 <= right)
            x = drawTag(*painter, tokens, x, nameMiddle, text, colour);
    };
    if (item->score.learnedFrom)
        tag(tr("learned from"), tokens.warn);
    else if (item->score.outsideRange)
        tag(tr("outside the training range"), tokens.warn);
    if (item->untrained && x + 110 <= right)
        x = drawTag(*painter, tokens, x, nameMiddle, tr("untrained network"), tokens.warn);
    if (item->live && x + 90 <= right)
        drawTag(*painter, tokens, x, nameMiddle, tr("still training"), tokens.accent);

    painter->setPen(Qt::NoPen);
    painter->setBrush(tokens.sunken);
    painter->drawRoundedRect(bar, 4.5, 4.5);
    QRectF filled(bar);
    filled.setWidth(std::max(9.0, bar.width() * dankness));
    painter->setBrush(danknessColour(tokens, dankness));
    painter->drawRoundedRect(filled, 4.5, 4.5);
    if (item->score.interval)
        drawWhisker(*painter, tokens, bar, item->score.interval->danknessLow, item->score.interval->danknessHigh);

    painter->setFont(caption);
    painter->setPen(tokens.muted);
    // A warning comes first: the tag above may have had no room.
    const QString warned = ScoreModel::warning(*item);
    if (!warned.isEmpty())
        painter->setPen(tokens.warn);
    QString below = warned.isEmpty() ? model->standing(*item) : warned + QStringLiteral(" · ") + model->standing(*item);
    if (!item->modelName.isEmpty())
        below += item->epoch > 0
                     ? tr(" · %1, epoch %2").arg(plainTitle(item->modelName.toStdString(), 60)).arg(item->epoch)
                     : tr(" · %1").arg(plainTitle(item->modelName.toStdString(), 60));
    if (const QString verdict = ScoreModel::verdict(*item); !verdict.isEmpty())
        below += QStringLiteral(": ") + verdict;
    const QRect line(left, card.bottom() - 33, right - left - 8, 20);
    painter->drawText(line, Qt::AlignVCenter | Qt::AlignLeft,
                      painter->fontMetrics().elidedText(below, Qt::ElideRight, line.width()));

    painter->setFont(fontFor(TextRole::BigNumber));
    painter->setPen(tokens.text);
    painter->drawText(QRect(right, card.top(), kNumberWidth, card.height()), Qt::AlignCenter,
                      std::isfinite(item->score.dankness) ? danknessText(dankness) : tr("none"));
    painter->restore();
}

}  // namespace dank::ui
