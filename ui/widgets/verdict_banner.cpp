#include "ui/widgets/verdict_banner.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>

#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

QColor verdictColour(const Tokens &tokens, std::optional<VerdictKind> kind)
{
    return kind == VerdictKind::LearnedSomething ? tokens.ok
           : kind == VerdictKind::NoEvidence     ? tokens.bad
                                                 : tokens.warn;
}

}  // namespace

VerdictBanner::VerdictBanner(QWidget *parent)
    : QFrame(parent), m_icon(new QLabel(this)),
      m_headline(new TextLabel({}, int(TextRole::Heading), TextLabel::Tone::Normal, this)),
      m_text(new TextLabel({}, int(TextRole::Body), TextLabel::Tone::Normal, this)), m_action(new QPushButton(this))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(18, 12, 14, 12);
    row->setSpacing(12);
    row->addWidget(m_icon, 0, Qt::AlignTop);
    auto *texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_headline);
    texts->addWidget(m_text);
    row->addLayout(texts, 1);
    row->addWidget(m_action, 0, Qt::AlignVCenter);
    m_headline->setElided(true);  // a stranger's file may say what it likes
    m_text->setWordWrap(true);
    m_action->hide();
    connect(m_action, &QPushButton::clicked, this, &VerdictBanner::clicked);
    followPalette(this, [this] { restyle(); });
}

void VerdictBanner::setVerdict(std::optional<VerdictKind> kind, const QString &headline, const QString &text)
{
    m_kind = kind;
    m_headline->setText(headline);
    m_text->setText(text);
    setAccessibleName(headline);
    setAccessibleDescription(text);
    restyle();
}

void VerdictBanner::setAction(const QString &text)
{
    m_action->setText(text);
    m_action->setVisible(!text.isEmpty());
}

void VerdictBanner::restyle()
{
    const char *name = m_kind == VerdictKind::LearnedSomething ? "check"
                       : m_kind == VerdictKind::NoEvidence     ? "close"
                                                               : "warning";
    m_icon->setPixmap(icon(QLatin1String(name), verdictColour(tokensFor(palette()), m_kind)).pixmap(20, 20));
    update();
}

void VerdictBanner::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = tokensFor(palette());
    const QColor colour = verdictColour(tokens, m_kind);
    const bool quiet = m_kind == VerdictKind::LearnedSomething;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(Qt::NoPen);
    painter.setBrush(tokens.surface);
    painter.drawRoundedRect(frame, 8, 8);
    painter.setPen(QPen(quiet ? tokens.line : colour, 1));
    painter.setBrush(quiet ? tokens.surface : faded(colour, 0.1F));
    painter.drawRoundedRect(frame, 8, 8);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.setClipRect(0, 0, 4, height());
    painter.drawRoundedRect(frame, 8, 8);
}

}  // namespace dank::ui
