#include "ui/train/fine_tune_card.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include <cmath>

#include "core/backbone/backbone_id.h"
#include "core/backbone/own_network.h"
#include "core/base/error.h"
#include "core/store/fine_tuned_run.h"
#include "ui/session/terminal_command.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kMostEpochs = 1000;

/// "" is 0, which stands for the usual rate; false for what is no rate.
bool readRate(const QString &text, double &rate)
{
    bool ok = true;
    rate = text.trimmed().isEmpty() ? 0 : text.trimmed().toDouble(&ok);
    return ok && std::isfinite(rate) && (rate > 0 || text.trimmed().isEmpty());
}

/// A network that is built here: neither `classic` nor a file of the user's own has blocks that could learn.
bool canLearn(const std::string &backbone)
{
    try {
        const BackboneId id = BackboneId::parse(backbone);
        return id.network != kClassicId && !isOwnNetwork(id.network) && !id.isTuned();
    } catch (const Error &) {
        return false;
    }
}

}  // namespace

FineTuneCard::FineTuneCard(Session &session, QWidget *parent)
    : Card(tr("Fine-tune"), parent), m_session(session), m_depth(new Calm<QComboBox>), m_networkRate(new QLineEdit),
      m_headRate(new QLineEdit), m_epochs(new Calm<QSpinBox>), m_copy(new QPushButton(tr("Copy as command"))),
      m_start(new QPushButton), m_note(paragraph({}, this))
{
    const TuneConfig usual;
    for (const auto &[depth, text] :
         {std::pair(TuneDepth::Last, tr("last block")), std::pair(TuneDepth::LastTwo, tr("last two blocks")),
          std::pair(TuneDepth::All, tr("whole network"))})
        m_depth->addItem(text, static_cast<int>(depth));
    m_epochs->setRange(1, kMostEpochs);
    m_epochs->setValue(usual.epochs);
    m_networkRate->setPlaceholderText(tr("head / 100"));
    m_headRate->setPlaceholderText(tr("the run's"));

    auto *row = newBox<QHBoxLayout>(12);
    const auto add = [&](const QString &name, const QString &help, QWidget *field) {
        auto *column = newBox<QVBoxLayout>(2);
        auto *label = paragraph(name, this);
        label->setWordWrap(false);
        label->setBuddy(field);
        field->setAccessibleName(name);
        field->setToolTip(help);
        field->setMaximumWidth(150);
        column->addWidget(label);
        column->addWidget(field);
        row->addLayout(column, 1);
    };
    add(tr("Learns"), tr("What comes before it stays as it is and is computed once."), m_depth);
    add(tr("Network's rate"), tr("The size of the steps of the network; empty for a hundredth of the head's."),
        m_networkRate);
    add(tr("Head's rate"), tr("The size of the steps of the head; empty for that of the run."), m_headRate);
    add(tr("Epochs"), tr("At most. It stops early when the order of the held-out memes gets no better."), m_epochs);
    row->addStretch(1);
    setFlag(*m_copy, "link", true);
    header()->addWidget(m_copy);
    row->addWidget(m_start, 0, Qt::AlignBottom);
    body()->addLayout(row);
    body()->addWidget(m_note);

    connect(m_start, &QPushButton::clicked, this, &FineTuneCard::start);
    connect(m_copy, &QPushButton::clicked, this, &FineTuneCard::copyCommand);
    for (QLineEdit *line : {m_networkRate, m_headRate})
        connect(line, &QLineEdit::textEdited, this, &FineTuneCard::refresh);
    refresh();
}

const RunRecord *FineTuneCard::candidate() const
{
    const RunRecord *const record = m_session.runs().find(m_session.chart().shown().run);
    const bool fits = record && record->problem.empty() && record->state == RunState::Done && !record->model.empty()
                      && !isFineTuning(*record) && canLearn(record->backbone);
    return fits ? record : nullptr;
}

QString FineTuneCard::read(TuneConfig &config) const
{
    config.depth = static_cast<TuneDepth>(m_depth->currentData().toInt());
    config.epochs = m_epochs->value();
    if (!readRate(m_networkRate->text(), config.networkRate) || !readRate(m_headRate->text(), config.headRate))
        return tr("A rate is a number above 0, such as 0.0001.");
    try {
        config.validate();
    } catch (const Error &error) {
        return QString::fromStdString(error.what());
    }
    return {};
}

void FineTuneCard::refresh()
{
    const JobStatus &job = m_session.jobs().status();
    const bool training = job.kind == JobKind::Train && job.isBusy();
    const auto &estimate = m_session.training().estimate();
    const RunRecord *const run = candidate();
    const bool tuning = training && estimate;
    setVisible(run || tuning);
    if (!run && !tuning)
        return;
    for (QWidget *field : std::initializer_list<QWidget *>{m_depth, m_networkRate, m_headRate, m_epochs, m_copy})
        field->setEnabled(run && !training);
    if (tuning) {
        m_start->setEnabled(false);
        setSubtitle({});
        m_note->setTone(TextLabel::Tone::Muted);
        m_note->setText(
            tr("%1 numbers of the network and its head learn. This takes %2 at most, %3 of memory and %4 on disk. "
               "Stop keeps the frozen network.")
                .arg(groupedNumber(static_cast<qint64>(estimate->parameters)), aboutDuration(estimate->seconds),
                     bytesText(estimate->memory), bytesText(estimate->disk)));
        return;
    }
    m_start->setText(tr("Fine-tune run %1").arg(run->run));
    setSubtitle(tr("the network of run %1 learns with its head").arg(run->run));
    TuneConfig config;
    const QString problem = read(config);
    m_start->setEnabled(problem.isEmpty() && !job.isBusy() && m_session.actions().rate);
    m_note->setTone(problem.isEmpty() ? TextLabel::Tone::Muted : TextLabel::Tone::Bad);
    m_note->setText(!problem.isEmpty() ? problem : QString::fromUtf8(kTuningIsDoubtful));
}

void FineTuneCard::start()
{
    TuneConfig config;
    const RunRecord *const run = candidate();
    if (run && read(config).isEmpty())
        m_session.training().fineTune(run->run, config);
}

void FineTuneCard::copyCommand()
{
    TuneConfig config;
    const RunRecord *const run = candidate();
    if (run && read(config).isEmpty())
        QGuiApplication::clipboard()->setText(fineTuneCommand(m_session, run->run, config));
}

}  // namespace dank::ui
