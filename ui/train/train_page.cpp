#include "ui/train/train_page.h"

#include <QGridLayout>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "ui/charts/chart_export.h"
#include "ui/charts/number_text.h"
#include "ui/charts/target_chart.h"
#include "ui/runs/loss_card.h"
#include "ui/runs/runs_card.h"
#include "ui/train/reproduce_dialog.h"
#include "ui/train/train_settings.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kSettingsWidth = 300;
constexpr int kLeastCurve = 480, kBesideCurve = 90;  // heights: the curve's, and that of what stands above it
constexpr int kWideEnough = 900;                     // chart and settings side by side

}  // namespace

struct TrainPage::Private {
    Private(Session &s, TrainPage *page);

    void showHeader();
    void showCurve();
    void showVerdict();
    void showEmpty();
    void showLock();
    void showTarget();
    void showRuns() { runs->refresh(); }
    void fit(const QSize &size);
    void restyle();
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
    RunsCard *runs;
};

TrainPage::Private::Private(Session &s, TrainPage *page)
    : session(s), header(new PageHeader(TrainPage::tr("Train"), page)), banner(new QWidget(page)),
      bannerIcon(new QLabel(banner)), bannerText(new TextLabel({}, int(TextRole::Body), TextLabel::Tone::Warn, banner)),
      stack(new QStackedWidget(page)), empty(new EmptyState(QStringLiteral("train"), {}, {}, page)),
      loss(new LossCard(page)), settings(new TrainSettings(page)), runs(new RunsCard(s, page))
{
    auto *line = new QHBoxLayout(banner);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(6);
    line->addWidget(bannerIcon);
    line->addWidget(bannerText, 1);
    bannerText->setElided(true);
    banner->hide();
    auto *emptyCard = new Card({}, page);
    emptyCard->body()->addWidget(empty);
    stack->addWidget(emptyCard);
    stack->addWidget(loss);
    stack->setMinimumHeight(280);
    runs->setMinimumHeight(220);
    connectChartExport(*settings->targetChart()->plot(), QStringLiteral("target"));
}

TrainPage::TrainPage(Session &session, QWidget *parent) : QWidget(parent), d(std::make_unique<Private>(session, this))
{
    auto *content = new QWidget;
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(20, 16, 20, 16);
    column->setSpacing(12);
    column->addWidget(d->header);
    column->addWidget(d->banner);
    d->row = new QBoxLayout(QBoxLayout::LeftToRight);
    d->row->setSpacing(14);
    // All settings are taller than the window: the curve need not be.
    auto *left = new QVBoxLayout;
    left->setSpacing(0);
    left->addWidget(d->stack, 1);
    left->addStretch(0);
    d->row->addLayout(left, 1);
    d->row->addWidget(d->settings);
    column->addLayout(d->row, 5);
    column->addWidget(d->runs, 3);

    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);

    connect(d->empty, &EmptyState::clicked, this, [this] { d->pressEmptyButton(); });
    connect(d->settings, &TrainSettings::configChanged, this,
            [this](const TrainConfig &config) { d->session.choices().setConfig(config); });
    connect(d->settings, &TrainSettings::problemChanged, &session,
            [this](const QString &problem) { d->session.choices().setProblem(problem); });
    connect(d->settings, &TrainSettings::reproduceRequested, this, [this] { showReproduceDialog(d->session, this); });
    connect(d->runs, &RunsCard::curvesChanged, this, [this] {
        d->loss->setOverlays(d->runs->curves());
        d->showEmpty();
    });
    connect(&session, &Session::changed, this, [this](const ChangeEvent &change) {
        if (change.as<MemeIds>() && change == Change::Features)
            return;  // on their way
        switch (change.kind) {
        case Change::Epochs:
            d->showCurve();
            d->runs->refreshLive();
            d->showVerdict();
            break;
        case Change::Training:
            d->showHeader();
            d->showEmpty();
            d->showCurve();
            d->showVerdict();
            d->showLock();
            d->showRuns();
            break;
        case Change::Dataset:
        case Change::Features:
        case Change::Engine:
            d->showHeader();
            d->showEmpty();
            break;
        case Change::Job:
            d->showEmpty();
            d->showVerdict();
            d->showLock();
            d->runs->refreshLive();
            break;
        case Change::Runs:
            d->showRuns();
            d->showVerdict();
            break;
        case Change::Settings:
            d->settings->setConfig(d->session.choices().config());
            d->showHeader();
            break;
        case Change::Target:
            d->showTarget();
            d->showHeader();
            break;
        default: break;
        }
    });
    d->settings->setConfig(session.choices().config());
    d->showTarget();
    d->showHeader();
    d->showEmpty();
    d->showCurve();
    d->showVerdict();
    d->showLock();
    d->restyle();
    d->fit(size());
}

TrainPage::~TrainPage()
{
    // A note still being written is kept while the widgets below go, and the session tells of it.
    d->session.disconnect(this);
    d->runs->disconnect(this);
}

void TrainPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    d->fit(size());
}

void TrainPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && d)
        d->restyle();
}

void TrainPage::Private::fit(const QSize &size)
{
    const bool wide = size.width() >= kWideEnough;
    stack->setMaximumHeight(wide ? std::max(kLeastCurve, size.height() - kBesideCurve) : QWIDGETSIZE_MAX);
    row->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    settings->setMinimumWidth(wide ? kSettingsWidth : 0);
    settings->setMaximumWidth(wide ? kSettingsWidth : QWIDGETSIZE_MAX);
}

void TrainPage::Private::restyle()
{
    bannerIcon->setPixmap(icon(QStringLiteral("warning"), tokensFor(bannerText->palette()).warn).pixmap(16, 16));
}

void TrainPage::Private::showHeader()
{
    const auto &view = session.chart().shown();
    QStringList parts;
    if (view.trainRows + view.validationRows > 0) {
        parts << countOf(qint64(view.trainRows + view.validationRows), TrainPage::tr("meme"), TrainPage::tr("memes"))
              << TrainPage::tr("%1 to learn from, %2 held out")
                     .arg(groupedNumber(qint64(view.trainRows)), groupedNumber(qint64(view.validationRows)));
        switch (view.config.split) {
        case SplitKind::Author: parts << TrainPage::tr("no author on both sides"); break;
        case SplitKind::Random: parts << TrainPage::tr("split at random, which flatters"); break;
        case SplitKind::Time: parts << TrainPage::tr("the newest are held out"); break;
        case SplitKind::Duplicates: parts << TrainPage::tr("no picture on both sides"); break;
        }
    } else if (const auto dataset = session.data().dataset()) {
        parts << countOf(qint64(dataset->records().size()), TrainPage::tr("meme"), TrainPage::tr("memes"))
              << (settings->problem().isEmpty() ? TrainPage::tr("the settings are good as they stand")
                                                : TrainPage::tr("the settings need a look"));
    } else {
        parts << TrainPage::tr("A network learns from your memes how many upvotes a meme gets");
    }
    header->setSubtitle(parts.join(QStringLiteral(" · ")));

    const auto features = session.features().summary();
    const bool untrained = view.run > 0 ? view.untrained : features && features->untrained;
    banner->setVisible(untrained);
    if (untrained)
        bannerText->setText(TrainPage::tr(
            "The features come from an untrained network, whose weights are random. Scores made with it are "
            "marked untrained."));
}

void TrainPage::Private::showEmpty()
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
        empty->setSentence(TrainPage::tr("There is nothing to learn from yet. Open a db.json, or try the sample."));
        empty->setButton(TrainPage::tr("Try the sample"), actions.open);
        empty->setHint(session.runs().all().empty() ? TrainPage::tr("or drop a db.json here")
                                                    : TrainPage::tr("Earlier runs are below: show one on the chart."));
    } else if (!session.features().summary()) {
        empty->setSentence(
            TrainPage::tr("Extract features first: the network learns from what a picture network sees in each meme."));
        empty->setButton(TrainPage::tr("Extract features"), actions.extract);
        empty->setHint(session.jobs().status().isBusy() ? session.jobs().status().detail : QString());
    } else {
        empty->setSentence(TrainPage::tr("Ready to learn from %1.")
                               .arg(countOf(qint64(session.features().summary()->rows), TrainPage::tr("meme"),
                                            TrainPage::tr("memes"))));
        empty->setButton(TrainPage::tr("Train"), actions.train);
        empty->setHint(TrainPage::tr("The curve appears here with the first epoch."));
    }
}

void TrainPage::Private::pressEmptyButton()
{
    if (!session.data().dataset())
        session.openSample();
    else if (!session.features().summary())
        session.features().extract();
    else
        session.training().train();
}

void TrainPage::Private::showCurve()
{
    if (session.chart().shown().run > 0 && stack->currentIndex() == 0)
        showEmpty();
    loss->setTraining(session.chart().shown());
    loss->setSubtitle({});
    loss->setTitle(session.chart().shown().run > 0 ? TrainPage::tr("Loss of run %1").arg(session.chart().shown().run)
                                                   : TrainPage::tr("Loss"));
}

void TrainPage::Private::showVerdict()
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
        const QString start = view.live ? TrainPage::tr("Best so far, epoch %1").arg(groupedNumber(view.bestEpoch))
                                        : TrainPage::tr("Best epoch %1").arg(groupedNumber(view.bestEpoch));
        if (*gain >= 0.005) {
            standing = TrainPage::tr("%1: %2 % better than predicting the mean").arg(start).arg(*gain * 100, 0, 'f', 0);
            tone = TextLabel::Tone::Ok;
            iconName = QStringLiteral("check");
        } else {
            standing = TrainPage::tr("%1: not better than predicting the mean").arg(start);
            tone = view.live ? TextLabel::Tone::Muted : TextLabel::Tone::Bad;
            iconName = view.live ? QStringLiteral("info") : QStringLiteral("close");
        }
    }

    const auto with = [&standing](const QString &text) {
        return standing.isEmpty() ? text : text + QStringLiteral(" ") + standing + QStringLiteral(".");
    };
    if (mine && job.state == JobState::Paused) {
        loss->setVerdict(QStringLiteral("pause"), with(TrainPage::tr("Paused at epoch %1, saved.").arg(last)),
                         TextLabel::Tone::Warn);
    } else if (mine && job.state == JobState::Stopping) {
        loss->setVerdict(QStringLiteral("stop"), TrainPage::tr("Stopping after this batch…"), TextLabel::Tone::Muted);
    } else if (record && !view.live && record->state == RunState::Failed) {
        const QString why = record->error.empty() ? TrainPage::tr("This run failed.")
                                                  : QString::fromStdString(record->error).simplified();
        loss->setVerdict(QStringLiteral("error"), why, TextLabel::Tone::Bad);
    } else if (record && !view.live && record->state == RunState::Interrupted) {
        loss->setVerdict(QStringLiteral("pause"),
                         with(TrainPage::tr("You stopped at epoch %1; resume it from the table.").arg(last)),
                         TextLabel::Tone::Warn);
    } else {
        loss->setVerdict(iconName, standing, tone);
    }
}

void TrainPage::Private::showTarget()
{
    settings->setGroupChoices(session.choices().groups());
    settings->setPreview(session.choices().preview());
    if (const auto dataset = session.data().dataset()) {
        ChartProvenance from;
        from.dataset = QString::fromStdString(dataset->name());
        from.datasetHash = QString::fromStdString(dataset->contentHash());
        settings->targetChart()->plot()->setProvenance(from);
    }
}

void TrainPage::Private::showLock()
{
    const auto &job = session.jobs().status();
    QString reason;
    if (job.kind == JobKind::Train && job.isBusy())
        reason = job.state == JobState::Paused     ? TrainPage::tr("locked while paused")
                 : job.state == JobState::Stopping ? TrainPage::tr("locked until it stops")
                                                   : TrainPage::tr("locked while training");
    settings->setLocked(reason);
    // While it trains the settings shown are those it trains with.
    settings->setConfig(!reason.isEmpty() && session.chart().shown().live ? session.chart().shown().config
                                                                          : session.choices().config());
}

}  // namespace dank::ui
