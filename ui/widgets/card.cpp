#include "ui/widgets/card.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QStyle>
#include <QTextDocument>
#include <QVBoxLayout>

#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kCardPadding = 14;
constexpr int kLeastElided = 30;

}  // namespace

Card::Card(const QString &title, QWidget *parent)
    : QFrame(parent), m_header(new QHBoxLayout), m_body(new QVBoxLayout),
      m_title(new TextLabel(title, static_cast<int>(TextRole::Heading), TextLabel::Tone::Normal, this)),
      m_subtitle(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kCardPadding, kCardPadding, kCardPadding, kCardPadding);
    layout->setSpacing(8);
    m_header->setSpacing(8);
    m_header->addWidget(m_title);
    m_header->addWidget(m_subtitle, 1);
    // Takes the room while there is no subtitle to do so.
    m_header->addStretch(0);
    m_subtitle->setElided(true);
    m_subtitle->hide();
    layout->addLayout(m_header);
    m_body->setSpacing(8);
    layout->addLayout(m_body, 1);
    setTitle(title);
}

void Card::setTitle(const QString &title)
{
    m_title->setText(title);
    m_title->setVisible(!title.isEmpty());
    setAccessibleName(title);
}

void Card::setTitleElided()
{
    m_title->setElided(true);
    m_header->setStretchFactor(m_title, 1);
}

void Card::setSubtitle(const QString &text)
{
    m_subtitle->setText(text);
    m_subtitle->setVisible(!text.isEmpty());
}

TextLabel::TextLabel(const QString &text, int role, Tone tone, QWidget *parent) : QLabel(parent), m_tone(tone)
{
    setTextFormat(Qt::PlainText);
    setFont(fontFor(static_cast<TextRole>(role)));
    setText(text);
    recolour();
}

void TextLabel::setTone(Tone tone)
{
    m_tone = tone;
    recolour();
}

void TextLabel::setElided(bool elided)
{
    m_elided = elided;
    QSizePolicy policy = sizePolicy();
    policy.setHorizontalPolicy(elided ? QSizePolicy::Ignored : QSizePolicy::Preferred);
    setSizePolicy(policy);
    updateGeometry();
}

QSize TextLabel::minimumSizeHint() const
{
    const QSize size = QLabel::minimumSizeHint();
    return m_elided && !wordWrap() ? QSize(std::min(size.width(), kLeastElided), size.height()) : size;
}

void TextLabel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        recolour();
    QLabel::changeEvent(event);
}

void TextLabel::paintEvent(QPaintEvent *event)
{
    if (!m_elided || wordWrap()) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    const QRect area = contentsRect();
    // One line: whatever breaks there are in a stranger's title must not hide the rest of it.
    const QString whole = text().simplified();
    const QString shown = fontMetrics().elidedText(whole, Qt::ElideRight, area.width());
    const QString tip = shown == whole ? QString() : Qt::convertFromPlainText(text());
    if (toolTip() != tip)
        setToolTip(tip);
    painter.setPen(palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, QPalette::WindowText));
    painter.drawText(
        area, static_cast<int>(QStyle::visualAlignment(layoutDirection(), alignment())) | Qt::TextSingleLine, shown);
}

void TextLabel::recolour()
{
    const Tokens &t = tokensFor(palette());
    const QColor colours[] = {t.text, t.muted, t.accent, t.ok, t.warn, t.bad};  // in Tone's order
    const QColor colour = colours[static_cast<std::size_t>(m_tone)];
    QPalette p = palette();
    if (p.color(QPalette::Active, QPalette::WindowText) == colour)
        return;
    p.setColor(QPalette::Active, QPalette::WindowText, colour);
    p.setColor(QPalette::Inactive, QPalette::WindowText, colour);
    p.setColor(QPalette::Disabled, QPalette::WindowText, t.muted);
    setPalette(p);
}

Chip::Chip(const QString &text, QWidget *parent) : QToolButton(parent)
{
    setText(text);
    setFont(fontFor(TextRole::Caption));
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setPopupMode(QToolButton::InstantPopup);
    setFocusPolicy(Qt::StrongFocus);
    setIconSize({12, 12});
}

PageHeader::PageHeader(const QString &title, QWidget *parent)
    : QWidget(parent), m_title(new TextLabel(title, static_cast<int>(TextRole::Title), TextLabel::Tone::Normal, this)),
      m_subtitle(new TextLabel({}, static_cast<int>(TextRole::Body), TextLabel::Tone::Muted, this)),
      m_controls(new QHBoxLayout)
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(14);
    auto *texts = new QVBoxLayout;
    texts->setSpacing(2);
    m_title->setElided(true);
    m_subtitle->setElided(true);
    texts->addWidget(m_title);
    texts->addWidget(m_subtitle);
    layout->addLayout(texts, 1);
    m_controls->setSpacing(8);
    auto *bottom = new QVBoxLayout;
    bottom->addStretch(1);
    bottom->addLayout(m_controls);
    layout->addLayout(bottom);
}

EmptyState::EmptyState(const QString &iconName, const QString &sentence, const QString &buttonText, QWidget *parent)
    : QWidget(parent),
      m_sentence(new TextLabel(sentence, static_cast<int>(TextRole::Body), TextLabel::Tone::Normal, this)),
      m_button(new QPushButton(buttonText, this)),
      m_hint(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_extra(new QVBoxLayout)
{
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(12);
    layout->addStretch(2);
    auto *picture = new QLabel(this);
    picture->setAlignment(Qt::AlignCenter);
    layout->addWidget(picture);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setContentsMargins(40, 0, 40, 0);
    layout->addWidget(m_sentence);
    m_button->setProperty("primary", true);
    m_button->setVisible(!buttonText.isEmpty());
    layout->addWidget(m_button, 0, Qt::AlignHCenter);
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setVisible(false);
    layout->addWidget(m_hint);
    m_extra->setSpacing(4);
    m_extra->setAlignment(Qt::AlignHCenter);
    layout->addLayout(m_extra);
    layout->addStretch(3);
    connect(m_button, &QPushButton::clicked, this, &EmptyState::clicked);
    followPalette(this, [this, picture, iconName] {
        picture->setPixmap(icon(iconName, tokensFor(palette()).accent).pixmap(QSize(44, 44), devicePixelRatioF()));
    });
}

void EmptyState::setHint(const QString &text)
{
    m_hint->setText(text);
    m_hint->setVisible(!text.isEmpty());
}

void EmptyState::setButton(const QString &text, bool enabled)
{
    m_button->setText(text);
    m_button->setEnabled(enabled);
    m_button->setVisible(!text.isEmpty());
}

void EmptyState::setPrimary(bool primary)
{
    m_button->setProperty("primary", primary);
    m_button->style()->unpolish(m_button);
    m_button->style()->polish(m_button);
}

}  // namespace dank::ui
