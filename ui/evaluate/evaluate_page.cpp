#include "ui/evaluate/evaluate_page.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>

#include <algorithm>

#include "ui/charts/chart_export.h"
#include "ui/charts/evaluation_rows.h"
#include "ui/charts/scatter_chart.h"
#include "ui/evaluate/class_figures.h"
#include "ui/evaluate/cross_validation_card.h"
#include "ui/evaluate/evaluate_charts.h"
#include "ui/evaluate/evaluate_export.h"
#include "ui/evaluate/evaluate_figures.h"
#include "ui/evaluate/evaluate_layout.h"
#include "ui/evaluate/evaluate_memes.h"
#include "ui/evaluate/meme_detail.h"
#include "ui/memes/meme_wall.h"
#include "ui/moderation/moderation_dialog.h"
#include "ui/session/terminal_command.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kSideBySide = 860;  // pixels for two cards with charts

struct EvaluatePage : QWidget {
    EvaluatePage(Session &s, QWidget *parent);

    void makeMenus();
    QWidget *makeResults();
    void refresh();
    void showEmpty();
    void fillRuns();
    void showRunButton();
    void pick(const QString &id);

    Session &session;
    PageHeader *header;
    QToolButton *runButton, *exportButton;
    QMenu *runMenu, *exportMenu;
    QPushButton *moderate;
    QAction *exportResiduals = nullptr, *exportCalibration = nullptr;
    QStackedWidget *stack;
    QScrollArea *scroll;
    EmptyState *empty;
    VerdictBanner *banner;
    KeyFigures *figures;
    ClassKeyFigures *classFigures;
    ClassTable *classTable;
    GroupErrorsTable *groupErrors;
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

EvaluatePage::EvaluatePage(Session &s, QWidget *parent)
    : QWidget(parent), session(s), header(new PageHeader(tr("Evaluate"), this)), runButton(menuButton(this)),
      exportButton(menuButton(this)), runMenu(runButton->menu()), exportMenu(exportButton->menu()),
      moderate(new QPushButton(tr("Moderate…"), this)), stack(new QStackedWidget(this)), scroll(new QScrollArea(this)),
      empty(new EmptyState(QStringLiteral("evaluate"), {}, {}, this)), banner(new VerdictBanner(this)),
      figures(new KeyFigures(this)), classFigures(new ClassKeyFigures(this)), classTable(new ClassTable(this)),
      groupErrors(new GroupErrorsTable(this)), crossCard(new CrossValidationCard(this)), table(new FigureTable(this)),
      baselines(new BaselinesCard(this)), scatter(new ScatterChart(this)), memes(new MemesCard(s.thumbnails(), this)),
      detail(new MemeDetail(s, this)), overrated(new MemeWall(s.thumbnails(), WallKind::Overrated, this)),
      sleptOn(new MemeWall(s.thumbnails(), WallKind::SleptOn, this)),
      nailed(new MemeWall(s.thumbnails(), WallKind::Nailed, this)), calibration(new CalibrationCard(this)),
      residuals(new ResidualsCard(this))
{
    addWidgets(*header->controls(), {moderate, runButton, exportButton});
    moderate->setObjectName(QStringLiteral("moderate"));
    moderate->setToolTip(tr("Work through the judged memes, the most probable first"));
    connect(moderate, &QPushButton::clicked, this,
            [this] { openDialog<ModerationDialog>(session, shown, shownOn, window()); });
    exportButton->setText(tr("Export ▾"));
    connectChartExport(*scatter, QStringLiteral("predicted-against-actual"));
    makeMenus();
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(makeResults());
    stack->addWidget(empty);
    stack->addWidget(scroll);

    auto *outer = newBox<QVBoxLayout>(14, this);
    auto *top = new QVBoxLayout;
    top->setContentsMargins(20, 16, 20, 0);
    top->addWidget(header);
    outer->addLayout(top);
    outer->addWidget(stack, 1);

    connect(empty, &EmptyState::clicked, this, [this] {
        const auto model = session.rater().model();
        if (!session.data().dataset())
            session.openSample();
        else if (session.actions().evaluate && model && model->run > 0)
            session.evaluations().evaluate(model->run);
        else
            session.training().train();
    });
    connect(runMenu, &QMenu::aboutToShow, this, [this] { fillRuns(); });
    connect(scatter, &ScatterChart::memeActivated, this, [this](const QString &id) { pick(id); });
    connect(scatter, &ScatterChart::memesChosen, memes, &MemesCard::setChosen);
    connect(memes, &MemesCard::memePicked, this, [this](const QString &id) { pick(id); });
    connect(memes, &MemesCard::allWanted, this, [this] {
        scatter->setChosen({});
        memes->setChosen({});
    });
    connect(detail, &MemeDetail::wanted, this, [this](WallKind kind) {
        if (const auto first = memesForWall(*shown, kind, 1); !first.empty())
            pick(QString::fromStdString(first.front().id));
    });
    for (MemeWall *wall : {overrated, sleptOn, nailed}) {
        connect(wall, &MemeWall::memePicked, this, [this](const QString &id) { pick(id); });
        connect(wall, &MemeWall::memeOpened, this, [this] { scroll->ensureWidgetVisible(detail, 0, 0); });
    }
    connect(&session, &Session::changed, this, [this](Change change) {
        if (change == Change::Evaluation || change == Change::Dataset)
            refresh();
        if (change == Change::Job || change == Change::Model || change == Change::Dataset || change == Change::Runs)
            showEmpty();
        if (change == Change::Runs || change == Change::Evaluation)
            showRunButton();
    });
    refresh();
    showEmpty();
    showRunButton();
}

void EvaluatePage::makeMenus()
{
    const auto add = [this](const char *name, const QString &text, auto &&act) {
        QAction *action = exportMenu->addAction(text, this, act);
        action->setObjectName(QLatin1String(name));
        return action;
    };
    const auto save = [this](const QString &name, const QString &title, const ChartTable &rows) {
        saveTable(this, session.workplace(), name, rows, title.arg(oneLine(shown->subset)),
                  provenanceOf(*shownModel, shownOn.get()));
    };
    add("exportPredictions", tr("Judged memes as CSV…"), [this, save] {
        save(QStringLiteral("judged-memes"), tr("Judged memes, %1"), memeTable(*shown, shownOn.get()));
    });
    add("exportWalls", tr("Overrated, slept on and nailed as CSV…"), [this, save] {
        save(QStringLiteral("walls"), tr("Overrated, slept on and nailed, %1"), wallsTable(*shown, shownOn.get()));
    });
    add("exportFigures", tr("All figures as CSV…"), [this, save] {
        save(QStringLiteral("figures"), tr("Figures, %1"),
             shown->classes ? classFiguresForExport(*shown->classes) : figuresForExport(*shown, shownCross.get()));
    });
    exportMenu->addSeparator();
    const auto chart = [&](const char *name, const QString &text, Plot *plot) {
        return add(name, text, [plot] { emit plot->exportRequested(); });
    };
    chart("exportScatter", tr("Chart: predicted against actual…"), scatter);
    chart("exportBaselines", tr("Chart: beside simpler guesses…"), baselines->chart());
    exportCalibration = chart("exportCalibration", tr("Chart: calibration…"), calibration->chart());
    exportResiduals = chart("exportResiduals", tr("Chart: errors by group…"), residuals->chart());
    exportMenu->addSeparator();
    add("copyEvaluateCommand", tr("Copy as command"),
        [this] { QApplication::clipboard()->setText(commandFor(session, JobKind::Evaluate)); });
}

QWidget *EvaluatePage::makeResults()
{
    auto *results = new QWidget;
    auto *column = newBox<QVBoxLayout>(14, results, {20, 0, 20, 20});
    auto *chartCard = new Card(tr("Predicted against actual"), results);
    chartCard->setSubtitle(tr("click a meme, or drag a frame around some"));
    chartCard->body()->addWidget(scatter, 1);
    scatter->setMinimumHeight(300);
    addWidgets(*column, {banner, figures, classFigures, classTable, groupErrors, crossCard});
    column->addWidget(new FoldingRow({{chartCard, 1}, {baselines, 1}}, kSideBySide));
    column->addWidget(new FoldingRow({{memes, 3}, {detail, 2}}, kSideBySide));
    column->addWidget(new FoldingRow({{overrated, 1}, {sleptOn, 1}}, kSideBySide));
    column->addWidget(nailed);
    column->addWidget(table);
    column->addWidget(new FoldingRow({{calibration, 1}, {residuals, 1}}, kSideBySide));
    column->addStretch(1);
    return results;
}

void EvaluatePage::refresh()
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
    moderate->setVisible(any && dataset && shown->classes && shown->classes->label.isTwoClass());
    stack->setCurrentIndex(any ? 1 : 0);
    if (!any) {
        header->setSubtitle(tr("How well a model predicts memes it did not learn from"));
        scatter->setEvaluation(nullptr, nullptr, TargetKind::Percentile);
        memes->setEvaluation(nullptr, nullptr);
        showEmpty();
        return;
    }
    QString subtitle = tr("%1 on %2").arg(plainTitle(model->name), plainTitle(shown->subset));
    if (model->untrainedBackbone)
        subtitle += tr(" · untrained network");
    header->setSubtitle(subtitle);
    const TargetKind target = model->target.kind();
    banner->setVerdict(shown->verdict.kind, plainTitle(shown->verdict.headline),
                       plainTitle(shown->verdict.reason, 1000));
    const bool ofClasses = shown->classes.has_value();
    for (QWidget *const one : std::initializer_list<QWidget *>{classFigures, classTable, groupErrors})
        one->setVisible(ofClasses);
    for (QWidget *const one : std::initializer_list<QWidget *>{figures, table, overrated, sleptOn, nailed})
        one->setVisible(!ofClasses);
    if (ofClasses) {
        classFigures->setClasses(*shown->classes);
        classTable->setClasses(*shown->classes);
        groupErrors->setClasses(*shown->classes, plainTitle(shown->groupName, 30));
    }
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

void EvaluatePage::showEmpty()
{
    if (stack->currentIndex() != 0)
        return;
    const auto &job = session.jobs().status();
    const auto &actions = session.actions();
    const auto model = session.rater().model();
    if (job.kind == JobKind::Evaluate && job.state == JobState::Running) {
        empty->setSentence(job.verb.isEmpty() ? tr("Evaluating…") : job.verb + QStringLiteral("…"));
        empty->setButton({}, false);
    } else if (!session.data().dataset()) {
        empty->setSentence(tr("Nothing to judge a model on yet. Open a db.json, or try the sample."));
        empty->setButton(tr("Try the sample"), actions.open);
    } else if (model && actions.evaluate) {
        empty->setSentence(tr("See how %1 does on memes it did not learn from.").arg(plainTitle(model->name)));
        empty->setButton(tr("Evaluate %1").arg(menuText(plainTitle(model->name), 40)), true);
    } else if (model && !actions.train) {
        empty->setSentence(tr("The evaluation appears here."));
        empty->setButton({}, false);
    } else if (model) {  // from a file: its run is not in this library
        empty->setSentence(tr("%1 was trained elsewhere. Train a model here; its held-out memes are judged.")
                               .arg(plainTitle(model->name)));
        empty->setButton(tr("Train"), true);
    } else {
        empty->setSentence(tr("Train a model first; its held-out memes are judged here."));
        empty->setButton(tr("Train"), actions.train);
    }
}

void EvaluatePage::fillRuns()
{
    const auto model = session.evaluations().model();
    runMenu->clear();
    int count = 0;
    for (const auto &run : session.runs().all()) {
        if (run.model.empty() || !run.problem.empty() || ++count > 30)
            continue;
        QAction *action = runMenu->addAction(tr("Run %1, epoch %2").arg(run.run).arg(run.bestEpoch));
        action->setCheckable(true);
        action->setChecked(model && model->run == run.run);
        action->setEnabled(session.actions().evaluate || session.actions().train);
        connect(action, &QAction::triggered, this,
                [this, number = run.run] { session.evaluations().evaluate(number); });
    }
}

/// The menu itself is made when it opens: a job at work tells of itself many times a second.
void EvaluatePage::showRunButton()
{
    const auto model = session.evaluations().model();
    runButton->setEnabled(std::any_of(session.runs().all().begin(), session.runs().all().end(),
                                      [](const RunRecord &run) { return !run.model.empty() && run.problem.empty(); }));
    runButton->setText(model && model->run > 0 ? tr("Run %1 ▾").arg(model->run) : tr("Choose a run ▾"));
}

void EvaluatePage::pick(const QString &id)
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

}  // namespace

QWidget *makeEvaluatePage(Session &session, QWidget *parent)
{
    return new EvaluatePage(session, parent);
}

}  // namespace dank::ui
