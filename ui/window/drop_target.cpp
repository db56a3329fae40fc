#include "ui/window/drop_target.h"

#include <QDragEnterEvent>
#include <QPainter>

#include "ui/widgets/theme.h"

namespace dank::ui {

DropTarget::DropTarget(QWidget *window) : QWidget(window)
{
    setObjectName(QStringLiteral("dropOverlay"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    window->setAcceptDrops(true);
    window->installEventFilter(this);
    hide();
}

void DropTarget::preview(const DropContent &content)
{
    m_content = content;
    setGeometry(parentWidget()->rect());
    setAccessibleName(content.headline);
    raise();
    show();
    update();
}

bool DropTarget::eventFilter(QObject *, QEvent *event)
{
    switch (event->type()) {
    case QEvent::DragEnter: {
        auto *enter = static_cast<QDragEnterEvent *>(event);
        preview(readDrop(*enter->mimeData(), false));
        // Accepted even where nothing can be used, so that the overlay stays to say why; drag moves refuse then.
        enter->setDropAction(Qt::CopyAction);
        enter->accept();
        return true;
    }
    case QEvent::DragMove: {
        auto *move = static_cast<QDragMoveEvent *>(event);
        if (m_content.kind == DropContent::Kind::Nothing) {
            move->ignore();
        } else {
            move->setDropAction(Qt::CopyAction);
            move->accept();
        }
        return true;
    }
    case QEvent::DragLeave: hide(); return true;
    case QEvent::Drop: {
        auto *drop = static_cast<QDropEvent *>(event);
        hide();
        drop->setDropAction(Qt::CopyAction);
        drop->accept();
        emit dropped(readDrop(*drop->mimeData(), true));
        return true;
    }
    case QEvent::Resize: setGeometry(parentWidget()->rect()); return false;
    default: return false;
    }
}

void DropTarget::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokensFor(palette());
    const bool usable = m_content.kind != DropContent::Kind::Nothing;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor veil = t.background;
    veil.setAlphaF(0.94f);
    painter.fillRect(rect(), veil);
    painter.setPen(QPen(usable ? t.accent : t.muted, 2, Qt::DashLine, Qt::RoundCap));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(20, 20, -20, -20), 8, 8);

    const int middle = height() / 2;
    const QRect picture(width() / 2 - 26, middle - 76, 52, 52);
    icon(usable ? QStringLiteral("drop") : QStringLiteral("error"), usable ? t.accent : t.muted)
        .paint(&painter, picture);
    painter.setPen(t.text);
    painter.setFont(fontFor(TextRole::Title));
    const QRect line(40, middle - 8, width() - 80, 32);
    painter.drawText(line, Qt::AlignCenter,
                     painter.fontMetrics().elidedText(m_content.headline, Qt::ElideMiddle, line.width()));
    painter.setPen(t.muted);
    painter.setFont(fontFor(TextRole::Body));
    const QRect below = line.translated(0, 32);
    painter.drawText(below, Qt::AlignCenter,
                     painter.fontMetrics().elidedText(m_content.detail, Qt::ElideMiddle, below.width()));
}

}  // namespace dank::ui
