#include "ui/train/train_page.h"

#include <QScrollArea>
#include <QStackedWidget>

#include <algorithm>
#include <cmath>

#include "ui/charts/chart_export.h"
#include "ui/charts/target_chart.h"
#include "ui/runs/loss_card.h"
#include "ui/runs/runs_card.h"
#include "ui/train/fine_tune_card.h"
#include "ui/train/reproduce_dialog.h"
#include "ui/train/train_settings.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kSettingsWidth = 300;
constexpr int kLeastCurve = 480, kBesideCurve = 90;  // heights: the curve's, and that of what stands above it
constexpr int kWideEnough = 900;                     // chart and settings side by side

struct TrainPage : QWidget {
    TrainPage(Session &s, QWidget *parent);
    ~TrainPage() override;

    void showHeader();
    void showCurve();
    void showVerdict();
    void showEmpty();
    void showLock();
    void showTarget();
    void fit();
    void resizeEvent(QResizeEvent *event) override;
    void pressEmptyButton();

    Session &session;
    QBoxLayout *row = nullptr;  ///< chart and settings: side by side, or one under the other where it is narrow
    PageHeader *header;
    QWidget *banner;
    QLabel *bannerIcon;
    TextLabel *bannerText;
    QStackedWidget *stack;
    EmptyState *empty;
    LossCard *loss;
    TrainSettings *settings;
    FineTuneCard *fineTune;
    RunsCard *runs;
};

TrainPage::TrainPage(Session &s, QWidget *parent)
    : QWidget(parent), session(s), header(new PageHeader(tr("Train"), this)), banner(new QWidget(this)),
      bannerIcon(new QLabel(banner)), bannerText(new TextLabel({}, int(TextRole::Body), TextLabel::Tone::Warn, banner)),
      stack(new QStackedWidget(this)), empty(new EmptyState(QStringLiteral("train"), {}, {}, this)),
      loss(new LossCard(this)), settings(new TrainSettings(this)), fineTune(new FineTuneCard(s, this)),
      runs(new RunsCard(s, this))
{
    auto *line = newBox<QHBoxLayout>(6, banner);
    line->addWidget(bannerIcon);
    line->addWidget(bannerText, 1);
    bannerText->setElided(true);
    banner->hide();
    auto *emptyCard = new Card({}, this);
    emptyCard->body()->addWidget(empty);
    stack->addWidget(emptyCard);
    stack->addWidget(loss);
    stack->setMinimumHeight(280);
    runs->setMinimumHeight(220);
    connectChartExport(*settings->targetChart()->plot(), QStringLiteral("target"));

    auto *content = new QWidget;
    auto *column = newBox<QVBoxLayout>(12, content, {20, 16, 20, 16});
    column->addWidget(header);
    column->addWidget(banner);
    row = new QBoxLayout(QBoxLayout::LeftToRight);
    row->setSpacing(14);
    // All settings are taller than the window: the curve need not be.
    auto *left = newBox<QVBoxLayout>(0);
    left->addWidget(stack, 1);
    left->addStretch(0);
    row->addLayout(left, 1);
    row->addWidget(settings);
    column->addLayout(row, 5);
    column->addWidget(fineTune);
    column->addWidget(runs, 3);

    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);

    connect(empty, &EmptyState::clicked, this, [this] { pressEmptyButton(); });
    connect(settings, &TrainSettings::configChanged, this,
            [this](const TrainConfig &config) { session.choices().setConfig(config); });
    connect(settings, &TrainSettings::problemChanged, &session,
            [this](const QString &problem) { session.choices().setProblem(problem); });
    connect(settings, &TrainSettings::reproduceRequested, this, [this] { openDialog<ReproduceDialog>(session, this); });
    connect(runs, &RunsCard::curvesChanged, this, [this] {
        loss->setOverlays(runs->curves());
        showEmpty();
    });
    connect(&session, &Session::changed, this, [this](const ChangeEvent &change) {
        if (change.as<MemeIds>() && change == Change::Features)
            return;  // on their way
        switch (change.kind) {
        case Change::Epochs:
            showCurve();
            runs->refreshLive();
            showVerdict();
            break;
        case Change::Training:
            showHeader();
            showEmpty();
            showCurve();
            showVerdict();
            showLock();
            runs->refresh();
            fineTune->refresh();
            break;
        case Change::Dataset:
        case Change::Features:
        case Change::Engine:
            showHeader();
            fineTune->refresh();
            showEmpty();
            break;
        case Change::Job:
            showEmpty();
            showVerdict();
            showLock();
            runs->refreshLive();
            fineTune->refresh();
            break;
        case Change::Runs:
            runs->refresh();
            fineTune->refresh();
            showVerdict();
            break;
        case Change::Settings:
            settings->setConfig(session.choices().config());
            showHeader();
            break;
        case Change::Target:
            showTarget();
            showHeader();
            break;
        default: break;
        }
    });
    settings->setConfig(session.choices().config());
    showTarget();
    showHeader();
    showEmpty();
    showCurve();
    showVerdict();
    showLock();
    followPalette(bannerText, [this] {
        const QColor colour = tokensFor(bannerText->palette()).warn;
        bannerIcon->setPixmap(icon(QStringLiteral("warning"), colour).pixmap(16, 16));
    });
    fit();
}

TrainPage::~TrainPage()
{
    // A note still being written is kept while the widgets below go, and the session tells of it.
    session.disconnect(this);
    runs->disconnect(this);
}

void TrainPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fit();
}

void TrainPage::fit()
{
    const bool wide = width() >= kWideEnough;
    stack->setMaximumHeight(wide ? std::max(kLeastCurve, height() - kBesideCurve) : QWIDGETSIZE_MAX);
    row->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    settings->setMinimumWidth(wide ? kSettingsWidth : 0);
    settings->setMaximumWidth(wide ? kSettingsWidth : QWIDGETSIZE_MAX);
}

void TrainPage::showHeader()
{
    const auto &view = session.chart().shown();
    QStringList parts;
    if (view.trainRows + view.validationRows > 0) {
        parts << countOf(qint64(view.trainRows + view.validationRows), tr("meme"), tr("memes"))
              << tr("%1 to learn from, %2 held out")
                     .arg(groupedNumber(qint64(view.trainRows)), groupedNumber(qint64(view.validationRows)));
        switch (view.config.split) {
        case SplitKind::Author: parts << tr("no author on both sides"); break;
        case SplitKind::Random: parts << tr("split at random, which flatters"); break;
        case SplitKind::Time: parts << tr("the newest are held out"); break;
        case SplitKind::Duplicates: parts << tr("no picture on both sides"); break;
        }
    } else if (const auto dataset = session.data().dataset()) {
        parts << countOf(qint64(dataset->records().size()), tr("meme"), tr("memes"))
              << (settings->problem().isEmpty() ? tr("the settings are good as they stand")
                                                : tr("the settings need a look"));
    } else {
        parts << tr("A network learns from your memes how many upvotes a meme gets");
    }
    header->setSubtitle(parts.join(QStringLiteral(" · ")));

    const auto features = session.features().summary();
    const bool untrained = view.run > 0 ? view.untrained : features && features->untrained;
    banner->setVisible(untrained);
    if (untrained)
        bannerText->setText(
            tr("The features come from an untrained network, whose weights are random. Scores made with it are "
               "marked untrained."));
}

void TrainPage::showEmpty()
{
    const auto &view = session.chart().shown();
    const auto dataset = session.data().dataset();
    if (view.run > 0 || view.live || !view.curve.empty() || !runs->model()->ticked().empty()) {
        stack->setCurrentIndex(1);
        return;
    }
    stack->setCurrentIndex(0);
    const auto &actions = session.actions();
    if (!dataset) {
        empty->setSentence(tr("There is nothing to learn from yet. Open a db.json, or try the sample."));
        empty->setButton(tr("Try the sample"), actions.open);
        empty->setHint(session.runs().all().empty() ? tr("or drop a db.json here")
                                                    : tr("Earlier runs are below: show one on the chart."));
    } else if (!session.features().areComplete()) {
        empty->setSentence(
            tr("Extract features first: the network learns from what a picture network sees in each meme."));
        empty->setButton(tr("Extract features"), actions.extract);
        empty->setHint(session.jobs().status().isBusy() ? session.jobs().status().detail : QString());
    } else {
        const auto summary = session.features().summary();
        const std::size_t rows = summary ? summary->rows : dataset->records().size();
        empty->setSentence(tr("Ready to learn from %1.").arg(countOf(qint64(rows), tr("meme"), tr("memes"))));
        empty->setButton(tr("Train"), actions.train);
        empty->setHint(tr("The curve appears here with the first epoch."));
    }
}

void TrainPage::pressEmptyButton()
{
    if (!session.data().dataset())
        session.openSample();
    else if (!session.features().areComplete())
        session.features().extract();
    else
        session.training().train();
}

void TrainPage::showCurve()
{
    if (session.chart().shown().run > 0 && stack->currentIndex() == 0)
        showEmpty();
    loss->setTraining(session.chart().shown());
    loss->setSubtitle({});
    loss->setTitle(session.chart().shown().run > 0 ? tr("Loss of run %1").arg(session.chart().shown().run)
                                                   : tr("Loss"));
}

void TrainPage::showVerdict()
{
    const auto &view = session.chart().shown();
    const RunRecord *record = runs->model()->record(view.run);
    const auto &job = session.jobs().status();
    const bool mine = view.live && job.kind == JobKind::Train;
    const QString last = view.curve.empty() ? QString() : groupedNumber(view.curve.back().epoch);

    // How it stands against the mean, in words; the colour only repeats them.
    QString standing;
    TextLabel::Tone tone = TextLabel::Tone::Muted;
    QString iconName = QStringLiteral("info");
    double best = std::nan("");
    for (const auto &stats : view.curve) {
        if (stats.epoch == view.bestEpoch)
            best = stats.validationLoss;
    }
    if (const auto gain = gainOverMean(best, view.meanPredictorLoss)) {
        const QString start = view.live ? tr("Best so far, epoch %1").arg(groupedNumber(view.bestEpoch))
                                        : tr("Best epoch %1").arg(groupedNumber(view.bestEpoch));
        if (*gain >= 0.005) {
            standing = tr("%1: %2 % better than predicting the mean").arg(start).arg(*gain * 100, 0, 'f', 0);
            tone = TextLabel::Tone::Ok;
            iconName = QStringLiteral("check");
        } else {
            standing = tr("%1: not better than predicting the mean").arg(start);
            tone = view.live ? TextLabel::Tone::Muted : TextLabel::Tone::Bad;
            iconName = view.live ? QStringLiteral("info") : QStringLiteral("close");
        }
    }

    const auto with = [&standing](const QString &text) {
        return standing.isEmpty() ? text : text + QStringLiteral(" ") + standing + QStringLiteral(".");
    };
    if (mine && job.state == JobState::Paused) {
        loss->setVerdict(QStringLiteral("pause"), with(tr("Paused at epoch %1, saved.").arg(last)),
                         TextLabel::Tone::Warn);
    } else if (mine && job.state == JobState::Stopping) {
        loss->setVerdict(QStringLiteral("stop"), tr("Stopping after this batch…"), TextLabel::Tone::Muted);
    } else if (record && !view.live && record->state == RunState::Failed) {
        const QString why =
            record->error.empty() ? tr("This run failed.") : QString::fromStdString(record->error).simplified();
        loss->setVerdict(QStringLiteral("error"), why, TextLabel::Tone::Bad);
    } else if (record && !view.live && record->state == RunState::Interrupted) {
        loss->setVerdict(QStringLiteral("pause"),
                         with(tr("You stopped at epoch %1; resume it from the table.").arg(last)),
                         TextLabel::Tone::Warn);
    } else {
        loss->setVerdict(iconName, standing, tone);
    }
}

void TrainPage::showTarget()
{
    settings->setGroupChoices(session.choices().groups());
    settings->setLabelChoices(session.choices().labels(),
                              !session.data().dataset() || session.data().dataset()->hasUpvotes());
    settings->setPreview(session.choices().preview());
    if (const auto dataset = session.data().dataset()) {
        ChartProvenance from;
        from.dataset = QString::fromStdString(dataset->name());
        from.datasetHash = QString::fromStdString(dataset->contentHash());
        settings->targetChart()->plot()->setProvenance(from);
    }
}

void TrainPage::showLock()
{
    const auto &job = session.jobs().status();
    QString reason;
    if (job.kind == JobKind::Train && job.isBusy())
        reason = job.state == JobState::Paused     ? tr("locked while paused")
                 : job.state == JobState::Stopping ? tr("locked until it stops")
                                                   : tr("locked while training");
    settings->setLocked(reason);
    // While it trains the settings shown are those it trains with.
    settings->setConfig(!reason.isEmpty() && session.chart().shown().live ? session.chart().shown().config
                                                                          : session.choices().config());
}

}  // namespace

QWidget *makeTrainPage(Session &session, QWidget *parent)
{
    return new TrainPage(session, parent);
}

}  // namespace dank::ui
