#include "ui/evaluate/evaluate_page.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QMenu>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/charts/chart_export.h"
#include "ui/charts/evaluation_rows.h"
#include "ui/charts/scatter_chart.h"
#include "ui/evaluate/baselines_card.h"
#include "ui/evaluate/cross_validation_card.h"
#include "ui/evaluate/evaluate_errors.h"
#include "ui/evaluate/evaluate_export.h"
#include "ui/evaluate/evaluate_figures.h"
#include "ui/evaluate/evaluate_layout.h"
#include "ui/evaluate/evaluate_memes.h"
#include "ui/evaluate/meme_detail.h"
#include "ui/memes/meme_wall.h"
#include "ui/session/terminal_command.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kSideBySide = 860;  // pixels for two cards with charts

}  // namespace

struct EvaluatePage::Private {
    Private(Session &s, EvaluatePage *p);

    void makeMenus();
    QWidget *makeResults();
    void show();
    void showEmpty();
    void fillRuns();
    void showRunButton();
    void pick(const QString &id);

    Session &session;
    EvaluatePage *page;
    PageHeader *header;
    QToolButton *runButton, *exportButton;
    QMenu *runMenu, *exportMenu;
    QAction *exportResiduals = nullptr, *exportCalibration = nullptr;
    QStackedWidget *stack;
    QScrollArea *scroll;
    EmptyState *empty;
    VerdictBanner *banner;
    KeyFigures *figures;
    CrossValidationCard *crossCard;
    FigureTable *table;
    BaselinesCard *baselines;
    ScatterChart *scatter;
    MemesCard *memes;
    MemeDetail *detail;
    MemeWall *overrated, *sleptOn, *nailed;
    CalibrationCard *calibration;
    ResidualsCard *residuals;
    std::shared_ptr<const Evaluation> shown;
    std::shared_ptr<const CrossValidation> shownCross;
    std::shared_ptr<const Dataset> shownOn;
    std::shared_ptr<const Model> shownModel;
};

EvaluatePage::Private::Private(Session &s, EvaluatePage *p)
    : session(s), page(p), header(new PageHeader(EvaluatePage::tr("Evaluate"), p)), runButton(new QToolButton(p)),
      exportButton(new QToolButton(p)), runMenu(new QMenu(runButton)), exportMenu(new QMenu(exportButton)),
      stack(new QStackedWidget(p)), scroll(new QScrollArea(p)),
      empty(new EmptyState(QStringLiteral("evaluate"), {}, {}, p)), banner(new VerdictBanner(p)),
      figures(new KeyFigures(p)), crossCard(new CrossValidationCard(p)), table(new FigureTable(p)),
      baselines(new BaselinesCard(p)), scatter(new ScatterChart(p)), memes(new MemesCard(s.thumbnails(), p)),
      detail(new MemeDetail(s.thumbnails(), p)), overrated(new MemeWall(s.thumbnails(), WallKind::Overrated, p)),
      sleptOn(new MemeWall(s.thumbnails(), WallKind::SleptOn, p)),
      nailed(new MemeWall(s.thumbnails(), WallKind::Nailed, p)), calibration(new CalibrationCard(p)),
      residuals(new ResidualsCard(p))
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
    exportButton->setMenu(exportMenu);
    connectChartExport(*scatter, QStringLiteral("predicted-against-actual"));
    makeMenus();
}

void EvaluatePage::Private::makeMenus()
{
    const auto add = [this](const char *name, const QString &text, auto &&act) {
        QAction *action = exportMenu->addAction(text, page, act);
        action->setObjectName(QLatin1String(name));
        return action;
    };
    const auto save = [this](const QString &name, const QString &title, const ChartTable &rows) {
        saveTable(page, session.workplace(), name, rows, title.arg(oneLine(shown->subset)),
                  provenanceOf(*shownModel, shownOn.get()));
    };
    add("exportPredictions", EvaluatePage::tr("Judged memes as CSV…"), [this, save] {
        save(QStringLiteral("judged-memes"), EvaluatePage::tr("Judged memes, %1"), memeTable(*shown, shownOn.get()));
    });
    add("exportWalls", EvaluatePage::tr("Overrated, slept on and nailed as CSV…"), [this, save] {
        save(QStringLiteral("walls"), EvaluatePage::tr("Overrated, slept on and nailed, %1"),
             wallsTable(*shown, shownOn.get()));
    });
    add("exportFigures", EvaluatePage::tr("All figures as CSV…"), [this, save] {
        save(QStringLiteral("figures"), EvaluatePage::tr("Figures, %1"), figuresForExport(*shown, shownCross.get()));
    });
    exportMenu->addSeparator();
    const auto chart = [&](const char *name, const QString &text, Plot *plot) {
        return add(name, text, [plot] { emit plot->exportRequested(); });
    };
    chart("exportScatter", EvaluatePage::tr("Chart: predicted against actual…"), scatter);
    chart("exportBaselines", EvaluatePage::tr("Chart: beside simpler guesses…"), baselines->chart());
    exportCalibration = chart("exportCalibration", EvaluatePage::tr("Chart: calibration…"), calibration->chart());
    exportResiduals = chart("exportResiduals", EvaluatePage::tr("Chart: errors by group…"), residuals->chart());
    exportMenu->addSeparator();
    add("copyEvaluateCommand", EvaluatePage::tr("Copy as command"),
        [this] { QApplication::clipboard()->setText(commandFor(session, JobKind::Evaluate)); });
}

QWidget *EvaluatePage::Private::makeResults()
{
    auto *results = new QWidget;
    auto *column = new QVBoxLayout(results);
    column->setContentsMargins(20, 0, 20, 20);
    column->setSpacing(14);
    auto *chartCard = new Card(EvaluatePage::tr("Predicted against actual"), results);
    chartCard->setSubtitle(EvaluatePage::tr("click a meme, or drag a frame around some"));
    chartCard->body()->addWidget(scatter, 1);
    scatter->setMinimumHeight(300);
    column->addWidget(banner);
    column->addWidget(figures);
    column->addWidget(crossCard);
    column->addWidget(new FoldingRow({{chartCard, 1}, {baselines, 1}}, kSideBySide));
    column->addWidget(new FoldingRow({{memes, 3}, {detail, 2}}, kSideBySide));
    column->addWidget(new FoldingRow({{overrated, 1}, {sleptOn, 1}}, kSideBySide));
    column->addWidget(nailed);
    column->addWidget(table);
    column->addWidget(new FoldingRow({{calibration, 1}, {residuals, 1}}, kSideBySide));
    column->addStretch(1);
    return results;
}

EvaluatePage::EvaluatePage(Session &session, QWidget *parent)
    : QWidget(parent), d(std::make_unique<Private>(session, this))
{
    d->scroll->setFrameShape(QFrame::NoFrame);
    d->scroll->setWidgetResizable(true);
    d->scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    d->scroll->setWidget(d->makeResults());
    d->stack->addWidget(d->empty);
    d->stack->addWidget(d->scroll);

    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(14);
    auto *top = new QVBoxLayout;
    top->setContentsMargins(20, 16, 20, 0);
    top->addWidget(d->header);
    outer->addLayout(top);
    outer->addWidget(d->stack, 1);

    connect(d->empty, &EmptyState::clicked, this, [this] {
        const auto model = d->session.rater().model();
        if (!d->session.data().dataset())
            d->session.openSample();
        else if (d->session.actions().evaluate && model && model->run > 0)
            d->session.evaluations().evaluate(model->run);
        else
            d->session.training().train();
    });
    connect(d->runMenu, &QMenu::aboutToShow, this, [this] { d->fillRuns(); });
    connect(d->scatter, &ScatterChart::memeActivated, this, [this](const QString &id) { d->pick(id); });
    connect(d->scatter, &ScatterChart::memesChosen, d->memes, &MemesCard::setChosen);
    connect(d->memes, &MemesCard::memePicked, this, [this](const QString &id) { d->pick(id); });
    connect(d->memes, &MemesCard::allWanted, this, [this] {
        d->scatter->setChosen({});
        d->memes->setChosen({});
    });
    connect(d->detail, &MemeDetail::wanted, this, [this](WallKind kind) {
        if (const auto first = memesForWall(*d->shown, kind, 1); !first.empty())
            d->pick(QString::fromStdString(first.front().id));
    });
    for (MemeWall *wall : {d->overrated, d->sleptOn, d->nailed}) {
        connect(wall, &MemeWall::memePicked, this, [this](const QString &id) { d->pick(id); });
        connect(wall, &MemeWall::memeOpened, this, [this] { d->scroll->ensureWidgetVisible(d->detail, 0, 0); });
    }
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
    const auto evaluation = session.evaluations().evaluation();
    const auto model = session.evaluations().model();
    const auto dataset = session.data().dataset();
    const bool any = evaluation && model && !evaluation->memes.empty();
    if (any && shown == evaluation && shownOn == dataset && shownModel == model)
        return;  // the intervals take a moment with many memes
    shown = any ? evaluation : nullptr;
    shownCross = any ? session.evaluations().crossValidation() : nullptr;
    shownOn = any ? dataset : nullptr;
    shownModel = any ? model : nullptr;
    exportButton->setEnabled(any);
    stack->setCurrentIndex(any ? 1 : 0);
    if (!any) {
        header->setSubtitle(EvaluatePage::tr("How well a model predicts memes it did not learn from"));
        scatter->setEvaluation(nullptr, nullptr, TargetKind::Percentile);
        memes->setEvaluation(nullptr, nullptr);
        showEmpty();
        return;
    }
    QString subtitle = EvaluatePage::tr("%1 on %2").arg(plainTitle(model->name), plainTitle(shown->subset));
    if (model->untrainedBackbone)
        subtitle += EvaluatePage::tr(" · untrained network");
    header->setSubtitle(subtitle);
    const TargetKind target = model->target.kind();
    banner->setVerdict(shown->verdict.kind, plainTitle(shown->verdict.headline),
                       plainTitle(shown->verdict.reason, 1000));
    figures->setEvaluation(*shown, target);
    crossCard->setContent(shownCross.get(), target);
    table->setEvaluation(*shown, target);
    baselines->setEvaluation(shown);
    scatter->setEvaluation(shown, dataset, target);
    memes->setEvaluation(shown, dataset);
    calibration->setEvaluation(*shown);
    residuals->setEvaluation(*shown, dataset.get());
    for (MemeWall *wall : {overrated, sleptOn, nailed})
        wall->setEvaluation(shown.get(), dataset);
    exportCalibration->setEnabled(!calibration->chart()->bins().empty());
    exportResiduals->setEnabled(residuals->any());
    for (Plot *plot :
         std::initializer_list<Plot *>{scatter, baselines->chart(), calibration->chart(), residuals->chart()})
        plot->setProvenance(provenanceOf(*model, dataset.get()));
    // Start with the meme that it overrated most; where there is none, with the one it slept on most.
    auto worst = memesForWall(*shown, WallKind::Overrated, 1);
    if (worst.empty())
        worst = memesForWall(*shown, WallKind::SleptOn, 1);
    detail->setMeme(worst.empty() ? nullptr : &worst.front(), dataset);
    if (!worst.empty())
        memes->showMeme(QString::fromStdString(worst.front().id));
}

void EvaluatePage::Private::showEmpty()
{
    if (stack->currentIndex() != 0)
        return;
    const auto &job = session.jobs().status();
    const auto &actions = session.actions();
    const auto model = session.rater().model();
    if (job.kind == JobKind::Evaluate && job.state == JobState::Running) {
        empty->setSentence(job.verb.isEmpty() ? EvaluatePage::tr("Evaluating…") : job.verb + QStringLiteral("…"));
        empty->setButton({}, false);
    } else if (!session.data().dataset()) {
        empty->setSentence(EvaluatePage::tr("Nothing to judge a model on yet. Open a db.json, or try the sample."));
        empty->setButton(EvaluatePage::tr("Try the sample"), actions.open);
    } else if (model && actions.evaluate) {
        empty->setSentence(
            EvaluatePage::tr("See how %1 does on memes it did not learn from.").arg(plainTitle(model->name)));
        empty->setButton(EvaluatePage::tr("Evaluate %1").arg(menuText(plainTitle(model->name), 40)), true);
    } else if (model && !actions.train) {
        empty->setSentence(EvaluatePage::tr("The evaluation appears here."));
        empty->setButton({}, false);
    } else if (model) {  // from a file: its run is not in this library
        empty->setSentence(
            EvaluatePage::tr("%1 was trained elsewhere. Train a model here; its held-out memes are judged.")
                .arg(plainTitle(model->name)));
        empty->setButton(EvaluatePage::tr("Train"), true);
    } else {
        empty->setSentence(EvaluatePage::tr("Train a model first; its held-out memes are judged here."));
        empty->setButton(EvaluatePage::tr("Train"), actions.train);
    }
}

void EvaluatePage::Private::fillRuns()
{
    const auto model = session.evaluations().model();
    runMenu->clear();
    int count = 0;
    for (const auto &run : session.runs().all()) {
        if (run.model.empty() || !run.problem.empty() || ++count > 30)
            continue;
        QAction *action = runMenu->addAction(EvaluatePage::tr("Run %1, epoch %2").arg(run.run).arg(run.bestEpoch));
        action->setCheckable(true);
        action->setChecked(model && model->run == run.run);
        action->setEnabled(session.actions().evaluate || session.actions().train);
        QObject::connect(action, &QAction::triggered, page,
                         [this, number = run.run] { session.evaluations().evaluate(number); });
    }
}

/// The menu itself is made when it opens: a job at work tells of itself many times a second.
void EvaluatePage::Private::showRunButton()
{
    const auto model = session.evaluations().model();
    runButton->setEnabled(std::any_of(session.runs().all().begin(), session.runs().all().end(),
                                      [](const RunRecord &run) { return !run.model.empty() && run.problem.empty(); }));
    runButton->setText(model && model->run > 0 ? EvaluatePage::tr("Run %1 ▾").arg(model->run)
                                               : EvaluatePage::tr("Choose a run ▾"));
}

void EvaluatePage::Private::pick(const QString &id)
{
    if (!shown)
        return;
    const std::string wanted = id.toStdString();
    for (std::size_t i = 0; i < shown->memes.size(); ++i) {
        if (shown->memes[i].id == wanted) {
            detail->setMeme(&shown->memes[i], shownOn);
            scatter->showMeme(int(i));
            memes->showMeme(id);
            return;
        }
    }
}

}  // namespace dank::ui
