#include "ui/memes/meme_wall.h"

#include <QEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"
#include "ui/memes/meme_grid.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kCell = 80, kPicture = 72, kCellHeight = kPicture + 26;

class WallDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override { return {kCell, kCellHeight}; }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Tokens &tokens = tokensFor(option.palette);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRect frame(option.rect.left() + (kCell - kPicture) / 2, option.rect.top() + 2, kPicture, kPicture);
        drawThumbnail(*painter, frame, index.data(WallModel::ThumbnailRole).value<QImage>(), option.palette, kPicture);
        if (option.state & (QStyle::State_Selected | QStyle::State_HasFocus)) {
            painter->setPen(QPen(tokens.accent, 2));
            painter->setBrush(Qt::NoBrush);
            painter->drawRoundedRect(QRectF(frame).adjusted(-1, -1, 1, 1), 6, 6);
        }
        QFont font = fontFor(TextRole::Caption);
        font.setPixelSize(11);
        painter->setFont(font);
        const QRect caption(frame.left(), frame.bottom() + 4, frame.width(), 18);
        const double predicted = index.data(WallModel::PredictedRole).toDouble();
        painter->setPen(tokens.muted);
        painter->drawText(
            caption, Qt::AlignHCenter | Qt::AlignVCenter,
            tr("%1 → %2").arg(danknessText(predicted), danknessText(index.data(WallModel::ActualRole).toDouble())));
        painter->restore();
    }
};

}  // namespace

QString plainTitle(const std::string &utf8, qsizetype longest)
{
    QString text;
    const QString whole = QString::fromUtf8(utf8.data(), qsizetype(std::min<std::size_t>(utf8.size(), 4096)));
    text.reserve(whole.size());
    for (QChar c : whole) {
        const bool direction = (c.unicode() >= 0x202A && c.unicode() <= 0x202E)
                               || (c.unicode() >= 0x2066 && c.unicode() <= 0x2069) || c.unicode() == 0x200E
                               || c.unicode() == 0x200F || c.unicode() == 0xFEFF;
        if (direction)
            continue;
        text += c.category() == QChar::Other_Control || c.category() == QChar::Separator_Line
                        || c.category() == QChar::Separator_Paragraph
                    ? QChar(' ')
                    : c;
    }
    text = text.simplified();
    if (text.size() > longest)
        text = text.left(longest - 1) + QChar(0x2026);
    return text;
}

std::vector<JudgedMeme> memesForWall(const Evaluation &evaluation, WallKind kind, std::size_t most)
{
    std::vector<JudgedMeme> memes;
    for (const auto &meme : evaluation.memes) {
        const double error = meme.predicted - meme.actual;
        if (!std::isfinite(error))
            continue;
        if (kind == WallKind::Nailed || (kind == WallKind::Overrated ? error > 0 : error < 0))
            memes.push_back(meme);
    }
    std::stable_sort(memes.begin(), memes.end(), [kind](const JudgedMeme &a, const JudgedMeme &b) {
        const double first = std::abs(a.predicted - a.actual), second = std::abs(b.predicted - b.actual);
        return kind == WallKind::Nailed ? first < second : first > second;
    });
    if (memes.size() > most)
        memes.resize(most);
    return memes;
}

WallModel::WallModel(Thumbnails &thumbnails, QObject *parent) : QAbstractListModel(parent), m_thumbnails(thumbnails)
{
    connect(&thumbnails, &Thumbnails::ready, this, [this](const QString &image) {
        for (const int row : m_rowsOfImage.values(image))
            emit dataChanged(index(row), index(row), {ThumbnailRole});
    });
}

void WallModel::setMemes(std::vector<JudgedMeme> memes, std::shared_ptr<const Dataset> dataset)
{
    beginResetModel();
    m_memes = std::move(memes);
    m_dataset = std::move(dataset);
    m_rowsOfImage.clear();
    for (std::size_t row = 0; m_dataset && row < m_memes.size(); ++row)
        if (const MemeRecord *record = m_dataset->find(m_memes[row].id))
            m_rowsOfImage.insert(toQString(record->image), int(row));
    endResetModel();
}

QModelIndex WallModel::indexOf(const QString &id) const
{
    const std::string wanted = id.toStdString();
    const auto found =
        std::find_if(m_memes.begin(), m_memes.end(), [&](const JudgedMeme &meme) { return meme.id == wanted; });
    return found == m_memes.end() ? QModelIndex() : index(int(found - m_memes.begin()));
}

int WallModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_memes.size());
}

QVariant WallModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const JudgedMeme &meme = m_memes[std::size_t(index.row())];
    const MemeRecord *record = m_dataset ? m_dataset->find(meme.id) : nullptr;
    const auto title = [&] { return plainTitle(record && !record->title.empty() ? record->title : meme.id); };
    switch (role) {
    case Qt::DisplayRole:
        return tr("%1, predicted %2, actual %3").arg(title(), danknessText(meme.predicted), danknessText(meme.actual));
    case Qt::ToolTipRole:
        return plainToolTip(tr("%1\npredicted %2, actual %3, %4")
                                .arg(title(), danknessText(meme.predicted), danknessText(meme.actual),
                                     countOf(meme.upvotes, tr("upvote"), tr("upvotes"))));
    case IdRole: return QString::fromStdString(meme.id);
    case ThumbnailRole: return record ? QVariant(m_thumbnails.get(record->image)) : QVariant();
    case PredictedRole: return meme.predicted;
    case ActualRole: return meme.actual;
    default: return {};
    }
}

QAbstractItemDelegate *makeWallDelegate(QObject *parent)
{
    return new WallDelegate(parent);
}

MemeWall::MemeWall(Thumbnails &thumbnails, WallKind kind, QWidget *parent)
    : Card(kind == WallKind::Overrated ? tr("Overrated")
           : kind == WallKind::SleptOn ? tr("Slept on")
                                       : tr("Nailed"),
           parent),
      m_kind(kind), m_model(new WallModel(thumbnails, this)), m_view(new QListView(this)),
      m_nothing(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this))
{
    setSubtitle(kind == WallKind::Overrated ? tr("it loved them, people did not")
                : kind == WallKind::SleptOn ? tr("people loved them, it did not")
                                            : tr("it came closest on these"));
    m_view->setModel(m_model);
    m_view->setItemDelegate(new WallDelegate(m_view));
    setUpWall(*m_view);
    m_view->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->setAccessibleName(accessibleName());
    m_view->viewport()->setAutoFillBackground(false);
    m_view->viewport()->installEventFilter(this);
    m_view->setMouseTracking(true);
    body()->addWidget(m_view);
    body()->addWidget(m_nothing);
    m_nothing->setText(tr("None of the judged memes belongs here."));
    const auto pick = [this](const QModelIndex &index) {
        if (index.isValid())
            emit memePicked(index.data(WallModel::IdRole).toString());
    };
    connect(m_view, &QListView::clicked, this, pick);
    connect(m_view, &QListView::activated, this, pick);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, pick);  // by keys
    for (const auto opened : {&QListView::clicked, &QListView::activated})
        connect(m_view, opened, this, &MemeWall::memeOpened);
    setEvaluation(nullptr, nullptr);
}

void MemeWall::setEvaluation(const Evaluation *evaluation, std::shared_ptr<const Dataset> dataset)
{
    m_model->setMemes(evaluation ? memesForWall(*evaluation, m_kind) : std::vector<JudgedMeme>{}, std::move(dataset));
    const bool any = m_model->rowCount() > 0;
    m_view->setVisible(any);
    m_nothing->setVisible(!any);
    fitHeight();
}

bool MemeWall::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_view->viewport() && event->type() == QEvent::Resize)
        fitHeight();
    // The page scrolls, the wall never does.
    if (watched == m_view->viewport() && event->type() == QEvent::Wheel) {
        event->ignore();
        return true;
    }
    return Card::eventFilter(watched, event);
}

void MemeWall::fitHeight()
{
    const int columns = std::max(1, m_view->viewport()->width() / kCell);
    const int rows = (m_model->rowCount() + columns - 1) / columns;
    m_view->setFixedHeight(std::max(1, rows) * kCellHeight + 4);
}

}  // namespace dank::ui
