#include "ui/memes/meme_preview.h"

#include <QAbstractItemView>
#include <QDateTime>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>

#include "ui/memes/meme_model.h"
#include "ui/widgets/card.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kPicture = 400;
constexpr int kMargin = 20;
constexpr qsizetype kLongestTitle = 600;

}  // namespace

MemePreview::MemePreview(Thumbnails &thumbnails, MemeFilter &memes, QAbstractItemView &view)
    : QDialog(view.window()), m_thumbnails(thumbnails), m_memes(memes), m_view(view),
      m_title(new TextLabel({}, static_cast<int>(TextRole::Heading), TextLabel::Tone::Normal, this)),
      m_facts(new TextLabel({}, static_cast<int>(TextRole::Body), TextLabel::Tone::Muted, this)),
      m_read(new TextLabel({}, static_cast<int>(TextRole::Body), TextLabel::Tone::Normal, this)),
      m_path(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(QStringLiteral("Preview"));
    auto *layout = newBox<QVBoxLayout>(6, this, {kMargin, kMargin, kMargin, kMargin});
    layout->addSpacing(kPicture + 8);
    m_title->setWordWrap(true);
    m_facts->setWordWrap(true);
    m_read->setWordWrap(true);
    m_path->setElided(true);
    addWidgets(*layout, {m_title, m_facts, m_read, m_path});
    setFixedWidth(kPicture + 2 * kMargin);
    connect(&thumbnails, &Thumbnails::ready, this, [this](const QString &image) {
        if (image == toQString(m_image))
            update();
    });
    connect(&memes, &QAbstractItemModel::modelReset, this, &QDialog::close);
    showMeme(view.currentIndex());
}

void MemePreview::showMeme(const QModelIndex &index)
{
    const MemeRecord *meme = m_memes.record(index);
    if (!meme)
        return;
    m_image = meme->image;
    const QString title = QString::fromStdString(meme->title).simplified();
    m_title->setText(title.isEmpty() ? QStringLiteral("(no title)") : title.left(kLongestTitle));
    const QString label = index.data(MemeModel::LabelRole).toString();
    QStringList facts{label.isEmpty() ? countOf(meme->upvotes, QStringLiteral("upvote"), QStringLiteral("upvotes"))
                                      : label};
    if (!meme->author.empty())
        facts << QStringLiteral("u/") + QString::fromStdString(meme->author).simplified();
    facts << QStringLiteral("%1 × %2").arg(meme->width).arg(meme->height);
    if (meme->created > 0 && meme->created < 1e11)
        facts << QLocale().toString(QDateTime::fromSecsSinceEpoch(static_cast<qint64>(meme->created), Qt::UTC).date(),
                                    QLocale::ShortFormat);
    facts << QString::fromStdString(meme->id).simplified();
    m_facts->setText(facts.join(QStringLiteral(" · ")));
    const QString read = m_memes.readText(index).left(kLongestTitle);
    m_read->setText(tr("In the picture: %1").arg(read));
    m_read->setVisible(!read.isEmpty());
    m_path->setText(toQString(meme->image));
    adjustSize();
    update();
}

void MemePreview::keyPressEvent(QKeyEvent *event)
{
    const int step = event->key() == Qt::Key_Right || event->key() == Qt::Key_Down ? 1
                     : event->key() == Qt::Key_Left || event->key() == Qt::Key_Up  ? -1
                                                                                   : 0;
    if (event->key() == Qt::Key_Space) {
        close();
    } else if (step != 0) {
        const QModelIndex now = m_view.currentIndex();
        const QModelIndex next = now.sibling(now.row() + step, now.column());
        if (next.isValid()) {
            m_view.setCurrentIndex(next);
            showMeme(next);
        }
    } else {
        QDialog::keyPressEvent(event);
    }
}

void MemePreview::paintEvent(QPaintEvent *event)
{
    QDialog::paintEvent(event);
    const Tokens &t = tokensFor(palette());
    QPainter painter(this);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    const QRectF square(kMargin, kMargin, kPicture, kPicture);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.sunken);
    painter.drawRoundedRect(square, 8, 8);
    const QImage picture = m_thumbnails.get(m_image);
    if (picture.isNull())
        return;
    QRectF target(QPointF(), QSizeF(picture.size()).scaled(square.size(), Qt::KeepAspectRatio));
    target.moveCenter(square.center());
    painter.drawImage(target, picture);
}

}  // namespace dank::ui
