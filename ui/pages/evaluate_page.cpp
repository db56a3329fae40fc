#include "ui/pages/evaluate_page.h"

#include <QAction>
#include <QFileDialog>
#include <QGridLayout>
#include <QMenu>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/file.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/number_text.h"
#include "ui/charts/scatter_chart.h"
#include "ui/pages/baselines_card.h"
#include "ui/pages/evaluate_parts.h"
#include "ui/pages/meme_wall.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

struct EvaluatePage::Private {
    Private(Session &s, EvaluatePage *p);

    void show();
    void showEmpty();
    void fillRuns();
    void showRunButton();
    void exportPredictions();
    void pick(const QString &id);

    Session &session;
    EvaluatePage *page;
    PageHeader *header;
    QToolButton *runButton, *exportButton;
    QMenu *runMenu;
    QAction *exportCsv, *exportScatter;
    QStackedWidget *stack;
    EmptyState *empty;
    VerdictBanner *banner;
    MetricCard *mae, *rmse, *r2, *spearman;
    BaselinesCard *baselines;
    ScatterChart *scatter;
    MemeDetail *detail;
    MemeWall *overrated, *sleptOn, *nailed;
    std::shared_ptr<const Evaluation> shown;
};

EvaluatePage::Private::Private(Session &s, EvaluatePage *p)
    : session(s),
      page(p),
      header(new PageHeader(EvaluatePage::tr("Evaluate"), p)),
      runButton(new QToolButton(p)),
      exportButton(new QToolButton(p)),
      runMenu(new QMenu(runButton)),
      exportCsv(new QAction(EvaluatePage::tr("Predictions as CSV…"), p)),
      exportScatter(new QAction(EvaluatePage::tr("Chart…"), p)),
      stack(new QStackedWidget(p)),
      empty(new EmptyState(QStringLiteral("evaluate"), {}, {}, p)),
      banner(new VerdictBanner(p)),
      mae(new MetricCard(EvaluatePage::tr("Mean absolute error"),
                         EvaluatePage::tr("How far the predicted dankness is off on average. Lower is better."), p)),
      rmse(new MetricCard(EvaluatePage::tr("Root mean squared error"),
                          EvaluatePage::tr("Like the mean absolute error, but large misses weigh more. Lower is better."), p)),
      r2(new MetricCard(EvaluatePage::tr("R²"),
                        EvaluatePage::tr("The share of the differences between memes that the model explains. 1 is perfect, 0 is no "
                                         "better than a constant, below 0 is worse."), p)),
      spearman(new MetricCard(EvaluatePage::tr("Spearman’s ρ"),
                              EvaluatePage::tr("How well the order of the memes is predicted. 1 is the same order, 0 is no relation, "
                                               "−1 the reverse."), p)),
      baselines(new BaselinesCard(p)),
      scatter(new ScatterChart(p)),
      detail(new MemeDetail(s, p)),
      overrated(new MemeWall(s, WallKind::Overrated, p)),
      sleptOn(new MemeWall(s, WallKind::SleptOn, p)),
      nailed(new MemeWall(s, WallKind::Nailed, p))
{
    for (QToolButton *button : {runButton, exportButton}) {
        button->setProperty("button", true);
        button->setPopupMode(QToolButton::InstantPopup);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setFocusPolicy(Qt::StrongFocus);
        header->controls()->addWidget(button);
    }
    runButton->setMenu(runMenu);
    exportButton->setText(EvaluatePage::tr("Export ▾"));
    auto *menu = new QMenu(exportButton);
    menu->addActions({exportCsv, exportScatter});
    exportButton->setMenu(menu);
    exportCsv->setObjectName(QStringLiteral("exportPredictions"));
    connectChartExport(*scatter, QStringLiteral("predicted-against-actual"));
}

EvaluatePage::EvaluatePage(Session &session, QWidget *parent)
    : QWidget(parent), d(std::make_unique<Private>(session, this))
{
    auto *results = new QWidget;
    auto *column = new QVBoxLayout(results);
    column->setContentsMargins(20, 0, 20, 20);
    column->setSpacing(14);
    column->addWidget(d->banner);
    auto *metrics = new QHBoxLayout;
    metrics->setSpacing(14);
    for (MetricCard *card : {d->spearman, d->r2, d->mae, d->rmse})
        metrics->addWidget(card, 1);
    column->addLayout(metrics);
    column->addWidget(d->baselines);

    auto *row = new QHBoxLayout;
    row->setSpacing(14);
    auto *chartCard = new Card(tr("Predicted against actual"), results);
    chartCard->setSubtitle(tr("each dot is a meme; click one"));
    chartCard->body()->addWidget(d->scatter, 1);
    d->scatter->setMinimumHeight(300);
    row->addWidget(chartCard, 3);
    row->addWidget(d->detail, 2);
    column->addLayout(row);
    auto *walls = new QHBoxLayout;
    walls->setSpacing(14);
    walls->addWidget(d->overrated, 1);
    walls->addWidget(d->sleptOn, 1);
    column->addLayout(walls);
    column->addWidget(d->nailed);
    column->addStretch(1);

    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(results);
    d->stack->addWidget(d->empty);
    d->stack->addWidget(scroll);

    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(14);
    auto *top = new QVBoxLayout;
    top->setContentsMargins(20, 16, 20, 0);
    top->addWidget(d->header);
    outer->addLayout(top);
    outer->addWidget(d->stack, 1);

    connect(d->empty, &EmptyState::clicked, this, [this] {
        const auto model = d->session.ratingModel();
        if (!d->session.dataset())
            d->session.openSample();
        else if (d->session.actions().evaluate && model && model->run > 0)
            d->session.evaluateRun(model->run);
        else
            d->session.train();
    });
    connect(d->runMenu, &QMenu::aboutToShow, this, [this] { d->fillRuns(); });
    connect(d->exportCsv, &QAction::triggered, this, [this] { d->exportPredictions(); });
    connect(d->exportScatter, &QAction::triggered, d->scatter, &Plot::exportRequested);
    connect(d->scatter, &ScatterChart::memeActivated, this, [this](const QString &id) { d->pick(id); });
    for (MemeWall *wall : {d->overrated, d->sleptOn, d->nailed})
        connect(wall, &MemeWall::memePicked, this, [this](const QString &id) { d->pick(id); });
    connect(&session, &Session::changed, this, [this](Change change) {
        if (change == Change::Evaluation || change == Change::Dataset)
            d->show();
        if (change == Change::Job || change == Change::Model || change == Change::Dataset || change == Change::Runs)
            d->showEmpty();
        if (change == Change::Runs || change == Change::Evaluation)
            d->showRunButton();
    });
    d->show();
    d->showEmpty();
    d->showRunButton();
}

EvaluatePage::~EvaluatePage() = default;

void EvaluatePage::Private::show()
{
    shown = session.evaluation();
    const auto model = session.evaluatedModel();
    const auto dataset = session.dataset();
    const bool any = shown && model;
    exportButton->setEnabled(any);
    exportCsv->setEnabled(any);
    stack->setCurrentIndex(any ? 1 : 0);
    if (!any) {
        header->setSubtitle(EvaluatePage::tr("How well a model predicts memes it did not learn from"));
        scatter->setEvaluation(nullptr, nullptr, TargetKind::Percentile);
        showEmpty();
        return;
    }
    QString subtitle = EvaluatePage::tr("%1 on %2").arg(plainTitle(model->name), plainTitle(shown->subset));
    if (model->untrainedBackbone)
        subtitle += EvaluatePage::tr(" · untrained network");
    header->setSubtitle(subtitle);
    banner->setVerdict(shown->verdict);
    baselines->setEvaluation(shown.get());

    const Metrics &m = shown->model, &mean = shown->meanPredictor;
    const auto percent = [&](double value) {
        // A percentile target's error reads as percentile points.
        return model->target.kind() == TargetKind::Percentile && std::abs(value) < 100
                   ? EvaluatePage::tr("%1 points").arg(fixedNumber(value * 100, 1))
                   : lossText(value, 3);
    };
    const auto optional = [](const std::optional<double> &value) {
        return value ? fixedNumber(*value, std::abs(*value) < 1000 ? 2 : 0) : EvaluatePage::tr("undefined");
    };
    using Better = MetricCard::Better;
    const auto lower = [](double a, double b) { return a < b ? Better::Yes : Better::No; };
    // In words what the sign and the colour say.
    const auto against = [](Better better, const QString &means) {
        return better == Better::Yes ? EvaluatePage::tr("beats the mean’s %1").arg(means)
                                     : EvaluatePage::tr("not better than the mean’s %1").arg(means);
    };
    mae->setValue(percent(m.mae), against(lower(m.mae, mean.mae), percent(mean.mae)), lower(m.mae, mean.mae));
    rmse->setValue(percent(m.rmse), against(lower(m.rmse, mean.rmse), percent(mean.rmse)), lower(m.rmse, mean.rmse));
    const auto higher = [](const std::optional<double> &value, double least) {
        return !value ? Better::Unknown : *value > least ? Better::Yes : Better::No;
    };
    r2->setValue(optional(m.r2), against(higher(m.r2, mean.r2.value_or(0)), optional(mean.r2)),
                 higher(m.r2, mean.r2.value_or(0)));
    spearman->setValue(optional(m.spearman),
                       higher(m.spearman, 0) == Better::Yes ? EvaluatePage::tr("the mean has no order")
                                                            : EvaluatePage::tr("no better than no order"),
                       higher(m.spearman, 0));

    ChartProvenance provenance;
    provenance.run = model->run;
    provenance.seed = QString::number(model->config.seed);
    provenance.dataset = dataset ? plainTitle(dataset->name()) : QString();
    provenance.datasetHash = QString::fromStdString(dataset ? dataset->contentHash() : model->datasetHash);
    provenance.backbone = plainTitle(model->backbone);
    if (model->untrainedBackbone)
        provenance.note = EvaluatePage::tr("untrained network");
    scatter->setProvenance(provenance);
    scatter->setEvaluation(shown, dataset, model->target.kind());
    overrated->setEvaluation(shown.get(), dataset);
    sleptOn->setEvaluation(shown.get(), dataset);
    nailed->setEvaluation(shown.get(), dataset);
    // Start with the meme that it got most wrong.
    const JudgedMeme *worst = nullptr;
    for (const auto &meme : shown->memes) {
        if (!worst || std::abs(meme.predicted - meme.actual) > std::abs(worst->predicted - worst->actual))
            worst = &meme;
    }
    detail->setMeme(worst, dataset);
}

void EvaluatePage::Private::showEmpty()
{
    if (stack->currentIndex() != 0)
        return;
    const auto &job = session.job();
    const auto &actions = session.actions();
    const auto model = session.ratingModel();
    if (job.kind == JobKind::Evaluate && job.state == JobState::Running) {
        empty->setSentence(job.verb.isEmpty() ? EvaluatePage::tr("Evaluating…") : job.verb + QStringLiteral("…"));
        empty->setButton({}, false);
    } else if (!session.dataset()) {
        empty->setSentence(EvaluatePage::tr("Nothing to judge a model on yet. Open a db.json, or try the sample."));
        empty->setButton(EvaluatePage::tr("Try the sample"), actions.open);
    } else if (model && actions.evaluate) {
        empty->setSentence(EvaluatePage::tr("See how %1 does on memes it did not learn from.").arg(plainTitle(model->name)));
        empty->setButton(EvaluatePage::tr("Evaluate %1").arg(menuText(plainTitle(model->name), 40)), true);
    } else if (model && !actions.train) {
        empty->setSentence(EvaluatePage::tr("The evaluation appears here."));
        empty->setButton({}, false);
    } else if (model) {   // from a file: its run is not in this library
        empty->setSentence(EvaluatePage::tr("%1 was trained elsewhere. Train a model here; its held-out memes are judged.")
                               .arg(plainTitle(model->name)));
        empty->setButton(EvaluatePage::tr("Train"), true);
    } else {
        empty->setSentence(EvaluatePage::tr("Train a model first; its held-out memes are judged here."));
        empty->setButton(EvaluatePage::tr("Train"), actions.train);
    }
}

void EvaluatePage::Private::fillRuns()
{
    const auto model = session.evaluatedModel();
    runMenu->clear();
    int count = 0;
    for (const auto &run : session.runs()) {
        if (run.model.empty() || ++count > 30)
            continue;
        QAction *action = runMenu->addAction(EvaluatePage::tr("Run %1, epoch %2").arg(run.run).arg(run.bestEpoch));
        action->setCheckable(true);
        action->setChecked(model && model->run == run.run);
        action->setEnabled(session.actions().evaluate || session.actions().train);
        QObject::connect(action, &QAction::triggered, page, [this, number = run.run] { session.evaluateRun(number); });
    }
}

/// The menu itself is made when it opens: a job at work tells of itself many times a second.
void EvaluatePage::Private::showRunButton()
{
    const auto model = session.evaluatedModel();
    runButton->setEnabled(std::any_of(session.runs().begin(), session.runs().end(),
                                      [](const RunRecord &run) { return !run.model.empty(); }));
    runButton->setText(model && model->run > 0 ? EvaluatePage::tr("Run %1 ▾").arg(model->run) : EvaluatePage::tr("Choose a run ▾"));
}

void EvaluatePage::Private::exportPredictions()
{
    QString file = QFileDialog::getSaveFileName(page, EvaluatePage::tr("Export predictions"), QStringLiteral("predictions.csv"),
                                                EvaluatePage::tr("CSV (*.csv)"));
    if (file.isEmpty())
        return;
    if (!file.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive))
        file += QLatin1String(".csv");
    try {
        ChartExportOptions options;
        options.format = ChartFormat::Csv;
        exportChart(*scatter, file, options);
    } catch (const Error &error) {
        session.postMessage({Message::Severity::Error, QString::fromStdString(error.what()), {}, {}});
    }
}

void EvaluatePage::Private::pick(const QString &id)
{
    if (!shown)
        return;
    const std::string wanted = id.toStdString();
    for (std::size_t i = 0; i < shown->memes.size(); ++i) {
        if (shown->memes[i].id == wanted) {
            detail->setMeme(&shown->memes[i], session.dataset());
            scatter->showMeme(int(i));
            return;
        }
    }
}

}  // namespace dank::ui
