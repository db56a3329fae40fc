#include "ui/moderation/moderation_list.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>

#include "ui/charts/number_text.h"
#include "ui/memes/meme_grid.h"
#include "ui/moderation/moderation_model.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kPicture = 52, kRow = 64, kPill = 62;

QColor colourOf(Decision decision, const Tokens &tokens)
{
    return decision == Decision::Keep ? tokens.ok : decision == Decision::Remove ? tokens.bad : tokens.warn;
}

/// A row: the picture, the title over the probability as a bar, and what was decided; the threshold's line under the
/// last row that is flagged.
class RowDelegate : public QStyledItemDelegate {
public:
    RowDelegate(const ModerationModel &model, QObject *parent) : QStyledItemDelegate(parent), m_model(model) {}
    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override { return {120, kRow}; }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Tokens &tokens = tokensFor(option.palette);
        const QRect row = option.rect;
        const bool chosen = option.state & QStyle::State_Selected, flagged = index.row() < m_model.flagged();
        const auto placed = [&](const QRect &part) { return QStyle::visualRect(option.direction, row, part); };
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (chosen) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(tokens.accentSoft);
            painter->drawRoundedRect(QRectF(row).adjusted(1, 2, -1, -2), 6, 6);
        }
        const QRect square = placed({row.left() + 6, row.top() + (kRow - kPicture) / 2, kPicture, kPicture});
        drawThumbnail(*painter, square, index.data(ModerationModel::ThumbnailRole).value<QImage>(), option.palette);

        const int left = row.left() + kPicture + 16, right = row.right() - 8;
        const auto decided = m_model.decision(index.row());
        painter->setFont(fontFor(TextRole::Body));
        painter->setPen(tokens.text);
        const QRect title(left, row.top() + 10, right - left, 20);
        painter->drawText(placed(title), Qt::AlignVCenter | Qt::AlignLeading,
                          painter->fontMetrics().elidedText(index.data(ModerationModel::TitleRole).toString(),
                                                            Qt::ElideRight, title.width()));
        // Where there is no room for both, what was decided goes before the bar.
        const int barRight = decided ? right - kPill - 8 : right;
        drawProbability(*painter, placed({left, row.top() + 34, barRight - left, 18}), tokens, option.direction,
                        m_model.meme(index.row()).predicted, flagged);
        if (decided)
            drawDecision(*painter, placed({right - kPill, row.top() + 33, kPill, 20}), tokens, *decided);
        // The line lies between two rows; above the first, or under the last one, where there is nothing beyond.
        if (index.row() + 1 == m_model.flagged())
            drawLine(*painter, row.left(), row.right(), row.bottom(), tokens);
        else if (index.row() == 0 && m_model.flagged() == 0)
            drawLine(*painter, row.left(), row.right(), row.top() + 1, tokens);
        painter->restore();
    }

private:
    static void drawProbability(QPainter &painter, const QRect &place, const Tokens &tokens, Qt::LayoutDirection way,
                                double probability, bool flagged)
    {
        constexpr int kFigure = 42;
        painter.setFont(fontFor(TextRole::Caption));
        painter.setPen(tokens.muted);
        const QRect figure = QStyle::visualRect(way, place, {place.left(), place.top(), kFigure, place.height()});
        painter.drawText(figure, Qt::AlignVCenter | Qt::AlignLeading, percentText(probability));
        if (place.width() < kFigure + 24)
            return;
        const QRect track = QStyle::visualRect(
            way, place, {place.left() + kFigure, place.center().y() - 2, place.width() - kFigure, 5});
        painter.setPen(Qt::NoPen);
        painter.setBrush(tokens.sunken);
        painter.drawRoundedRect(track, 2.5, 2.5);
        QRect bar = track;
        bar.setWidth(std::max(5, int(track.width() * std::clamp(probability, 0.0, 1.0))));
        painter.setBrush(flagged ? tokens.accent : tokens.baseline);
        painter.drawRoundedRect(QStyle::visualRect(way, track, bar), 2.5, 2.5);
    }
    /// Whole percents, but never "100 %" or "0 %" of what is neither.
    static QString percentText(double probability)
    {
        if (probability > 0.99 && probability < 1)
            return QStringLiteral("> 99 %");
        if (probability > 0 && probability < 0.01)
            return QStringLiteral("< 1 %");
        return QStringLiteral("%1 %").arg(fixedNumber(100 * probability, 0));
    }
    static void drawDecision(QPainter &painter, const QRect &pill, const Tokens &tokens, Decision decision)
    {
        const QColor colour = colourOf(decision, tokens);
        painter.setPen(QPen(colour, 1));
        painter.setBrush(faded(colour, 0.14f));
        painter.drawRoundedRect(QRectF(pill).adjusted(0.5, 0.5, -0.5, -0.5), 9, 9);
        painter.setPen(tokens.text);
        painter.setFont(fontFor(TextRole::Caption));
        painter.drawText(pill, Qt::AlignCenter, decisionText(decision));
    }
    static void drawLine(QPainter &painter, int left, int right, int y, const Tokens &tokens)
    {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(QPen(tokens.bad, 2));
        painter.drawLine(left, y, right, y);
    }

    const ModerationModel &m_model;
};

}  // namespace

ModerationList::ModerationList(ModerationModel &model, QWidget *parent) : QListView(parent), m_model(model)
{
    setModel(&model);
    setItemDelegate(new RowDelegate(model, this));
    setUniformItemSizes(true);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("The judged memes, the most probable first"));
    setObjectName(QStringLiteral("moderationList"));
}

void ModerationList::showLine()
{
    const int last = m_model.rowCount() - 1;
    if (last >= 0)
        scrollTo(m_model.index(std::clamp(m_model.flagged(), 0, last)), QAbstractItemView::PositionAtCenter);
}

void ModerationList::keyPressEvent(QKeyEvent *event)
{
    const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (event->key() == Qt::Key_Space) {
        if (!event->isAutoRepeat())
            emit revealAsked();
    } else if (step != 0) {
        if (const QModelIndex next = currentIndex().sibling(currentIndex().row() + step, 0); next.isValid())
            setCurrentIndex(next);
    } else if (!event->text().isEmpty() && event->text().at(0).isPrint()) {
        event->ignore();  // no search by typing: letters decide
    } else {
        QListView::keyPressEvent(event);
    }
}

}  // namespace dank::ui
