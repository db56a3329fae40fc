#include "ui/feed/feed_rows.h"

#include <QDateTime>
#include <QLocale>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>

#include <cmath>
#include <vector>

#include "core/feeds/feed_sample.h"
#include "ui/feed/feed_text.h"
#include "ui/memes/meme_grid.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kRow = 68, kPicture = 52, kPadding = 8, kLine = 19;
constexpr int kLongest = 160;
constexpr double kLastDay = 253402300799.0;  // of the year 9999

enum Role { ThumbnailRole = Qt::UserRole + 1, DetailRole, ProblemRole };

QString valueText(const FeedTrial::Row &row, FeedField field)
{
    const QString text = shownText(row.texts[static_cast<std::size_t>(field)], kLongest);
    if (field == FeedField::Upvotes && row.upvotes)
        return countOf(*row.upvotes, FeedRows::tr("upvote"), FeedRows::tr("upvotes"));
    if (field == FeedField::Created && row.created != 0 && std::abs(row.created) <= kLastDay)
        return QLocale().toString(QDateTime::fromSecsSinceEpoch(qint64(row.created), Qt::UTC).date(),
                                  QLocale::ShortFormat);
    if (text.isEmpty() || field == FeedField::Created)  // a time that is none is left away
        return {};
    switch (field) {
    case FeedField::Author: return FeedRows::tr("by %1").arg(text);
    case FeedField::Upvotes: return FeedRows::tr("upvotes “%1”").arg(text);
    case FeedField::Label: return FeedRows::tr("label “%1”").arg(text);
    default: return text;
    }
}

class RowDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override { return {100, kRow}; }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Tokens &t = tokensFor(option.palette);
        painter->save();
        if (option.state & QStyle::State_Selected)
            painter->fillRect(option.rect, t.accentSoft);
        painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), t.line);
        const auto placed = [&](const QRect &part) { return QStyle::visualRect(option.direction, option.rect, part); };
        const QRect square(option.rect.left() + kPadding, option.rect.top() + (kRow - kPicture) / 2, kPicture,
                           kPicture);
        drawThumbnail(*painter, placed(square), index.data(ThumbnailRole).value<QImage>(), option.palette);

        const QString problem = index.data(ProblemRole).toString();
        struct Line {
            QString text;
            TextRole role;
            QColor colour;
        };
        std::vector<Line> lines{{index.data().toString(), TextRole::Body, problem.isEmpty() ? t.text : t.muted},
                                {index.data(DetailRole).toString(), TextRole::Caption, t.muted},
                                {problem, TextRole::Caption, t.warn}};
        std::erase_if(lines, [](const Line &line) { return line.text.isEmpty(); });
        QRect place(square.right() + 1 + kPadding + 2,
                    option.rect.top() + (kRow - static_cast<int>(lines.size()) * kLine) / 2,
                    option.rect.right() - square.right() - 2 * kPadding - 2, kLine);
        const int alignment = int(QStyle::visualAlignment(option.direction, Qt::AlignLeft)) | Qt::AlignVCenter;
        for (const Line &line : lines) {
            painter->setFont(fontFor(line.role));
            painter->setPen(line.colour);
            painter->drawText(placed(place), alignment,
                              painter->fontMetrics().elidedText(line.text, Qt::ElideRight, place.width()));
            place.translate(0, kLine);
        }
        painter->restore();
    }
};

}  // namespace

class FeedRows::Model : public QAbstractListModel {
public:
    Model(Thumbnails &thumbnails, QObject *parent) : QAbstractListModel(parent), m_thumbnails(thumbnails)
    {
        connect(&thumbnails, &Thumbnails::ready, this, [this](const QString &image) {
            for (int row = 0; row < rowCount(); ++row)
                if (toQString(at(row).picture) == image)
                    emit dataChanged(index(row), index(row), {ThumbnailRole});
        });
    }

    void set(const FeedTrial *trial)
    {
        beginResetModel();
        m_rows = trial ? trial->first : std::vector<FeedTrial::Row>();
        m_mapping = trial ? trial->mapping : FeedMapping();
        endResetModel();
    }
    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    QVariant data(const QModelIndex &index, int role) const override
    {
        if (!index.isValid() || index.row() >= rowCount())
            return {};
        const FeedTrial::Row &row = at(index.row());
        switch (role) {
        case Qt::DisplayRole: return headline(row);
        case DetailRole: return detail(row);
        case ProblemRole:
            return row.problem.empty() ? QString() : FeedRows::tr("left out: %1").arg(shownText(row.problem, kLongest));
        case ThumbnailRole:
            return row.picture.empty() ? QVariant() : QVariant::fromValue(m_thumbnails.get(row.picture));
        case Qt::ToolTipRole:
        case Qt::AccessibleTextRole: {
            QStringList parts{headline(row), detail(row)};
            if (!row.problem.empty())
                parts << index.data(ProblemRole).toString();
            const QString whole = parts.join(u'\n');
            return role == Qt::ToolTipRole ? plainToolTip(whole) : whole;
        }
        default: return {};
        }
    }

private:
    const FeedTrial::Row &at(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    bool has(FeedField field) const { return !m_mapping.column(field).empty(); }
    QString headline(const FeedTrial::Row &row) const
    {
        const QString title = has(FeedField::Title) ? valueText(row, FeedField::Title) : QString();
        return title.isEmpty() ? shownText(row.id, kLongest) : title;
    }
    QString detail(const FeedTrial::Row &row) const
    {
        QStringList parts;
        const QString id = shownText(row.id, kLongest);
        if (id != headline(row))
            parts << id;
        for (std::size_t f = 0; f < kFeedFields; ++f) {
            const auto field = static_cast<FeedField>(f);
            if (field == FeedField::Id || field == FeedField::Image || field == FeedField::Title || !has(field))
                continue;
            if (const QString text = valueText(row, field); !text.isEmpty())
                parts << text;
        }
        return parts.join(QStringLiteral(" · "));
    }

    Thumbnails &m_thumbnails;
    std::vector<FeedTrial::Row> m_rows;
    FeedMapping m_mapping;
};

FeedRows::FeedRows(Thumbnails &thumbnails, QWidget *parent) : QListView(parent), m_model(new Model(thumbnails, this))
{
    setModel(m_model);
    setItemDelegate(new RowDelegate(this));
    setUniformItemSizes(true);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("First rows as they would be read"));
}

void FeedRows::setTrial(const FeedTrial *trial)
{
    const int at = verticalScrollBar()->value();
    m_model->set(trial);
    verticalScrollBar()->setValue(at);
}

}  // namespace dank::ui
