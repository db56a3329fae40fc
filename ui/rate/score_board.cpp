#include "ui/rate/score_board.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"
#include "ui/memes/meme_grid.h"
#include "ui/memes/meme_wall.h"
#include "ui/rate/received_text.h"
#include "ui/rate/score_model.h"
#include "ui/rate/score_preview.h"
#include "ui/why/why_dialog.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kCardHeight = 100, kSkippedHeight = 64, kGap = 8, kPadding = 10, kNumberWidth = 74;

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

/// Where a scored card has its button "Why?".
QRect whyRect(const QRect &row)
{
    const QRect card = row.adjusted(0, 0, -1, -kGap);
    return {card.right() - kPadding - kNumberWidth + 10, card.bottom() - 31, kNumberWidth - 14, 22};
}

/// Paints a row of the ScoreModel as a card: picture, name, bar, number and where it stands.
class ScoreDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

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
    drawThumbnail(*painter, picture, item->thumbnail, option.palette, side);
    painter->setOpacity(1);

    const int left = picture.right() + 13;
    const int right = card.right() - kPadding - (scored ? kNumberWidth : 0);
    const QFont body = fontFor(TextRole::Body), caption = fontFor(TextRole::Caption);
    QFont bold = body;
    bold.setWeight(QFont::DemiBold);
    const QString name = plainTitle(item->name.toStdString());
    const auto write = [painter](const QRect &line, const QString &text, Qt::TextElideMode cut = Qt::ElideRight) {
        painter->drawText(line, Qt::AlignVCenter | Qt::AlignLeft,
                          painter->fontMetrics().elidedText(text, cut, line.width()));
    };

    if (skipped) {
        painter->setFont(bold);
        painter->setPen(tokens.muted);
        write(QRect(left, card.top() + 12, right - left, 18), name, Qt::ElideMiddle);
        painter->setFont(caption);
        write(QRect(left, card.top() + 33, right - left, 18),
              tr("Skipped: %1").arg(plainTitle(item->score.skipped, 400)));
        painter->restore();
        return;
    }

    // Name and labels.
    const int nameMiddle = card.top() + 23;
    painter->setFont(bold);
    painter->setPen(scored ? tokens.text : tokens.muted);
    const int nameWidth = std::min(painter->fontMetrics().horizontalAdvance(name) + 2, int((right - left) * 0.55));
    write(QRect(left, nameMiddle - 10, nameWidth, 20), name, Qt::ElideMiddle);
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
    const QString upvotes = expectedText(*item);
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
        const QRect place(x, nameMiddle - 9, QFontMetrics(font).horizontalAdvance(text) + 12, 18);
        if (x + place.width() > right)
            return;
        painter->setFont(font);
        painter->setPen(Qt::NoPen);
        painter->setBrush(tokens.sunken);
        painter->drawRoundedRect(place, 4, 4);
        painter->setPen(colour);
        painter->drawText(place, Qt::AlignCenter, text);
        x += place.width() + 6;
    };
    if (item->score.learnedFrom)
        tag(tr("learned from"), tokens.warn);
    else if (item->score.outsideRange)
        tag(tr("outside the training range"), tokens.warn);
    if (item->untrained)
        tag(tr("untrained network"), tokens.warn);
    if (item->live)
        tag(tr("still training"), tokens.accent);

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
    if (item->readsCaptions && !item->score.wordsAlone)
        below += tr(" · by the picture alone");
    if (!item->modelName.isEmpty())
        below += item->epoch > 0
                     ? tr(" · %1, epoch %2").arg(plainTitle(item->modelName.toStdString(), 60)).arg(item->epoch)
                     : tr(" · %1").arg(plainTitle(item->modelName.toStdString(), 60));
    if (const QString verdict = ScoreModel::verdict(*item); !verdict.isEmpty())
        below += QStringLiteral(": ") + verdict;
    write(QRect(left, card.bottom() - 33, right - left - 8, 20), below);

    painter->setFont(fontFor(TextRole::BigNumber));
    painter->setPen(tokens.text);
    const QRect why = whyRect(option.rect);
    painter->drawText(QRect(right, card.top() + 8, kNumberWidth, why.top() - card.top() - 8), Qt::AlignCenter,
                      std::isfinite(item->score.dankness) ? danknessText(dankness) : tr("none"));
    painter->setFont(caption);
    painter->setPen(QPen(tokens.line, 1));
    painter->setBrush(tokens.sunken);
    painter->drawRoundedRect(QRectF(why).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    painter->setPen(tokens.text);
    painter->drawText(why, Qt::AlignCenter, tr("Why?"));
    painter->restore();
}

}  // namespace

ScoreBoard::ScoreBoard(ScoreModel &model, Session &session, QWidget *parent)
    : QListView(parent), m_model(model), m_session(session)
{
    setModel(&model);
    setItemDelegate(new ScoreDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setResizeMode(QListView::Adjust);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Rated memes"));
    setAccessibleDescription(tr("Space shows one larger, W tells why it has its score."));
    setMouseTracking(true);
    connect(this, &QAbstractItemView::activated, this, &ScoreBoard::preview);
}

void ScoreBoard::copyRow()
{
    if (currentIndex().isValid())
        QApplication::clipboard()->setText(m_model.copyText(currentIndex().row()));
}

void ScoreBoard::preview()
{
    if (currentIndex().isValid())
        (new ScorePreview(m_session, m_model, *this))->open();
}

void ScoreBoard::why(const QModelIndex &index)
{
    const RatedItem *item = m_model.item(index.row());
    const auto by = item ? item->scoredBy : nullptr;  // the rating model may be another by now
    if (!by || item->state != RatedItem::State::Scored)
        return;
    ExplainOrder order{toPath(item->path), m_session.board().pasted(m_model.boardIndex(index.row())), item->name,
                       item->caption, by};
    (new WhyDialog(m_session, std::move(order), window()))->open();
}

bool ScoreBoard::isOnWhy(const QPoint &at) const
{
    const QModelIndex index = indexAt(at);
    const RatedItem *item = index.isValid() ? m_model.item(index.row()) : nullptr;
    return item && item->state == RatedItem::State::Scored && whyRect(visualRect(index)).contains(at);
}

void ScoreBoard::mouseReleaseEvent(QMouseEvent *event)
{
    QListView::mouseReleaseEvent(event);
    if (event->button() == Qt::LeftButton && isOnWhy(event->position().toPoint()))
        why(indexAt(event->position().toPoint()));
}

void ScoreBoard::mouseMoveEvent(QMouseEvent *event)
{
    QListView::mouseMoveEvent(event);
    viewport()->setCursor(isOnWhy(event->position().toPoint()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void ScoreBoard::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (!isOnWhy(event->position().toPoint()))  // the button has been pressed already
        QListView::mouseDoubleClickEvent(event);
}

void ScoreBoard::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy))
        copyRow();
    else if (event->key() == Qt::Key_Space)
        preview();
    else if (event->key() == Qt::Key_W && event->modifiers() == Qt::NoModifier)
        why(currentIndex());
    else
        QListView::keyPressEvent(event);
}

void ScoreBoard::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    const bool any = currentIndex().isValid();
    menu.addAction(tr("Preview"), QKeySequence(Qt::Key_Space), this, [this] { preview(); })->setEnabled(any);
    menu.addAction(tr("Why this score?"), QKeySequence(Qt::Key_W), this, [this] { why(currentIndex()); })
        ->setEnabled(any);
    menu.addAction(tr("Copy row"), QKeySequence::Copy, this, [this] { copyRow(); })->setEnabled(any);
    menu.exec(event->globalPos());
}

}  // namespace dank::ui
