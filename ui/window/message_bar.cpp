#include "ui/window/message_bar.h"

#include <QAccessible>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QToolButton>

#include "ui/widgets/card.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kMargin = 20;
constexpr int kTop = 14;

QColor severityColour(Message::Severity severity, const Tokens &t)
{
    switch (severity) {
    case Message::Severity::Info: return t.accent;
    case Message::Severity::Warning: return t.warn;
    case Message::Severity::Error: return t.bad;
    }
    return t.accent;
}

}  // namespace

MessageBar::MessageBar(QWidget *parent)
    : QFrame(parent), m_icon(new QLabel(this)),
      m_text(new TextLabel({}, static_cast<int>(TextRole::Body), TextLabel::Tone::Normal, this)),
      m_action(new QPushButton(this)), m_close(new QToolButton(this))
{
    setObjectName(QStringLiteral("messageBar"));
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_action->setObjectName(QStringLiteral("messageAction"));
    m_close->setAutoRaise(true);
    m_close->setFocusPolicy(Qt::StrongFocus);
    m_close->setToolTip(QStringLiteral("Close"));
    m_close->setAccessibleName(QStringLiteral("Close message"));
    auto *layout = newBox<QHBoxLayout>(10, this, {kMargin + 16, kTop + 8, kMargin + 10, 8});
    layout->addWidget(m_icon, 0, Qt::AlignVCenter);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action);
    layout->addWidget(m_close);
    connect(m_action, &QPushButton::clicked, this, [this] {
        const auto action = m_message.action;
        emit dismissed();
        if (action)
            action();
    });
    connect(m_close, &QToolButton::clicked, this, &MessageBar::dismissed);
    followPalette(this, [this] { recolour(); });
    hide();
}

void MessageBar::setMessage(const std::optional<Message> &message)
{
    if (!message) {
        m_message = {};
        hide();
        return;
    }
    m_message = *message;
    m_text->setText(m_message.text);
    m_action->setText(m_message.actionText);
    m_action->setVisible(!m_message.actionText.isEmpty());
    setAccessibleName(m_message.text);
    recolour();
    show();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void MessageBar::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokensFor(palette());
    const QColor colour = severityColour(m_message.severity, t);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath shape;
    const QRect bar = rect().adjusted(kMargin, kTop, -kMargin, 0);
    shape.addRoundedRect(QRectF(bar).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    painter.fillPath(shape, t.surface);
    painter.save();
    painter.setClipPath(shape);
    const int x = layoutDirection() == Qt::RightToLeft ? bar.right() - 3 : bar.left();
    painter.fillRect(QRect(x, bar.top(), 4, bar.height()), colour);
    painter.restore();
    painter.setPen(t.line);
    painter.drawPath(shape);
}

void MessageBar::recolour()
{
    const Tokens &t = tokensFor(palette());
    const char *name = m_message.severity == Message::Severity::Info      ? "info"
                       : m_message.severity == Message::Severity::Warning ? "warning"
                                                                          : "error";
    m_icon->setPixmap(
        icon(QLatin1String(name), severityColour(m_message.severity, t)).pixmap(QSize(20, 20), devicePixelRatioF()));
    m_close->setIcon(icon(QStringLiteral("close"), t.muted));
    update();
}

}  // namespace dank::ui
