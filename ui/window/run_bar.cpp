#include "ui/window/run_bar.h"

#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include "ui/widgets/card.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"
#include "ui/window/window_verbs.h"

namespace dank::ui {

namespace {

constexpr int kHeight = 52;
constexpr int kGoodbyeMs = 8000;

}  // namespace

RunBar::RunBar(Session &session, WindowVerbs &verbs, QWidget *parent)
    : QWidget(parent), m_mark(new QLabel(this)),
      m_verb(new TextLabel({}, static_cast<int>(TextRole::Heading), TextLabel::Tone::Normal, this)),
      m_detail(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_bar(newBar(QStringLiteral("Progress"), this)),
      m_left(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_pause(new QPushButton(QStringLiteral("&Pause"), this)), m_stop(new QPushButton(QStringLiteral("&Stop"), this)),
      m_stopMenu(new QPushButton(this)), m_close(new QToolButton(this))
{
    setObjectName(QStringLiteral("runBar"));
    setAccessibleName(QStringLiteral("Running job"));
    setFixedHeight(kHeight);
    m_bar->setMinimumWidth(60);
    m_detail->setElided(true);
    m_detail->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    m_pause->setObjectName(QStringLiteral("pauseButton"));
    m_stop->setObjectName(QStringLiteral("stopButton"));
    m_stop->setToolTip(QStringLiteral("Stop; what is done is kept (Ctrl+.)"));
    auto *menu = new QMenu(this);
    const auto keep = [&session] { session.jobs().stopAndKeep(); };
    menu->addAction(QStringLiteral("Stop and &keep the best epoch"), &session, keep);
    menu->addAction(QStringLiteral("Stop and &discard…"), &verbs, &WindowVerbs::confirmDiscard);
    m_stopMenu->setObjectName(QStringLiteral("stopMenuButton"));
    m_stopMenu->setText(QStringLiteral("&Stop "));
    m_stopMenu->setMenu(menu);
    m_stopMenu->setLayoutDirection(layoutDirection() == Qt::LeftToRight ? Qt::RightToLeft : Qt::LeftToRight);
    m_stopMenu->setIconSize({12, 12});
    m_close->setAutoRaise(true);
    m_close->setAccessibleName(QStringLiteral("Hide"));
    m_close->setToolTip(QStringLiteral("Hide this line"));
    m_close->setFocusPolicy(Qt::StrongFocus);

    auto *layout = newBox<QHBoxLayout>(14, this, {20, 1, 20, 0});
    addWidgets(*layout, {m_mark, m_verb, m_detail});
    layout->addWidget(m_bar, 1);
    layout->addStretch(0);
    addWidgets(*layout, {m_left, m_pause, m_stop, m_stopMenu, m_close});

    connect(m_pause, &QPushButton::clicked, &session, [this, &session] {
        m_job.state == JobState::Paused ? session.training().resume() : session.training().pause();
    });
    connect(m_stop, &QPushButton::clicked, &session, keep);
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    m_goodbye.setSingleShot(true);
    m_goodbye.setInterval(kGoodbyeMs);
    connect(&m_goodbye, &QTimer::timeout, this, &QWidget::hide);
    followPalette(this, [this] { recolour(); });
    hide();
}

void RunBar::setJob(const JobStatus &job, const Actions &actions)
{
    const bool newState = job.state != m_job.state || job.kind != m_job.kind;
    m_job = job;
    const bool running = job.state == JobState::Running;
    const bool paused = job.state == JobState::Paused;
    const bool stopping = job.state == JobState::Stopping;
    const bool ended = job.state == JobState::Failed || job.state == JobState::Done;
    const bool training = job.kind == JobKind::Train;

    m_verb->setText(job.verb);
    // The message bar tells the reason; twice the same sentence helps nobody.
    const bool failed = job.state == JobState::Failed;
    m_detail->setText(failed ? QStringLiteral("stopped by an error") : job.detail);
    m_detail->setToolTip(failed ? plainToolTip(job.detail) : QString());
    m_bar->setVisible(!ended);
    showProgress(*m_bar, job.done, job.total);
    m_left->setText(job.secondsLeft && running ? QStringLiteral("%1 left").arg(aboutDuration(*job.secondsLeft))
                                               : QString());
    m_left->setVisible(!m_left->text().isEmpty());
    m_pause->setText(paused ? QStringLiteral("&Resume") : QStringLiteral("&Pause"));
    m_pause->setToolTip(paused ? QStringLiteral("Go on (Ctrl+Shift+P)")
                        : job.judging
                            ? QStringLiteral("The training is over; judging it does not pause. Stop ends it, and the "
                                             "run is kept.")
                            : QStringLiteral("Pause (Ctrl+Shift+P)"));
    m_pause->setVisible(training && (running || paused));
    m_pause->setEnabled(paused ? actions.resume : actions.pause);
    const QString stop = stopping ? QStringLiteral("Stopping…") : QStringLiteral("&Stop");
    m_stop->setText(stop);
    m_stop->setVisible(!ended && (!training || stopping));
    m_stop->setEnabled(actions.stop && !stopping);
    m_stopMenu->setVisible(training && (running || paused));
    m_stopMenu->setEnabled(actions.stop);
    m_close->setVisible(ended);
    m_mark->setVisible(ended || paused);
    if (newState) {
        recolour();
        setVisible(job.state != JobState::Idle);
        m_goodbye.stop();
        if (ended)
            m_goodbye.start();
    }
}

void RunBar::keepLastInTabOrder()
{
    QWidget *last = window()->previousInFocusChain();
    while (last != window() && (last->focusPolicy() & Qt::TabFocus) == 0)
        last = last->previousInFocusChain();
    if (isAncestorOf(last))
        return;
    for (QWidget *each : std::initializer_list<QWidget *>{m_pause, m_stop, m_stopMenu, m_close}) {
        setTabOrder(last, each);
        last = each;
    }
}

void RunBar::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokensFor(palette());
    QPainter painter(this);
    painter.fillRect(rect(), t.surface);
    painter.fillRect(QRect(0, 0, width(), 1), t.line);
}

void RunBar::recolour()
{
    const Tokens &t = tokensFor(palette());
    QIcon mark;
    switch (m_job.state) {
    case JobState::Failed: mark = icon(QStringLiteral("error"), t.bad); break;
    case JobState::Done: mark = icon(QStringLiteral("check"), t.ok); break;
    case JobState::Paused: mark = icon(QStringLiteral("pause"), t.warn); break;
    default: break;
    }
    m_mark->setPixmap(mark.pixmap(QSize(18, 18), devicePixelRatioF()));
    m_stopMenu->setIcon(icon(QStringLiteral("chevron-down"), t.muted));
    m_close->setIcon(icon(QStringLiteral("close"), t.muted));
}

}  // namespace dank::ui
