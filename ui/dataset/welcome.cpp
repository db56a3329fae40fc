#include "ui/dataset/welcome.h"

#include <QAction>
#include <QBoxLayout>
#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QStyle>

#include <utility>

#include "ui/widgets/card.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/window_dialogs.h"

namespace dank::ui {

namespace {

constexpr int kMaxRecents = 4;
constexpr int kWidest = 860;

/// What the user calls a dataset: its folder.
QString placeName(const QString &file)
{
    return menuText(QFileInfo(file).dir().dirName(), 40);
}

void setPrimary(QPushButton &button, bool primary)
{
    button.setProperty("primary", primary);
    button.style()->unpolish(&button);
    button.style()->polish(&button);
}

}  // namespace

Welcome::Welcome(Session &session, std::function<void(Page)> goTo, QWidget *parent)
    : QWidget(parent), m_session(session), m_place(LastPlace::in(session.workplace().folder())),
      m_placeCard(new Card({}, this)), m_placeText(new TextLabel), m_goOn(new QAction(this)),
      m_open(new QPushButton(tr("&Open a dataset…"))), m_recents(new QWidget(this))
{
    auto *column = new QWidget(this);
    column->setMaximumWidth(kWidest);
    auto *outer = newBox<QHBoxLayout>(0, this);
    outer->addStretch(1);
    outer->addWidget(column, 100);
    outer->addStretch(1);
    auto *all = newBox<QVBoxLayout>(14, column, {20, 20, 20, 20});
    all->addStretch(2);
    auto *headline = new TextLabel(tr("What makes a meme dank? Learn it from memes and the upvotes they got."),
                                   static_cast<int>(TextRole::Heading));
    headline->setAlignment(Qt::AlignCenter);
    headline->setWordWrap(true);
    all->addWidget(headline);

    m_placeCard->setAccessibleName(tr("Where you were"));
    auto *place = newBox<QHBoxLayout>(14);
    m_placeText->setWordWrap(true);
    auto *goOn = new QPushButton(tr("&Go on there"));
    goOn->setObjectName(QStringLiteral("goOnButton"));
    goOn->setToolTip(tr("Enter"));
    setPrimary(*goOn, true);
    place->addWidget(m_placeText, 1);
    place->addWidget(goOn);
    m_placeCard->body()->addLayout(place);
    all->addWidget(m_placeCard);
    m_goOn->setObjectName(QStringLiteral("goOn"));
    m_goOn->setShortcuts({QKeySequence(Qt::Key_Return), QKeySequence(Qt::Key_Enter)});
    m_goOn->setShortcutContext(Qt::WindowShortcut);  // from the page list too, while this is shown
    addAction(m_goOn);
    const auto take = [this] {
        if (const auto taken = std::exchange(m_place, std::nullopt))
            emit placeTaken(*taken);
    };
    connect(goOn, &QPushButton::clicked, this, take);
    connect(m_goOn, &QAction::triggered, this, [this, take] {
        // On one of the buttons Enter means that one.
        auto *const button = qobject_cast<QPushButton *>(focusWidget());
        button && button->hasFocus() ? button->click() : take();
    });

    auto *sample = new QPushButton(tr("Try the &sample"));
    sample->setObjectName(QStringLiteral("sampleButton"));
    connect(sample, &QPushButton::clicked, &session, &Session::openSample);
    connect(m_open, &QPushButton::clicked, this, [this] {
        if (const QString file = askForDataset(this); !file.isEmpty())
            m_session.data().open(file);
    });
    auto *model = new QPushButton(tr("Open a &model…"));
    model->setObjectName(QStringLiteral("modelButton"));
    connect(model, &QPushButton::clicked, this, [this, goTo = std::move(goTo)] {
        const QString file = askForFile(this, tr("Open a model"), tr("Models (*.dankmodel);;All files (*)"));
        if (file.isEmpty())
            return;
        goTo(Page::Rate);
        m_session.rater().open(file);
    });
    auto *ways = newBox<QHBoxLayout>(14);
    addWay(ways, QStringLiteral("train"), tr("The sample"),
           tr("Made-up pictures whose upvotes follow a known rule. Nothing to prepare, nothing to download."), sample);
    addWay(
        ways, QStringLiteral("dataset"), tr("Your memes"),
        tr("A file of posts and their upvotes (db.json, JSON lines, CSV, …), the pictures in a folder beside it. Drop "
           "it anywhere on this window."),
        m_open);
    addWay(ways, QStringLiteral("rate"), tr("A finished model"),
           tr("A .dankmodel that you or someone else trained: it rates pictures at once."), model);
    all->addLayout(ways);
    newBox<QHBoxLayout>(6, m_recents);
    all->addWidget(m_recents);
    all->addStretch(3);
    refresh();
}

Card *Welcome::addWay(QBoxLayout *row, const QString &iconName, const QString &title, const QString &text,
                      QPushButton *button)
{
    auto *card = new Card;
    card->setAccessibleName(title);
    auto *picture = new QLabel;
    followPalette(card, [card, picture, iconName] {
        picture->setPixmap(
            icon(iconName, tokensFor(card->palette()).accent).pixmap(QSize(28, 28), card->devicePixelRatioF()));
    });
    auto *body = new TextLabel(text, static_cast<int>(TextRole::Body), TextLabel::Tone::Muted);
    body->setWordWrap(true);
    body->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    card->body()->setSpacing(8);
    card->body()->addWidget(picture);
    card->body()->addWidget(new TextLabel(title, static_cast<int>(TextRole::Heading)));
    card->body()->addWidget(body, 1);
    card->body()->addWidget(button, 0, Qt::AlignLeft);
    row->addWidget(card, 1);
    return card;
}

void Welcome::refresh()
{
    showPlace();
    qDeleteAll(m_recents->findChildren<QWidget *>(Qt::FindDirectChildrenOnly));
    auto *row = static_cast<QHBoxLayout *>(m_recents->layout());
    while (QLayoutItem *item = row->takeAt(0))
        delete item;
    const QStringList paths = m_session.data().recents().mid(0, kMaxRecents);
    m_recents->setVisible(!paths.isEmpty());
    row->addStretch(1);
    row->addWidget(new TextLabel(tr("Recent"), static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted));
    for (const QString &path : paths) {
        auto *button = new QPushButton(placeName(path));
        button->setProperty("link", true);
        button->setToolTip(plainToolTip(path));
        connect(button, &QPushButton::clicked, &m_session, [this, path] { m_session.data().open(path); });
        row->addWidget(button);
    }
    row->addStretch(1);
}

void Welcome::passPlaceBy()
{
    m_place.reset();
    showPlace();
}

void Welcome::showPlace()
{
    m_placeCard->setVisible(m_place.has_value());
    m_goOn->setEnabled(m_place.has_value());
    setPrimary(*m_open, !m_place);
    if (m_place)
        m_placeText->setText(tr("You were at %1, %2, left on %3.")
                                 .arg(placeName(m_place->dataset).replace("&&", "&"),
                                      countOf(m_place->memes, tr("meme"), tr("memes")),
                                      QLocale().toString(m_place->left, QLocale::ShortFormat)));
}

}  // namespace dank::ui
