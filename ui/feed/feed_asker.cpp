#include "ui/feed/feed_asker.h"

#include <QPushButton>

#include <utility>

#include "ui/feed/feed_dialog.h"
#include "ui/feed/feed_text.h"
#include "ui/widgets/set_up.h"

namespace dank::ui {

namespace {

constexpr int kLineHeight = 20;  // the smallest window has no room for more

}  // namespace

FeedAsker::FeedAsker(Session &session, std::function<void(Page)> goTo, QWidget *page)
    : QObject(page), m_session(session)
{
    session.data().setAsker([this, goTo = std::move(goTo), page](const FeedQuestion &question) {
        if (m_dialog)
            m_dialog->reject();  // another file is asked about now
        goTo(Page::Dataset);
        m_dialog = openDialog<FeedDialog>(m_session, question, page);
    });
}

FeedAsker::~FeedAsker()
{
    m_session.data().setAsker({});
}

FeedLine::FeedLine(Session &session, QWidget *parent)
    : QWidget(parent), m_text(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted))
{
    m_text->setObjectName(QStringLiteral("readAs"));
    m_text->setElided(true);
    auto *change = new QPushButton(tr("&Columns…"));
    change->setObjectName(QStringLiteral("columnsButton"));
    change->setProperty("link", true);
    change->setToolTip(tr("Look at which column is read as what, and change it"));
    setFixedHeight(kLineHeight);
    auto *row = newBox<QHBoxLayout>(8, this);
    row->addWidget(m_text, 1);
    row->addWidget(change);
    connect(change, &QPushButton::clicked, &session, [&session] { session.data().askColumns(); });
}

void FeedLine::setSource(const FeedSource &source)
{
    m_text->setText(readAs(source));
    setVisible(!m_text->text().isEmpty());
}

}  // namespace dank::ui
