#include "ui/memes/meme_grid.h"

#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QStyledItemDelegate>

#include <algorithm>

#include "ui/charts/number_text.h"
#include "ui/memes/meme_model.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kPicture = 118;
constexpr int kGap = 14;
constexpr int kCaption = 24;
constexpr int kCellHeight = kPicture + kCaption + 8;

/// Draws one meme: its picture, aspect kept, in a sunken square, and "▲ 48.9k  u/author" under it; where the file tells
/// no upvotes the label in their place.
class MemeDelegate : public QStyledItemDelegate {
public:
    MemeDelegate(MemeFilter &memes, QObject *parent) : QStyledItemDelegate(parent), m_memes(memes) {}
    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override
    {
        return {kPicture + kGap, kCellHeight};
    }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const MemeRecord *meme = m_memes.record(index);
        if (!meme)
            return;
        const Tokens &t = tokensFor(option.palette);
        const bool chosen = option.state & QStyle::State_Selected;
        const QRect cell = option.rect;
        const QRect square(cell.center().x() - kPicture / 2, cell.top() + 3, kPicture, kPicture);
        drawThumbnail(*painter, square, index.data(MemeModel::ThumbnailRole).value<QImage>(), option.palette);

        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (chosen || (option.state & QStyle::State_HasFocus)) {
            painter->setBrush(Qt::NoBrush);
            painter->setPen(QPen(chosen ? t.accent : t.muted, chosen ? 3 : 1.5, chosen ? Qt::SolidLine : Qt::DashLine));
            painter->drawRoundedRect(QRectF(square).adjusted(-1, -1, 1, 1), 7, 7);
        }
        const bool mirrored = option.direction == Qt::RightToLeft;
        const QRect line(square.left(), square.bottom() + 4, square.width(), kCaption - 4);
        const auto placed = [&](const QRect &part) { return QStyle::visualRect(option.direction, line, part); };
        const QRectF mark = placed(QRect(line.left() + 1, line.center().y() - 3, 9, 8));
        QPainterPath up(QPointF(mark.center().x(), mark.top()));
        up.lineTo(mark.right(), mark.bottom());
        up.lineTo(mark.left(), mark.bottom());
        up.closeSubpath();
        const QString label = index.data(MemeModel::LabelRole).toString();
        if (label.isEmpty())
            painter->fillPath(up, t.muted);
        painter->setFont(fontFor(TextRole::Caption));
        painter->setPen(chosen ? t.text : t.muted);
        // What was looked for, rather than who posted it.
        constexpr int kRoom = 12;
        if (const MarkedText hit = m_memes.hit(index, kRoom); !hit.marks.empty()) {
            const QString votes = label.isEmpty() ? compactNumber(static_cast<double>(meme->upvotes)) : label;
            const int width = painter->fontMetrics().horizontalAdvance(votes) + 8;
            painter->drawText(placed(QRect(line.left() + 15, line.top(), width, line.height())),
                              Qt::AlignVCenter | (mirrored ? Qt::AlignRight : Qt::AlignLeft), votes);
            drawMarked(*painter, placed(line.adjusted(15 + width, 0, 0, 0)), hit, t.text, option.palette);
            painter->restore();
            return;
        }
        const QString count = label.isEmpty() ? compactNumber(static_cast<double>(meme->upvotes)) : label;
        const QString author = meme->author.empty()
                                   ? QString()
                                   : QStringLiteral("   u/") + QString::fromStdString(meme->author).simplified();
        const QRect words = line.adjusted(label.isEmpty() ? 15 : 0, 0, 0, 0);
        painter->drawText(placed(words), Qt::AlignVCenter | (mirrored ? Qt::AlignRight : Qt::AlignLeft),
                          painter->fontMetrics().elidedText(count + author, Qt::ElideRight, words.width()));
        painter->restore();
    }

private:
    MemeFilter &m_memes;
};

}  // namespace

void drawThumbnail(QPainter &painter, const QRect &square, const QImage &picture, const QPalette &palette, double most)
{
    const Tokens &t = tokensFor(palette);
    painter.save();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    QPainterPath shape;
    shape.addRoundedRect(square, 6, 6);
    painter.fillPath(shape, t.sunken);
    if (!picture.isNull()) {
        const QSizeF natural = picture.deviceIndependentSize();
        const double scale = std::min({most, square.width() / natural.width(), square.height() / natural.height()});
        QRectF target(QPointF(), natural * scale);
        target.moveCenter(QRectF(square).center());
        painter.setClipPath(shape);
        painter.drawImage(target, picture);
    }
    painter.restore();
}

MemeGrid::MemeGrid(MemeFilter &memes, QWidget *parent) : QListView(parent)
{
    setModel(&memes);
    setItemDelegate(new MemeDelegate(memes, this));
    setUpWall(*this);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setSelectionRectVisible(true);
    verticalScrollBar()->setSingleStep(kCellHeight / 3);
    setAccessibleName(QStringLiteral("Memes"));
}

void MemeGrid::resizeEvent(QResizeEvent *event)
{
    // A little less than an even share: QListView breaks the line when the last cell would touch the edge.
    const int width = viewport()->width() - 2;
    const int columns = std::max(1, width / (kPicture + kGap));
    setGridSize({width / columns, kCellHeight});
    QListView::resizeEvent(event);
}

}  // namespace dank::ui
