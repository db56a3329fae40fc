#include "ui/features/text_card.h"

#include <QProgressBar>
#include <QPushButton>

#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

TextCard::TextCard(Session &session, QWidget *parent)
    : Card(tr("Words in the pictures"), parent), m_session(session), m_button(new QPushButton(this)),
      m_text(paragraph({}, this)), m_bar(newBar(tr("Pictures read"), this))
{
    setObjectName(QStringLiteral("textCard"));
    m_button->setObjectName(QStringLiteral("readTextButton"));
    header()->addWidget(m_button);
    addWidgets(*body(), {m_text, m_bar});
    connect(m_button, &QPushButton::clicked, &session, [&session] {
        if (session.jobs().isRunning(JobKind::Read))
            session.jobs().stopAndKeep();
        else
            session.texts().read();
    });
}

void TextCard::refresh()
{
    const JobStatus &job = m_session.jobs().status();
    const TextJobs &texts = m_session.texts();
    const ReadStatus *const status = texts.status();
    const bool running = job.kind == JobKind::Read && job.isBusy();
    const bool stopping = running && job.state == JobState::Stopping;
    // The engine counts once a job; in between the job knows better, once it has hashed the pictures.
    const bool counts = running && job.verb == stageText("text") && job.total > 0;
    const std::size_t read = counts ? job.done : status ? status->read : 0;
    const std::size_t total = counts ? job.total : status ? status->total : 0;
    const bool complete = !running && texts.areComplete();

    QString text;
    auto tone = TextLabel::Tone::Muted;
    if (!running && !texts.problem().isEmpty()) {
        text = texts.problem();
        tone = TextLabel::Tone::Bad;
    } else if (total == 0) {
        text = tr("Counting the pictures that have been read…");
    } else if (read == 0 && !running) {
        text =
            tr("Once they are read, the words in the pictures can be searched for and learnt from. It takes a second "
               "or two a picture, on this machine alone, and can be stopped and gone on with at any time.");
    } else {
        text =
            tr("%1 of %2 read").arg(groupedNumber(qint64(read)), countOf(qint64(total), tr("picture"), tr("pictures")));
        if (texts.refused() > 0 && !running)
            text += tr(" · %1 could not be read").arg(groupedNumber(qint64(texts.refused())));
        tone = TextLabel::Tone::Normal;
    }
    m_text->setText(text);
    m_text->setTone(tone);
    m_bar->setVisible(total > 0 && (running || read > 0) && !complete);
    showProgress(*m_bar, read, total);
    setSubtitle(stopping ? tr("stopping after the current picture") : QString());

    m_button->setText(stopping                     ? tr("Stopping…")
                      : running                    ? tr("Stop reading")
                      : status && status->read > 0 ? tr("Read the rest")
                                                   : tr("Read the text"));
    m_button->setToolTip(plainToolTip(running ? tr("What has been read is kept")
                                              : tr("Finds the words in the pictures that have not been read yet")));
    m_button->setEnabled(running ? !stopping : m_session.actions().read && !complete);
    m_button->setVisible(!complete);
}

}  // namespace dank::ui
