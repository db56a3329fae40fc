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

#include "core/base/error.h"
#include "core/base/file.h"
#include "ui/charts/score_strip.h"
#include "ui/memes/meme_wall.h"
#include "ui/rate/score_board.h"
#include "ui/rate/score_model.h"
#include "ui/widgets/card.h"
#include "ui/widgets/drop_content.h"
#include "ui/widgets/set_up.h"
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

struct RatePage : QWidget {
    RatePage(Session &s, std::function<void(Page)> goes, QWidget *parent);

    void showModel();
    void showVerdict(const Model &rating);
    void evaluate();
    void showScores(const ItemRange *changed);
    void fillModels();
    void chooseFiles();
    void chooseModel();
    void paste();
    void exportScores(bool json);

    Session &session;
    std::function<void(Page)> goTo;
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

RatePage::RatePage(Session &s, std::function<void(Page)> goes, QWidget *parent)
    : QWidget(parent), session(s), goTo(std::move(goes)), header(new PageHeader(tr("Rate"), this)),
      modelButton(menuButton(this)), exportButton(menuButton(this)), modelMenu(modelButton->menu()),
      clear(new QPushButton(tr("Clear"), this)), csv(new QAction(tr("Scores as CSV…"), this)),
      json(new QAction(tr("Scores as JSON…"), this)), verdict(new VerdictBanner(this)), stack(new QStackedWidget(this)),
      empty(new EmptyState(QStringLiteral("rate"), tr("Train or load a model, and every meme you drop gets its score."),
                           tr("Open model file…"), this)),
      trainInstead(new QPushButton(this)), drop(new DropCard(this)), dropIcon(new QLabel(drop)),
      stripCard(new Card({}, this)),
      stripText(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, stripCard)),
      strip(new ScoreStrip(stripCard)), model(new ScoreModel(this)), board(new ScoreBoard(*model, s, this)),
      nothing(new TextLabel(tr("The dankest meme comes out on top here."), int(TextRole::Body), TextLabel::Tone::Muted,
                            this))
{
    addWidgets(*header->controls(), {modelButton, clear, exportButton});
    modelButton->setAccessibleName(tr("Model"));
    exportButton->setText(tr("Export scores ▾"));
    exportButton->menu()->addActions({csv, json});
    csv->setObjectName(QStringLiteral("exportScoresCsv"));
    json->setObjectName(QStringLiteral("exportScoresJson"));
    header->setSubtitle(tr("Drop memes anywhere on the window, paste them, or choose files"));

    auto *row = newBox<QHBoxLayout>(14, drop, {14, 14, 14, 14});
    row->addStretch(1);
    row->addWidget(dropIcon);
    auto *texts = newBox<QVBoxLayout>(2);
    texts->addStretch(1);
    texts->addWidget(new TextLabel(tr("Drop memes here"), int(TextRole::Heading), TextLabel::Tone::Normal, drop));
    texts->addWidget(
        new TextLabel(tr("images, a pile or a folder"), int(TextRole::Body), TextLabel::Tone::Muted, drop));
    texts->addStretch(1);
    row->addLayout(texts);
    auto *choose = new QPushButton(tr("Choose files…"), drop);
    auto *pasteButton = new QPushButton(tr("Paste"), drop);
    auto *buttons = newBox<QVBoxLayout>(6);  // one above the other, so that they fit beside the text in a small window
    buttons->addStretch(1);
    buttons->addWidget(choose);
    buttons->addWidget(pasteButton);
    buttons->addStretch(1);
    row->addLayout(buttons);
    row->addStretch(1);
    connect(choose, &QPushButton::clicked, this, [this] { chooseFiles(); });
    connect(pasteButton, &QPushButton::clicked, this, [this] { paste(); });

    stripText->setElided(true);
    stripCard->body()->addWidget(stripText);
    stripCard->body()->addWidget(strip, 1);
    drop->setFixedHeight(120);
    stripCard->setFixedSize(280, 120);
    trainInstead->setText(tr("Train a model"));
    empty->extra()->addWidget(trainInstead, 0, Qt::AlignHCenter);
    nothing->setAlignment(Qt::AlignCenter);

    auto *full = new QWidget;
    auto *column = newBox<QVBoxLayout>(14, full);
    auto *upper = newBox<QHBoxLayout>(14);
    upper->addWidget(drop, 1);
    upper->addWidget(stripCard);
    column->addWidget(verdict);
    column->addLayout(upper);
    column->addWidget(nothing, 1);
    column->addWidget(board, 1);
    stack->addWidget(empty);
    stack->addWidget(full);

    auto *outer = newBox<QVBoxLayout>(14, this, {20, 16, 20, 12});
    outer->addWidget(header);
    outer->addWidget(stack, 1);

    connect(verdict, &VerdictBanner::clicked, this, [this] { evaluate(); });
    connect(empty, &EmptyState::clicked, this, [this] { chooseModel(); });
    connect(trainInstead, &QPushButton::clicked, this, [this] {
        if (session.data().dataset())
            session.training().train();
        else
            session.openSample();
    });
    connect(clear, &QPushButton::clicked, this, [this] { session.board().clear(); });
    connect(csv, &QAction::triggered, this, [this] { exportScores(false); });
    connect(json, &QAction::triggered, this, [this] { exportScores(true); });
    connect(modelMenu, &QMenu::aboutToShow, this, [this] { fillModels(); });
    connect(&session, &Session::changed, this, [this](const ChangeEvent &change) {
        if (change == Change::Scores)
            showScores(change.as<ItemRange>());
        if (change == Change::Model || change == Change::Runs || change == Change::Evaluation
            || change == Change::Dataset || change == Change::Job || change == Change::Training
            || change == Change::Scores)
            showModel();
    });
    followPalette(this, [this] {
        dropIcon->setPixmap(icon(QStringLiteral("drop"), tokensFor(palette()).accent).pixmap(28, 28));
    });
    showScores(nullptr);
    showModel();
}

void RatePage::showModel()
{
    const auto rating = session.rater().model();
    const auto &scores = session.board().items();
    stack->setCurrentIndex(rating ? 1 : 0);
    clear->setVisible(rating || !scores.empty());
    exportButton->setVisible(rating != nullptr);
    clear->setEnabled(!scores.empty());
    if (!rating) {
        const QString waiting =
            scores.empty()
                ? tr("Drop images already: they wait for it.")
                : tr("%1 waiting for a model.").arg(countOf(qint64(scores.size()), tr("image"), tr("images")));
        empty->setHint(waiting);
        trainInstead->setText(session.data().dataset() ? tr("Train a model") : tr("Try the sample"));
        trainInstead->setEnabled(session.data().dataset() ? session.actions().train : session.actions().open);
        modelButton->setText(tr("No model ▾"));
        return;
    }
    const bool live = session.chart().shown().live && session.chart().shown().run == rating->run;
    QString name = menuText(plainTitle(rating->name), 40);
    if (name.isEmpty())
        name = tr("unnamed");
    QString text = tr("Model: %1, epoch %2").arg(name).arg(rating->epoch);
    if (live)
        text += tr(", still training");
    if (rating->untrainedBackbone)
        text += tr(", untrained network");
    modelButton->setText(text + QStringLiteral(" ▾"));
    modelButton->setToolTip(plainToolTip(plainTitle(rating->backbone)));
    QString reference = plainTitle(rating->referenceName, 80);
    if (reference.isEmpty())
        reference = tr("%1 reference memes").arg(groupedNumber(qint64(rating->reference.size())));
    stripText->setText(tr("Where they fall among %1").arg(reference));
    strip->setReference(rating->reference);
    model->setReference(QString::fromStdString(rating->name), reference);
    showVerdict(*rating);
}

/// With a way to its reasons where the run is at hand; else they stand here.
void RatePage::showVerdict(const Model &rating)
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
        text += tr(". Take the scores below for guesses.");
    verdict->setVerdict(judged.kind, plainTitle(judged.headline), text);
    verdict->setAction(!leads ? QString() : judged.kind ? tr("See why") : tr("Evaluate it"));
}

void RatePage::evaluate()
{
    if (const auto rating = session.rater().model(); rating && session.evaluations().model() != rating)
        session.evaluations().evaluate(rating->run);
    goTo(Page::Evaluate);
}

void RatePage::showScores(const ItemRange *changed)
{
    const auto &scores = session.board().items();
    model->setItems(scores, changed);
    std::vector<ScoreStrip::Mark> ticks;
    std::size_t waiting = 0, skipped = 0;
    for (const auto &item : scores) {
        if (item.state == RatedItem::State::Scored)
            ticks.push_back({item.score.dankness, item.name});
        else
            ++(item.state == RatedItem::State::Waiting ? waiting : skipped);
    }
    QStringList parts;
    if (!ticks.empty())
        parts << tr("%1 rated").arg(groupedNumber(qint64(ticks.size())));
    if (waiting > 0)
        parts << tr("%1 waiting").arg(groupedNumber(qint64(waiting)));
    if (skipped > 0)
        parts << tr("%1 skipped, with reasons at the end").arg(groupedNumber(qint64(skipped)));
    header->setSubtitle(parts.isEmpty() ? tr("Drop memes anywhere on the window, paste them, or choose files")
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

void RatePage::fillModels()
{
    modelMenu->clear();
    const auto rating = session.rater().model();
    int count = 0;
    for (const auto &run : session.runs().all()) {
        const bool live = session.chart().shown().live && session.chart().shown().run == run.run;
        if ((run.model.empty() && !live) || !run.problem.empty() || ++count > 30)
            continue;
        const QString text =
            live ? tr("Run %1, still training").arg(run.run) : tr("Run %1, epoch %2").arg(run.run).arg(run.bestEpoch);
        QAction *action = modelMenu->addAction(
            run.note.empty() ? text : text + QStringLiteral(": ") + menuText(plainTitle(run.note), 40));
        action->setCheckable(true);
        action->setChecked(rating && rating->run == run.run);
        connect(action, &QAction::triggered, this, [this, number = run.run] { session.rater().useRun(number); });
    }
    if (count == 0)
        modelMenu->addAction(tr("No run has a model yet"))->setEnabled(false);
    modelMenu->addSeparator();
    connect(modelMenu->addAction(tr("Open model file…")), &QAction::triggered, this, [this] { chooseModel(); });
}

void RatePage::chooseFiles()
{
    const QStringList files = askForPictures(this);
    if (!files.isEmpty())
        session.board().rate(files);
}

void RatePage::chooseModel()
{
    const QString file = askForFile(this, tr("Open model"), tr("Models (*.dankmodel);;All files (*)"));
    if (!file.isEmpty())
        session.rater().open(file);
}

void RatePage::paste()
{
    const QMimeData *mime = QApplication::clipboard()->mimeData();
    if (!mime)
        return;
    const DropContent content = readDrop(*mime, true);
    if (content.kind == DropContent::Kind::Files)
        session.board().rate(content.paths);
    else if (content.kind == DropContent::Kind::ImageBytes)
        session.board().rateImage(content.image,
                                  content.imageName.isEmpty() ? tr("pasted picture") : content.imageName);
    else
        session.workplace().say({Message::Severity::Info, tr("The clipboard holds no picture."), {}, {}});
}

void RatePage::exportScores(bool asJson)
{
    const QString ending = asJson ? QStringLiteral(".json") : QStringLiteral(".csv");
    QString file = QFileDialog::getSaveFileName(this, tr("Export scores"), QStringLiteral("scores") + ending,
                                                asJson ? tr("JSON (*.json)") : tr("CSV (*.csv)"));
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

}  // namespace

QWidget *makeRatePage(Session &session, std::function<void(Page)> goTo, QWidget *parent)
{
    return new RatePage(session, std::move(goTo), parent);
}

}  // namespace dank::ui
