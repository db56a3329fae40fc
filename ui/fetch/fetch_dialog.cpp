#include "ui/fetch/fetch_dialog.h"

#include <QHeaderView>
#include <QPushButton>
#include <QTableWidget>

#include <utility>

#include "core/base/file.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kWidth = 560;
constexpr int kRowHeight = 24, kNameWidth = 180;
constexpr int kMostRows = 8;          // that are seen at once
constexpr std::size_t kListed = 500;  // more is for the command line

QString pictures(std::size_t count)
{
    return countOf(static_cast<qint64>(count), QObject::tr("picture"), QObject::tr("pictures"));
}

}  // namespace

FetchDialog::FetchDialog(Session &session, QWidget *parent)
    : FittedDialog(kWidth, parent), m_session(session), m_dataset(session.data().opened()),
      m_fetch(session.engine(), m_dataset->path(), m_dataset->source().options),
      m_status(paragraph({}, this, TextRole::Body, TextLabel::Tone::Normal)), m_folder(paragraph({}, this)),
      m_rest(paragraph({}, this)), m_rows(new QTableWidget(0, 2)), m_bar(newBar(tr("Progress"))), m_go(new QPushButton),
      m_close(new QPushButton(tr("Close")))
{
    setWindowTitle(tr("Fetch missing pictures"));
    m_status->setObjectName(QStringLiteral("fetchStatus"));
    m_rest->setObjectName(QStringLiteral("fetchRest"));
    m_go->setObjectName(QStringLiteral("fetchGo"));
    m_go->setProperty("primary", true);
    m_go->setDefault(true);
    m_close->setAutoDefault(false);
    setUpTable(*m_rows, tr("Where they come from"), kRowHeight);
    m_rows->setSelectionMode(QAbstractItemView::ContiguousSelection);
    m_rows->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_rows->horizontalHeader()->resizeSection(0, kNameWidth);
    m_rows->horizontalHeader()->setDefaultAlignment(Qt::AlignLeading | Qt::AlignVCenter);

    auto *layout = newBox<QVBoxLayout>(8, this, {20, 16, 20, 14});
    layout->addWidget(paragraph(windowTitle(), this, TextRole::Title, TextLabel::Tone::Normal));
    for (QWidget *part : std::initializer_list<QWidget *>{m_status, m_bar, m_rows, m_folder, m_rest})
        layout->addWidget(part);
    auto *buttons = newBox<QHBoxLayout>(8);
    buttons->addStretch(1);
    addWidgets(*buttons, {m_go, m_close});
    layout->addSpacing(4);
    layout->addLayout(buttons);

    connect(m_go, &QPushButton::clicked, this, &FetchDialog::fetchOrStop);
    connect(m_close, &QPushButton::clicked, this, &QDialog::reject);
    connect(&m_fetch, &PictureFetch::changed, this, &FetchDialog::showState);
    connect(&session, &Session::changed, this, [this](Change change) {
        if (change == Change::Engine)
            showState();
    });
    showState();
}

void FetchDialog::fetchOrStop()
{
    m_fetch.isBusy() ? m_fetch.stop() : m_fetch.fetch();
}

void FetchDialog::showState()
{
    using State = PictureFetch::State;
    const State state = m_fetch.state();
    const FetchPlan *const plan = m_fetch.plan().get();
    const std::size_t wanted = plan ? plan->wanted.size() : 0;
    TextLabel::Tone tone = TextLabel::Tone::Normal;
    QString text, rest;
    switch (state) {
    case State::Planning: text = tr("Looking which pictures are missing…"); break;
    case State::Planned:
        text = wanted == 0
                   ? tr("There is nothing to fetch.")
                   : tr("%1 can be fetched. Nothing is asked of these hosts before you say so.").arg(pictures(wanted));
        break;
    case State::Fetching:
        text = m_session.engine().info() ? tr("%1 of %2 asked for…").arg(m_fetch.done()).arg(pictures(wanted))
                                         : tr("Waiting for the engine…");
        break;
    case State::Stopping: text = tr("Stopping… What has come stays."); break;
    case State::Done: {
        const FetchReport &report = m_fetch.report();
        const std::size_t missed = report.refused.size() + report.failed.size();
        text = tr("%1 fetched (%2)").arg(pictures(report.fetched.size()), bytesText(report.bytes))
               + (missed > 0 ? tr(", %1 did not come:").arg(groupedNumber(static_cast<qint64>(missed)))
                             : QStringLiteral("."));
        tone = missed == 0 ? TextLabel::Tone::Ok : TextLabel::Tone::Warn;
        if (!report.anyAnswer && !report.failed.empty()) {
            tone = TextLabel::Tone::Bad;
            text = tr("No server answered. Check the connection, then try again. Pictures are not fetched through a "
                      "proxy.");
        }
        break;
    }
    case State::Failed:
        tone = TextLabel::Tone::Bad;
        text = m_fetch.error();
        break;
    }
    if (plan && state != State::Done) {
        rest = tr("%1 there already").arg(pictures(plan->kept));
        if (plan->withoutAddress > 0)
            rest += tr(", %1 missing without a web address").arg(groupedNumber(qint64(plan->withoutAddress)));
        if (!plan->refused.empty())
            rest += tr(", %1 at addresses that are not asked").arg(groupedNumber(qint64(plan->refused.size())));
        rest += QLatin1Char('.');
    }
    m_status->setTone(tone);
    m_status->setText(text);
    m_rest->setText(rest);
    m_rest->setVisible(!rest.isEmpty());
    m_folder->setVisible(wanted > 0 && state != State::Done);
    if (plan)
        m_folder->setText(tr("Into %1").arg(QString::fromStdString(displayPath(plan->folder))));
    m_bar->setVisible(m_fetch.isBusy() || state == State::Planning);
    showProgress(*m_bar, m_fetch.done(), state == State::Planning ? 0 : wanted);
    fillTable();
    m_go->setVisible(wanted > 0);
    m_go->setEnabled(state != State::Stopping && state != State::Planning);
    m_go->setText(state == State::Stopping                         ? tr("Stopping…")
                  : state == State::Fetching                       ? tr("&Stop")
                  : state == State::Done || state == State::Failed ? tr("&Try again")
                                                                   : tr("&Fetch %1").arg(pictures(wanted)));
    if (state == State::Planned && wanted > 0)
        m_go->setFocus();
    if (state == State::Done && m_fetch.report().failed.empty())
        m_go->hide();  // what was refused stays so
}

void FetchDialog::showRows(const QStringList &columns, const std::vector<std::pair<QString, QString>> &rows)
{
    const int count = static_cast<int>(rows.size());
    m_rows->setHorizontalHeaderLabels(columns);
    m_rows->setRowCount(count);
    for (int row = 0; row < count; ++row)
        for (int column = 0; column < 2; ++column) {
            const auto &[first, second] = rows[static_cast<std::size_t>(row)];
            const QString &text = column == 0 ? first : second;
            auto *item = new QTableWidgetItem(text);
            item->setToolTip(plainToolTip(text));
            m_rows->setItem(row, column, item);
        }
    m_rows->setVisible(count > 0);
    m_rows->setFixedHeight(m_rows->horizontalHeader()->sizeHint().height() + kRowHeight * std::min(count, kMostRows)
                           + 2);
}

/// Only when what it shows has changed: there may be a hundred thousand.
void FetchDialog::fillTable()
{
    const bool isDone = m_fetch.state() == PictureFetch::State::Done;
    const void *const source = isDone ? static_cast<const void *>(&m_fetch.report()) : m_fetch.plan().get();
    if (std::exchange(m_listed, source) == source && source)
        return;
    isDone ? showMissed() : showHosts();
}

void FetchDialog::showHosts()
{
    std::vector<std::pair<QString, QString>> rows;
    if (m_fetch.plan())
        for (const HostPictures &host : m_fetch.plan()->hosts())
            rows.emplace_back(QString::fromStdString(host.host), groupedNumber(static_cast<qint64>(host.pictures)));
    showRows({tr("Host"), tr("Pictures")}, rows);
}

void FetchDialog::showMissed()
{
    std::vector<std::pair<QString, QString>> rows;
    for (const auto *missed : {&m_fetch.report().failed, &m_fetch.report().refused})
        for (const MissedPicture &picture : *missed)
            rows.emplace_back(plainTitle(picture.id), plainTitle(picture.reason));
    if (rows.size() > kListed) {
        const qint64 more = qint64(rows.size() - kListed);
        rows.resize(kListed);
        rows.emplace_back(tr("… and %1 more").arg(groupedNumber(more)), tr("dank fetch --json lists all"));
    }
    showRows({tr("Picture"), tr("Why it did not come")}, rows);
}

void FetchDialog::done(int result)
{
    m_fetch.end();
    if (m_fetch.mayHaveCome() && m_session.data().opened() == m_dataset) {
        if (m_session.actions().open)
            m_session.data().reopen();
        else
            m_session.workplace().say(Message::Severity::Info,
                                      tr("Open the dataset again to see the pictures that were fetched."));
    }
    QDialog::done(result);
}

}  // namespace dank::ui
