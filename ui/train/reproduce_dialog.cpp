#include "ui/train/reproduce_dialog.h"

#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>

#include <algorithm>

#include "ui/charts/chart_export.h"
#include "ui/charts/number_text.h"
#include "ui/charts/reproduction_chart.h"
#include "ui/session/terminal_command.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kWidth = 860, kHeight = 580;
constexpr int kTableWidth = 450;  // three seeds
constexpr int kRowHeight = 28;
constexpr int kMostSeeds = 100, kMostEpochs = 100'000;  // as the command line takes them

TextLabel *label(const QString &text, TextRole role, TextLabel::Tone tone)
{
    return new TextLabel(text, int(role), tone);
}

}  // namespace

ReproduceDialog::ReproduceDialog(Session &session, QWidget *parent)
    : QDialog(parent), m_session(session), m_source(new QComboBox), m_seeds(new QSpinBox), m_epochs(new QSpinBox),
      m_start(new QPushButton), m_copy(new QPushButton(tr("&Copy as command"))), m_bar(newBar(tr("Progress"))),
      m_status(label({}, TextRole::Caption, TextLabel::Tone::Muted)),
      m_legend(label(tr("blue: the seeds · rings: as the paper prints it"), TextRole::Caption, TextLabel::Tone::Muted)),
      m_why(label({}, TextRole::Body, TextLabel::Tone::Normal)), m_chart(new ReproductionChart),
      m_table(new QTableWidget)
{
    setWindowTitle(tr("Reproduce the paper"));
    resize(kWidth, kHeight);
    auto *layout = newBox<QVBoxLayout>(10, this, {20, 18, 20, 16});
    layout->addWidget(label(tr("Reproduce the paper"), TextRole::Title, TextLabel::Tone::Normal));

    m_source->setAccessibleName(tr("Targets"));
    m_source->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_source->setMinimumContentsLength(14);
    m_source->setToolTip(tr("Whose upvotes are the targets. The paper's own are not published; the seeded ones are as "
                            "many and spread alike."));
    m_seeds->setRange(1, kMostSeeds);
    m_seeds->setValue(3);
    m_seeds->setAccessibleName(tr("Seeds"));
    m_seeds->setToolTip(tr("How many times, each with other random numbers"));
    m_epochs->setRange(1, kMostEpochs);
    m_epochs->setValue(paperLosses().back().epochs);
    m_epochs->setSingleStep(100);
    m_epochs->setGroupSeparatorShown(true);
    m_epochs->setAccessibleName(tr("Epochs"));
    m_epochs->setToolTip(tr("The paper's table goes to 1,000"));
    m_start->setProperty("primary", true);
    m_start->setDefault(true);
    auto *controls = newBox<QHBoxLayout>(8);
    const auto named = [&](const QString &name, QWidget *field, int stretch) {
        auto *text = label(name, TextRole::Body, TextLabel::Tone::Muted);
        text->setBuddy(field);
        controls->addWidget(text);
        controls->addWidget(field, stretch);
        controls->addSpacing(6);
    };
    named(tr("Targets"), m_source, 1);
    named(tr("Seeds"), m_seeds, 0);
    named(tr("Epochs"), m_epochs, 0);
    controls->addWidget(m_start);
    layout->addLayout(controls);

    auto *progress = newBox<QHBoxLayout>(10);
    m_bar->setFixedWidth(220);
    m_status->setElided(true);
    progress->addWidget(m_bar);
    progress->addWidget(m_status, 1);
    layout->addLayout(progress);

    auto *results = newBox<QHBoxLayout>(14);
    auto *drawn = newBox<QVBoxLayout>(2);
    m_legend->setElided(true);
    drawn->addWidget(m_legend);
    drawn->addWidget(m_chart, 1);
    results->addLayout(drawn, 1);
    setUpTable(*m_table, tr("The paper's loss table beside this one"), kRowHeight);
    m_table->setSelectionMode(QAbstractItemView::ContiguousSelection);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->setFixedWidth(kTableWidth);
    results->addWidget(m_table);
    layout->addLayout(results, 1);
    m_why->setWordWrap(true);
    m_why->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    layout->addWidget(m_why);

    auto *buttons = new QDialogButtonBox;
    auto *exported = new QPushButton(tr("&Export chart…"));
    buttons->addButton(m_copy, QDialogButtonBox::ActionRole);
    buttons->addButton(exported, QDialogButtonBox::ActionRole);
    QPushButton *close = buttons->addButton(QDialogButtonBox::Close);
    for (QPushButton *button : {m_copy, exported, close})
        button->setAutoDefault(false);
    layout->addWidget(buttons);

    connectChartExport(*m_chart, QStringLiteral("reproduction"));
    connect(exported, &QPushButton::clicked, m_chart, &Plot::exportRequested);
    connect(m_copy, &QPushButton::clicked, this, &ReproduceDialog::copyCommand);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_start, &QPushButton::clicked, this, &ReproduceDialog::startOrStop);
    connect(&session, &Session::changed, this, [this](Change change) {
        if (change == Change::Dataset)
            fillSources();
        if (change == Change::Reproduction || change == Change::Job || change == Change::Dataset)
            showState();
    });
    fillSources();
    // What the last one found is still worth seeing.
    if (const ReproductionJob &last = session.studies().reproduction(); last.result) {
        m_seeds->setValue(last.seeds);
        m_epochs->setValue(last.epochs);
        m_source->setCurrentIndex(last.seededTargets ? 0 : m_source->count() - 1);
    }
    showState();
    m_start->setFocus();
}

bool ReproduceDialog::onSeededTargets() const
{
    return m_source->currentIndex() <= 0;
}

void ReproduceDialog::fillSources()
{
    const int chosen = std::max(0, m_source->currentIndex());
    m_source->clear();
    m_source->addItem(tr("%1 seeded targets").arg(groupedNumber(qint64(kPaperRows))));
    if (const auto dataset = m_session.data().dataset(); dataset && !dataset->records().empty())
        m_source->addItem(tr("%1 · %2").arg(QString::fromStdString(dataset->name()).simplified().left(60),
                                            countOf(qint64(dataset->records().size()), tr("meme"), tr("memes"))));
    m_source->setCurrentIndex(std::min(chosen, m_source->count() - 1));
}

void ReproduceDialog::startOrStop()
{
    if (m_session.studies().reproduction().isBusy())
        m_session.studies().cancelReproduction();
    else
        m_session.studies().reproduce(onSeededTargets(), m_epochs->value(), m_seeds->value());
}

void ReproduceDialog::showState()
{
    const ReproductionJob &job = m_session.studies().reproduction();
    const JobStatus &other = m_session.jobs().status();
    const bool training = other.kind == JobKind::Train && other.isBusy();
    const bool busy = job.isBusy();
    for (QWidget *field : std::initializer_list<QWidget *>{m_source, m_seeds, m_epochs})
        field->setEnabled(!busy);
    m_start->setText(job.state == ReproductionJob::State::Running    ? tr("&Cancel")
                     : job.state == ReproductionJob::State::Stopping ? tr("Stopping…")
                                                                     : tr("&Start"));
    m_start->setEnabled(job.state != ReproductionJob::State::Stopping && (busy || !training));
    m_bar->setVisible(busy);
    showProgress(*m_bar, job.done, job.total);

    const QString about = job.seededTargets ? tr("seeded targets") : job.datasetName.simplified();
    m_status->setTone(job.state == ReproductionJob::State::Failed ? TextLabel::Tone::Bad : TextLabel::Tone::Muted);
    switch (job.state) {
    case ReproductionJob::State::Running: {
        QString text = tr("epoch %1 of %2").arg(groupedNumber(qint64(job.done)), groupedNumber(qint64(job.total)));
        if (job.seeds > 1)
            text += tr(", all seeds together");
        if (job.secondsLeft)
            text += tr(" · %1 left").arg(aboutDuration(*job.secondsLeft));
        m_status->setText(text);
        break;
    }
    case ReproductionJob::State::Stopping: m_status->setText(tr("Stopping after this epoch…")); break;
    case ReproductionJob::State::Failed: m_status->setText(job.error); break;
    case ReproductionJob::State::Done:
        m_status->setText(tr("Done: %1, %2 on %3, in %4.")
                              .arg(countOf(job.seeds, tr("seed"), tr("seeds")),
                                   countOf(job.epochs, tr("epoch"), tr("epochs")), about,
                                   aboutDuration(job.result->seconds)));
        break;
    case ReproductionJob::State::Idle:
        m_status->setText(training
                              ? tr("It wants the processor for itself: wait until the training has ended, or stop it.")
                              : tr("The appendix's network and loop, on random features, as published. Nothing is "
                                   "kept in the library."));
        break;
    }
    ChartProvenance from;
    from.note = tr("the paper's loop, %1").arg(about);
    if (job.seeds > 0)
        from.seed = job.seeds > 1 ? QStringLiteral("1–%1").arg(job.seeds) : QStringLiteral("1");
    m_chart->setProvenance(from);
    m_chart->setCurves(job.curves, job.epochs > 0 ? job.epochs : m_epochs->value(),
                       job.result ? job.result->predictMean : 0);
    showTable();
    m_why->setText(QString::fromStdString(explainReproduction(job.result ? *job.result : Reproduction{})));
}

void ReproduceDialog::showTable()
{
    const ReproductionJob &job = m_session.studies().reproduction();
    const std::vector<int> epochs = shownEpochs(job.epochs > 0 ? job.epochs : m_epochs->value());
    QStringList columns{tr("Epochs"), tr("Paper"), tr("Mean")};
    for (std::size_t seed = 0; seed < job.curves.size(); ++seed)
        columns << tr("Seed %1").arg(seed + 1);
    m_table->setRowCount(int(epochs.size()));
    m_table->setColumnCount(int(columns.size()));
    m_table->setHorizontalHeaderLabels(columns);
    m_table->horizontalHeaderItem(2)->setToolTip(tr("The same sum for always answering the targets' mean"));
    const auto put = [this](int row, int column, const QString &text) {
        auto *item = new QTableWidgetItem(text);
        item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        m_table->setItem(row, column, item);
    };
    for (int row = 0; row < int(epochs.size()); ++row) {
        const int epoch = epochs[std::size_t(row)];
        const auto printed = std::ranges::find(paperLosses(), epoch, &PaperLoss::epochs);
        put(row, 0, groupedNumber(epoch));
        put(row, 1, printed == paperLosses().end() ? QStringLiteral("–") : lossText(printed->loss, 4));
        for (std::size_t seed = 0; seed < job.curves.size(); ++seed) {
            const auto &curve = job.curves[seed];
            put(row, int(seed) + 3,
                std::size_t(epoch) <= curve.size() ? lossText(curve[std::size_t(epoch) - 1], 4) : QStringLiteral("…"));
        }
        put(row, 2, job.result ? lossText(job.result->predictMean, 2) : QStringLiteral("–"));
    }
}

void ReproduceDialog::copyCommand()
{
    const QString command = reproduceCommand(m_session, onSeededTargets(), m_epochs->value(), m_seeds->value());
    QGuiApplication::clipboard()->setText(command);
    m_status->setText(tr("Copied: %1").arg(command));
}

void ReproduceDialog::done(int result)
{
    m_session.studies().cancelReproduction();
    QDialog::done(result);
}

}  // namespace dank::ui
