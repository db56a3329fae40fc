#include "ui/rate/rate_page.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "core/base/error.h"
#include "core/base/file.h"
#include "ui/charts/number_text.h"
#include "ui/charts/score_strip.h"
#include "ui/memes/meme_wall.h"
#include "ui/rate/score_board.h"
#include "ui/rate/score_model.h"
#include "ui/widgets/card.h"
#include "ui/widgets/drop_content.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/verdict_banner.h"
#include "ui/widgets/window_dialogs.h"

namespace dank::ui {

namespace {

/// The dashed frame that says where memes go; the whole window takes them.
class DropCard : public QWidget {
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent *) override
    {
        const Tokens &tokens = tokensFor(palette());
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        QPen pen(tokens.baseline, 1);
        pen.setDashPattern({3, 3});
        painter.setPen(pen);
        painter.setBrush(tokens.surface);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    }
};

}  // namespace

struct RatePage::Private {
    Private(Session &s, RatePage *p);

    void showModel();
    void showVerdict(const Model &rating);
    void evaluate();
    void showScores(const ItemRange *changed);
    void fillModels();
    void chooseFiles();
    void chooseModel();
    void paste();
    void exportScores(bool json);
    void restyle();

    Session &session;
    RatePage *page;
    PageHeader *header;
    QToolButton *modelButton, *exportButton;
    QMenu *modelMenu;
    QPushButton *clear;
    QAction *csv, *json;
    VerdictBanner *verdict;
    QStackedWidget *stack;
    EmptyState *empty;
    QPushButton *trainInstead;
    DropCard *drop;
    QLabel *dropIcon;
    Card *stripCard;
    TextLabel *stripText;
    ScoreStrip *strip;
    ScoreModel *model;
    ScoreBoard *board;
    TextLabel *nothing;
};

RatePage::Private::Private(Session &s, RatePage *p)
    : session(s), page(p), header(new PageHeader(RatePage::tr("Rate"), p)), modelButton(new QToolButton(p)),
      exportButton(new QToolButton(p)), modelMenu(new QMenu(modelButton)),
      clear(new QPushButton(RatePage::tr("Clear"), p)), csv(new QAction(RatePage::tr("Scores as CSV…"), p)),
      json(new QAction(RatePage::tr("Scores as JSON…"), p)), verdict(new VerdictBanner(p)),
      stack(new QStackedWidget(p)),
      empty(new EmptyState(QStringLiteral("rate"),
                           RatePage::tr("Train or load a model, and every meme you drop gets its score."),
                           RatePage::tr("Open model file…"), p)),
      trainInstead(new QPushButton(p)), drop(new DropCard(p)), dropIcon(new QLabel(drop)), stripCard(new Card({}, p)),
      stripText(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, stripCard)),
      strip(new ScoreStrip(stripCard)), model(new ScoreModel(p)), board(new ScoreBoard(*model, s, p)),
      nothing(new TextLabel(RatePage::tr("The dankest meme comes out on top here."), int(TextRole::Body),
                            TextLabel::Tone::Muted, p))
{
    for (QToolButton *button : {modelButton, exportButton}) {
        button->setProperty("button", true);
        button->setPopupMode(QToolButton::InstantPopup);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setFocusPolicy(Qt::StrongFocus);
    }
    header->controls()->addWidget(modelButton);
    header->controls()->addWidget(clear);
    header->controls()->addWidget(exportButton);
    modelButton->setMenu(modelMenu);
    modelButton->setAccessibleName(RatePage::tr("Model"));
    exportButton->setText(RatePage::tr("Export scores ▾"));
    auto *menu = new QMenu(exportButton);
    menu->addActions({csv, json});
    exportButton->setMenu(menu);
    csv->setObjectName(QStringLiteral("exportScoresCsv"));
    json->setObjectName(QStringLiteral("exportScoresJson"));
    header->setSubtitle(RatePage::tr("Drop memes anywhere on the window, paste them, or choose files"));

    auto *row = new QHBoxLayout(drop);
    row->setContentsMargins(14, 14, 14, 14);
    row->setSpacing(14);
    row->addStretch(1);
    row->addWidget(dropIcon);
    auto *texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addStretch(1);
    texts->addWidget(
        new TextLabel(RatePage::tr("Drop memes here"), int(TextRole::Heading), TextLabel::Tone::Normal, drop));
    texts->addWidget(
        new TextLabel(RatePage::tr("images, a pile or a folder"), int(TextRole::Body), TextLabel::Tone::Muted, drop));
    texts->addStretch(1);
    row->addLayout(texts);
    auto *choose = new QPushButton(RatePage::tr("Choose files…"), drop);
    auto *pasteButton = new QPushButton(RatePage::tr("Paste"), drop);
    auto *buttons = new QVBoxLayout;  // one above the other, so that they fit beside the text in a small window
    buttons->setSpacing(6);
    buttons->addStretch(1);
    buttons->addWidget(choose);
    buttons->addWidget(pasteButton);
    buttons->addStretch(1);
    row->addLayout(buttons);
    row->addStretch(1);
    QObject::connect(choose, &QPushButton::clicked, page, [this] { chooseFiles(); });
    QObject::connect(pasteButton, &QPushButton::clicked, page, [this] { paste(); });

    stripText->setElided(true);
    stripCard->body()->addWidget(stripText);
    stripCard->body()->addWidget(strip, 1);
    drop->setFixedHeight(120);
    stripCard->setFixedSize(280, 120);
    trainInstead->setText(RatePage::tr("Train a model"));
    empty->extra()->addWidget(trainInstead, 0, Qt::AlignHCenter);
    nothing->setAlignment(Qt::AlignCenter);
}

RatePage::RatePage(Session &session, QWidget *parent) : QWidget(parent), d(std::make_unique<Private>(session, this))
{
    auto *full = new QWidget;
    auto *column = new QVBoxLayout(full);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(14);
    auto *row = new QHBoxLayout;
    row->setSpacing(14);
    row->addWidget(d->drop, 1);
    row->addWidget(d->stripCard);
    column->addWidget(d->verdict);
    column->addLayout(row);
    column->addWidget(d->nothing, 1);
    column->addWidget(d->board, 1);
    d->stack->addWidget(d->empty);
    d->stack->addWidget(full);

    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(20, 16, 20, 12);
    outer->setSpacing(14);
    outer->addWidget(d->header);
    outer->addWidget(d->stack, 1);

    connect(d->verdict, &VerdictBanner::clicked, this, [this] { d->evaluate(); });
    connect(d->empty, &EmptyState::clicked, this, [this] { d->chooseModel(); });
    connect(d->trainInstead, &QPushButton::clicked, this, [this] {
        if (d->session.data().dataset())
            d->session.training().train();
        else
            d->session.openSample();
    });
    connect(d->clear, &QPushButton::clicked, this, [this] { d->session.board().clear(); });
    connect(d->csv, &QAction::triggered, this, [this] { d->exportScores(false); });
    connect(d->json, &QAction::triggered, this, [this] { d->exportScores(true); });
    connect(d->modelMenu, &QMenu::aboutToShow, this, [this] { d->fillModels(); });
    connect(&session, &Session::changed, this, [this](const ChangeEvent &change) {
        if (change == Change::Scores)
            d->showScores(change.as<ItemRange>());
        if (change == Change::Model || change == Change::Runs || change == Change::Evaluation
            || change == Change::Dataset || change == Change::Job || change == Change::Training
            || change == Change::Scores)
            d->showModel();
    });
    d->restyle();
    d->showScores(nullptr);
    d->showModel();
}

RatePage::~RatePage() = default;

void RatePage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && d)
        d->restyle();
}

void RatePage::Private::restyle()
{
    dropIcon->setPixmap(icon(QStringLiteral("drop"), tokensFor(page->palette()).accent).pixmap(28, 28));
}

void RatePage::Private::showModel()
{
    const auto rating = session.rater().model();
    const auto &scores = session.board().items();
    stack->setCurrentIndex(rating ? 1 : 0);
    clear->setVisible(rating || !scores.empty());
    exportButton->setVisible(rating != nullptr);
    clear->setEnabled(!scores.empty());
    if (!rating) {
        const QString waiting =
            scores.empty() ? RatePage::tr("Drop images already: they wait for it.")
                           : RatePage::tr("%1 waiting for a model.")
                                 .arg(countOf(qint64(scores.size()), RatePage::tr("image"), RatePage::tr("images")));
        empty->setHint(waiting);
        trainInstead->setText(session.data().dataset() ? RatePage::tr("Train a model")
                                                       : RatePage::tr("Try the sample"));
        trainInstead->setEnabled(session.data().dataset() ? session.actions().train : session.actions().open);
        modelButton->setText(RatePage::tr("No model ▾"));
        return;
    }
    const bool live = session.chart().shown().live && session.chart().shown().run == rating->run;
    QString name = menuText(plainTitle(rating->name), 40);
    if (name.isEmpty())
        name = RatePage::tr("unnamed");
    QString text = RatePage::tr("Model: %1, epoch %2").arg(name).arg(rating->epoch);
    if (live)
        text += RatePage::tr(", still training");
    if (rating->untrainedBackbone)
        text += RatePage::tr(", untrained network");
    modelButton->setText(text + QStringLiteral(" ▾"));
    modelButton->setToolTip(plainToolTip(plainTitle(rating->backbone)));
    QString reference = plainTitle(rating->referenceName, 80);
    if (reference.isEmpty())
        reference = RatePage::tr("%1 reference memes").arg(groupedNumber(qint64(rating->reference.size())));
    stripText->setText(RatePage::tr("Where they fall among %1").arg(reference));
    strip->setReference(rating->reference);
    model->setReference(QString::fromStdString(rating->name), reference);
    showVerdict(*rating);
}

/// With a way to its reasons where the run is at hand; else they stand here.
void RatePage::Private::showVerdict(const Model &rating)
{
    const Judgement judged = rating.verdict();
    const auto dataset = session.data().dataset();
    const RunRecord *run = session.runs().find(rating.run);
    const bool known =
        dataset && run && run->datasetHash == rating.datasetHash && dataset->contentHash() == rating.datasetHash;
    const bool shown = session.evaluations().evaluation() && session.evaluations().model() == session.rater().model();
    const bool leads = known && (shown || session.actions().evaluate);
    const bool learned = judged.kind == VerdictKind::LearnedSomething;
    QString text = plainTitle(leads || learned ? figuresText(judged) : std::string(), 400);
    if (text.isEmpty())
        text = plainTitle(judged.reason, 600);
    else if (!learned)
        text += RatePage::tr(". Take the scores below for guesses.");
    verdict->setVerdict(judged.kind, plainTitle(judged.headline), text);
    verdict->setAction(!leads ? QString() : judged.kind ? RatePage::tr("See why") : RatePage::tr("Evaluate it"));
}

void RatePage::Private::evaluate()
{
    if (const auto rating = session.rater().model(); rating && session.evaluations().model() != rating)
        session.evaluations().evaluate(rating->run);
    emit page->pageRequested(Page::Evaluate);
}

void RatePage::Private::showScores(const ItemRange *changed)
{
    const auto &scores = session.board().items();
    model->setItems(scores, changed);
    std::vector<double> ticks;
    std::size_t waiting = 0, skipped = 0;
    for (const auto &item : scores) {
        if (item.state == RatedItem::State::Scored)
            ticks.push_back(item.score.dankness);
        else
            ++(item.state == RatedItem::State::Waiting ? waiting : skipped);
    }
    QStringList parts;
    if (!ticks.empty())
        parts << RatePage::tr("%1 rated").arg(groupedNumber(qint64(ticks.size())));
    if (waiting > 0)
        parts << RatePage::tr("%1 waiting").arg(groupedNumber(qint64(waiting)));
    if (skipped > 0)
        parts << RatePage::tr("%1 skipped, with reasons at the end").arg(groupedNumber(qint64(skipped)));
    header->setSubtitle(parts.isEmpty() ? RatePage::tr("Drop memes anywhere on the window, paste them, or choose files")
                                        : parts.join(QStringLiteral(" · ")));
    const bool scored = !ticks.empty();
    strip->setScores(std::move(ticks));
    for (QAction *action : {csv, json})
        action->setEnabled(scored || skipped > 0);
    exportButton->setEnabled(scored || skipped > 0);
    board->setVisible(!scores.empty());
    nothing->setVisible(scores.empty());
    clear->setEnabled(!scores.empty());
}

void RatePage::Private::fillModels()
{
    modelMenu->clear();
    const auto rating = session.rater().model();
    int count = 0;
    for (const auto &run : session.runs().all()) {
        const bool live = session.chart().shown().live && session.chart().shown().run == run.run;
        if ((run.model.empty() && !live) || !run.problem.empty() || ++count > 30)
            continue;
        const QString text = live ? RatePage::tr("Run %1, still training").arg(run.run)
                                  : RatePage::tr("Run %1, epoch %2").arg(run.run).arg(run.bestEpoch);
        QAction *action = modelMenu->addAction(
            run.note.empty() ? text : text + QStringLiteral(": ") + menuText(plainTitle(run.note), 40));
        action->setCheckable(true);
        action->setChecked(rating && rating->run == run.run);
        QObject::connect(action, &QAction::triggered, page,
                         [this, number = run.run] { session.rater().useRun(number); });
    }
    if (count == 0)
        modelMenu->addAction(RatePage::tr("No run has a model yet"))->setEnabled(false);
    modelMenu->addSeparator();
    QObject::connect(modelMenu->addAction(RatePage::tr("Open model file…")), &QAction::triggered, page,
                     [this] { chooseModel(); });
}

void RatePage::Private::chooseFiles()
{
    const QStringList files = askForPictures(page);
    if (!files.isEmpty())
        session.board().rate(files);
}

void RatePage::Private::chooseModel()
{
    const QString file =
        askForFile(page, RatePage::tr("Open model"), RatePage::tr("Models (*.dankmodel);;All files (*)"));
    if (!file.isEmpty())
        session.rater().open(file);
}

void RatePage::Private::paste()
{
    const QMimeData *mime = QApplication::clipboard()->mimeData();
    if (!mime)
        return;
    const DropContent content = readDrop(*mime, true);
    if (content.kind == DropContent::Kind::Pictures)
        session.board().rate(content.paths);
    else if (content.kind == DropContent::Kind::ImageBytes)
        session.board().rateImage(content.image,
                                  content.imageName.isEmpty() ? RatePage::tr("pasted picture") : content.imageName);
    else
        session.workplace().say({Message::Severity::Info, RatePage::tr("The clipboard holds no picture."), {}, {}});
}

void RatePage::Private::exportScores(bool asJson)
{
    const QString ending = asJson ? QStringLiteral(".json") : QStringLiteral(".csv");
    QString file = QFileDialog::getSaveFileName(page, RatePage::tr("Export scores"), QStringLiteral("scores") + ending,
                                                asJson ? RatePage::tr("JSON (*.json)") : RatePage::tr("CSV (*.csv)"));
    if (file.isEmpty())
        return;
    if (!file.endsWith(ending, Qt::CaseInsensitive))
        file += ending;
    // In the board's order, as it is seen.
    std::vector<RatedItem> items;
    for (int row = 0; row < model->rowCount(); ++row)
        items.push_back(*model->item(row));
    const QByteArray bytes = asJson ? scoresToJson(items) : scoresToCsv(items);
    try {
        writeFileAtomically(std::filesystem::path(QFile::encodeName(file).toStdString()),
                            std::string_view(bytes.constData(), std::size_t(bytes.size())));
    } catch (const Error &error) {
        session.workplace().say({Message::Severity::Error, QString::fromStdString(error.what()), {}, {}});
    }
}

}  // namespace dank::ui
