#include "ui/pages/backbone_card.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include "ui/charts/number_text.h"
#include "ui/session/thumbnails.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"
#include "ui/window_dialogs.h"

namespace dank::ui {

namespace {

QPushButton *linkButton(const QString &text, QWidget *parent)
{
    auto *button = new QPushButton(text, parent);
    button->setProperty("link", true);
    return button;
}

}  // namespace

BackboneCard::BackboneCard(QWidget *parent)
    : Card(QStringLiteral("…"), parent),
      m_badge(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_summary(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_weights(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_choose(linkButton(QStringLiteral("Choose &file…"), this)),
      m_untrained(linkButton(QStringLiteral("Use &untrained weights"), this)),
      m_own(linkButton(QStringLiteral("Use &installed weights"), this)),
      m_bar(new QProgressBar(this)),
      m_count(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_time(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this))
{
    setProperty("clickable", true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    m_summary->setWordWrap(true);
    m_weights->setWordWrap(true);
    m_choose->setToolTip(QStringLiteral("A safetensors file with torchvision's parameter names"));
    m_untrained->setToolTip(QStringLiteral("Seeded random numbers: enough to try everything out, but every score made "
                                           "with them is marked untrained"));
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(QStringLiteral("Kept features"));
    header()->addWidget(m_badge);
    body()->setSpacing(6);
    body()->addWidget(m_summary);
    body()->addWidget(m_weights);
    auto *links = new QHBoxLayout;
    links->setContentsMargins(0, 0, 0, 0);
    links->setSpacing(4);
    links->addWidget(m_choose);
    links->addWidget(m_untrained);
    links->addWidget(m_own);
    links->addStretch(1);
    body()->addLayout(links);
    body()->addStretch(1);
    auto *progress = new QHBoxLayout;
    progress->setSpacing(10);
    progress->addWidget(m_bar, 1);
    progress->addWidget(m_count);
    body()->addLayout(progress);
    body()->addWidget(m_time);
    connect(m_choose, &QPushButton::clicked, this, &BackboneCard::chooseFile);
    connect(m_untrained, &QPushButton::clicked, this, [this] { emit weightsChosen(m_id, QStringLiteral("none")); });
    connect(m_own, &QPushButton::clicked, this, [this] { emit weightsChosen(m_id, QString()); });
}

void BackboneCard::setStatus(const BackboneStatus &status, const BackboneRequest &request, bool locked)
{
    m_id = QString::fromStdString(status.id);
    m_locked = locked;
    setTitle(QString::fromStdString(status.title));
    setSubtitle(QStringLiteral("%1 numbers").arg(groupedNumber(status.columns)));
    m_summary->setText(QString::fromStdString(status.summary));
    m_summary->setVisible(!status.summary.empty());

    const bool chosen = request.backbone == status.id;
    const bool installed = !status.weights.empty();
    const bool untrained = chosen && request.weights == "none";
    const bool ownFile = chosen && !request.weights.empty() && !untrained;
    if (untrained) {
        setBadge(QStringLiteral("untrained"), TextLabel::Tone::Warn);
        m_weights->setText(QStringLiteral("Untrained: random numbers, for trying out."));
    } else if (ownFile) {
        setBadge(QStringLiteral("your file"), TextLabel::Tone::Ok);
        m_weights->setText(QStringLiteral("Weights: %1").arg(QString::fromStdString(request.weights)));
    } else if (installed) {
        setBadge(QStringLiteral("installed"), TextLabel::Tone::Ok);
        m_weights->setText(QStringLiteral("Weights: %1").arg(QFileInfo(toQString(status.weights)).fileName()));
    } else {
        setBadge(QStringLiteral("no weights"), TextLabel::Tone::Warn);
        m_weights->setText(QStringLiteral("No weights file: expected at %1").arg(toQString(status.expectedAt)));
    }
    m_weights->setTone(untrained || (!installed && !ownFile) ? TextLabel::Tone::Warn : TextLabel::Tone::Muted);
    m_untrained->setVisible(!untrained && !installed && !ownFile);
    m_own->setVisible(installed && (untrained || ownFile));
    for (QPushButton *button : {m_choose, m_untrained, m_own})
        button->setEnabled(!locked);

    const auto total = static_cast<qint64>(status.total), kept = static_cast<qint64>(status.cached);
    m_bar->setRange(0, 1000);
    m_bar->setValue(total > 0 ? static_cast<int>(1000 * std::min(kept, total) / total) : 0);
    m_count->setText(QStringLiteral("%1 of %2").arg(groupedNumber(kept), groupedNumber(total)));
    const qint64 missing = std::max<qint64>(0, total - kept);
    if (total > 0 && missing == 0)
        m_time->setText(QStringLiteral("all done"));
    else if (status.imagesPerSecond > 0)
        m_time->setText(QStringLiteral("%1 for the rest on this machine")
                            .arg(aboutDuration(static_cast<double>(missing) / status.imagesPerSecond)));
    else
        m_time->setText(QStringLiteral("how long it takes is known after the first ones"));
    if (property("selected").toBool() != chosen) {
        setProperty("selected", chosen);
        style()->unpolish(this);
        style()->polish(this);
    }
    setAccessibleDescription(QStringLiteral("%1, %2 kept%3").arg(
        m_badge->text(), m_count->text(), chosen ? QStringLiteral(", chosen") : QString()));
}

void BackboneCard::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint()) && !m_locked)
        emit selected(m_id);
    Card::mouseReleaseEvent(event);
}

void BackboneCard::keyPressEvent(QKeyEvent *event)
{
    const bool choose = event->key() == Qt::Key_Space || event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (choose && !m_locked)
        emit selected(m_id);
    else
        Card::keyPressEvent(event);
}

void BackboneCard::chooseFile()
{
    const QString file = askForFile(this, QStringLiteral("Weights of the network"),
                                    QStringLiteral("safetensors (*.safetensors);;All files (*)"));
    if (!file.isEmpty())
        emit weightsChosen(m_id, file);
}

void BackboneCard::setBadge(const QString &text, TextLabel::Tone tone)
{
    m_badge->setText(text);
    m_badge->setTone(tone);
}

}  // namespace dank::ui
