#include "ui/window/top_bar.h"

#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QToolTip>

#include <algorithm>

#include "ui/runs/loss_card.h"
#include "ui/widgets/card.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kHeight = 48;
constexpr auto kOffline =
    "Everything stays on this computer: no network connection is open. Only a download of weights "
    "that you ask for opens one.";
constexpr auto kDownloading = "Weights that you asked for are being downloaded. Nothing else is sent.";

const QString kIconGap = QStringLiteral(" ");  // Qt leaves too little between a button's icon and its text

}  // namespace

TopBar::TopBar(QMenu *exportMenu, QWidget *parent)
    : QWidget(parent), m_open(new QPushButton(QStringLiteral("&Open…"), this)), m_primary(new QPushButton(this)),
      m_export(new QPushButton(this)), m_offline(new Chip(QStringLiteral("offline"), this)),
      m_device(new Chip({}, this))
{
    setFixedHeight(kHeight);
    m_open->setToolTip(QStringLiteral("Open a db.json or a model (Ctrl+O)"));
    m_open->setObjectName(QStringLiteral("openButton"));
    m_primary->setProperty("primary", true);
    m_primary->setObjectName(QStringLiteral("primaryButton"));
    m_export->setText(QStringLiteral("&Export") + kIconGap);
    m_export->setMenu(exportMenu);
    m_export->setLayoutDirection(layoutDirection() == Qt::LeftToRight ? Qt::RightToLeft : Qt::LeftToRight);
    m_export->setIconSize({12, 12});
    m_offline->setProperty("dot", true);
    m_device->setAccessibleName(QStringLiteral("Compute device"));
    m_device->setObjectName(QStringLiteral("deviceChip"));
    m_device->setToolTip(QStringLiteral("What computes: why, its self-test, and how quick it is"));
    m_device->setMaximumWidth(320);

    auto *layout = newBox<QHBoxLayout>(8, this, {12, 0, 12, 1});
    addWidgets(*layout, {m_open, m_primary, m_export});
    layout->addStretch(1);
    layout->addWidget(m_offline);
    layout->addWidget(m_device);
    connect(m_open, &QPushButton::clicked, this, &TopBar::openClicked);
    connect(m_primary, &QPushButton::clicked, this, &TopBar::primaryClicked);
    connect(m_device, &Chip::clicked, this, &TopBar::deviceClicked);
    connect(m_offline, &Chip::clicked, this, [this] {
        QToolTip::showText(m_offline->mapToGlobal(QPoint(0, m_offline->height())), m_offline->toolTip(), m_offline);
    });
    setDownloading(false);
    followPalette(this, [this] { recolour(); });
}

void TopBar::setPrimary(const QString &text, const QString &iconName, bool enabled, const QString &why)
{
    m_primary->setVisible(!text.isEmpty());
    m_primary->setText(iconName.isEmpty() ? text : kIconGap + text);
    m_primary->setToolTip(plainToolTip(why));
    if (m_primaryIcon != iconName || m_primary->isEnabled() != enabled) {
        m_primary->setEnabled(enabled);
        m_primaryIcon = iconName;
        recolour();
    }
}

void TopBar::yieldTo(const QWidget &page)
{
    const auto buttons = page.findChildren<QPushButton *>();
    const bool on = std::none_of(buttons.begin(), buttons.end(), [&page](const QPushButton *button) {
        return button->property("primary").toBool() && button->isEnabled() && button->isVisibleTo(&page);
    });
    if (setFlag(*m_primary, "primary", on))
        recolour();
}

void TopBar::setDevice(const QString &text)
{
    m_device->setText(menuText(text, 44));
    m_device->setAccessibleDescription(text);
    m_device->setVisible(!text.isEmpty());
}

void TopBar::setDownloading(bool downloading)
{
    m_downloading = downloading;
    const QString why = QString::fromLatin1(downloading ? kDownloading : kOffline);
    m_offline->setText(downloading ? QStringLiteral("downloading") : QStringLiteral("offline"));
    m_offline->setToolTip(why);
    m_offline->setAccessibleDescription(why);
    recolour();
}

void TopBar::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokensFor(palette());
    QPainter painter(this);
    painter.fillRect(rect(), t.surface);
    painter.fillRect(QRect(0, height() - 1, width(), 1), t.line);
}

void TopBar::recolour()
{
    const Tokens &t = tokensFor(palette());
    m_offline->setIcon(dotPixmap(m_downloading ? t.accent : t.ok, 12, devicePixelRatioF(), 2));
    m_export->setIcon(icon(QStringLiteral("chevron-down"), t.muted));
    const bool accent = m_primary->property("primary").toBool();
    const QColor stroke = !m_primary->isEnabled() ? t.muted : accent ? t.onAccent : t.text;
    m_primary->setIcon(m_primaryIcon.isEmpty() ? QIcon() : icon(m_primaryIcon, stroke));
}

}  // namespace dank::ui
