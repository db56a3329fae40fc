#include "ui/moderation/moderation_picture.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPointer>

#include <cmath>

#include "ui/memes/meme_grid.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

QImage blurred(const QImage &picture)
{
    constexpr int kSide = 12;
    if (picture.isNull())
        return picture;
    QImage coarse = picture.scaled(kSide, kSide, Qt::KeepAspectRatio, Qt::SmoothTransformation)
                        .scaled(picture.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    coarse.setDevicePixelRatio(picture.devicePixelRatio());
    return coarse;
}

ModerationPicture::ModerationPicture(Session &session, QWidget *parent) : QWidget(parent), m_session(session)
{
    setMinimumSize(160, 120);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("The picture"));
    connect(&session.thumbnails(), &Thumbnails::ready, this, [this](const QString &image) {
        if (image == toQString(m_image))
            update();
    });
}

void ModerationPicture::setPicture(const std::filesystem::path &image, bool isBlurred)
{
    m_image = image;
    m_blurred = isBlurred;
    setAccessibleDescription(isBlurred ? tr("Blurred. Space shows it.") : QString());
    fetch();
    update();
}

void ModerationPicture::fetch()
{
    if (m_blurred || m_fetching || m_image.empty() || m_largeOf == m_image)
        return;
    m_fetching = true;
    const auto picture = std::make_shared<QImage>();
    m_session.workplace().quietly(
        [engine = &m_session.engine(), picture, image = m_image,
         ratio = devicePixelRatio()](const CancelToken &cancel) {
            std::string problem;
            const int side = int(std::lround(kSide * ratio));
            *picture = toQImage(engine->wait(cancel)->pictures().thumbnail(image, side, problem), ratio);
        },
        // A picture that cannot be read stays the thumbnail, or nothing: the list is about memes that were read once.
        [self = QPointer(this), picture, image = m_image](const TaskResult &) {
            if (!self)
                return;
            self->m_fetching = false;
            self->m_largeOf = image;
            self->m_large = *picture;
            self->fetch();
            self->update();
        });
}

void ModerationPicture::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    QImage picture = m_image.empty() ? QImage() : m_session.thumbnails().get(m_image);
    if (m_blurred)
        picture = blurred(picture);
    else if (m_largeOf == m_image && !m_large.isNull())
        picture = m_large;
    drawThumbnail(painter, rect(), picture, palette(), 8);
    if (!m_blurred || m_image.empty())
        return;
    const Tokens &tokens = tokensFor(palette());
    const QString hint = tr("Blurred · Space shows it");
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(fontFor(TextRole::Caption));
    QRectF pill(0, 0, painter.fontMetrics().horizontalAdvance(hint) + 24, 26);
    pill.moveCenter(QPointF(rect().center().x(), rect().bottom() - 26));
    painter.setPen(Qt::NoPen);
    painter.setBrush(faded(tokens.surface, 0.9f));
    painter.drawRoundedRect(pill, 13, 13);
    painter.setPen(tokens.text);
    painter.drawText(pill, Qt::AlignCenter, hint);
}

void ModerationPicture::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        emit clicked();
}

}  // namespace dank::ui
