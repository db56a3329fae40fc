#include "ui/moderation/moderation_dialog.h"

#include <QCheckBox>
#include <QKeyEvent>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/store/moderation/moderation_export.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/number_text.h"
#include "ui/memes/meme_wall.h"
#include "ui/moderation/moderation_list.h"
#include "ui/moderation/moderation_model.h"
#include "ui/moderation/moderation_picture.h"
#include "ui/moderation/threshold_chart.h"
#include "ui/moderation/threshold_panel.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/window_dialogs.h"

namespace dank::ui {

namespace {

constexpr int kList = 216, kSide = 250, kWideSide = 360;  // pixels; all of it fits the smallest window

}  // namespace

ModerationDialog::ModerationDialog(Session &session, std::shared_ptr<const Evaluation> evaluation,
                                   std::shared_ptr<const Dataset> dataset, QWidget *parent)
    : QDialog(parent), m_session(session), m_evaluation(std::move(evaluation)), m_dataset(std::move(dataset)),
      m_label(m_evaluation->classes->label),
      m_decisions(DecisionStore(session.workplace().folder(), m_dataset->contentHash(), m_label)),
      m_model(new ModerationModel(session.thumbnails(), m_evaluation, m_dataset, this)),
      m_list(new ModerationList(*m_model, this)), m_picture(new ModerationPicture(session, this)),
      m_threshold(new ThresholdPanel(m_evaluation, this)), m_blur(new QCheckBox(tr("&Blur pictures"), this)),
      m_undo(new QToolButton(this)), m_redo(new QToolButton(this)),
      m_title(paragraph({}, this, TextRole::Heading, TextLabel::Tone::Normal)), m_facts(paragraph({}, this)),
      m_state(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_trouble(paragraph({}, this, TextRole::Body, TextLabel::Tone::Bad))
{
    setWindowTitle(tr("Moderate"));
    setObjectName(QStringLiteral("moderation"));
    m_state->setObjectName(QStringLiteral("decided"));
    m_trouble->setObjectName(QStringLiteral("trouble"));
    connectChartExport(*m_threshold->chart(), QStringLiteral("threshold"));

    auto *column = newBox<QVBoxLayout>(10, this, {14, 12, 14, 12});
    column->addWidget(makeTop());
    column->addWidget(m_trouble);
    auto *columns = newBox<QHBoxLayout>(10);
    auto *memes = new Card({}, this);
    memes->setMinimumWidth(kList);
    memes->body()->addWidget(m_list, 1);
    memes->layout()->setContentsMargins(4, 6, 4, 6);
    columns->addWidget(memes, 3);
    columns->addWidget(makeMeme(), 5);
    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(kSide);
    scroll->setMaximumWidth(kWideSide);
    scroll->setWidget(m_threshold);
    columns->addWidget(scroll, 3);
    column->addLayout(columns, 1);
    column->addWidget(makeBottom());

    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] { showMeme(); });
    const auto reveal = [this] {
        const int row = m_list->currentIndex().row();
        m_revealed = m_revealed == row ? -1 : row;
        showMeme();
    };
    connect(m_list, &ModerationList::revealAsked, this, reveal);
    connect(m_picture, &ModerationPicture::clicked, this, reveal);
    connect(m_blur, &QCheckBox::toggled, this, [this](bool on) {
        m_model->setBlurred(on);
        showMeme();
    });
    connect(m_threshold, &ThresholdPanel::thresholdChanged, this, [this](double threshold) {
        m_model->setThreshold(threshold);
        m_list->showLine();
    });
    connect(&m_decisions, &ModerationDecisions::changed, this, [this] {
        m_trouble->hide();
        m_model->setDecisions(m_decisions.all());
        showState();
    });
    connect(&m_decisions, &ModerationDecisions::failed, this, [this](const QString &why) {
        m_trouble->setText(why);
        m_trouble->show();
    });
    connect(&m_decisions, &ModerationDecisions::stepped, this,
            [this](const QString &id) { goTo(m_model->rowOf(id.toStdString())); });

    m_trouble->setText(m_decisions.problem());
    m_trouble->setVisible(!m_decisions.problem().isEmpty());
    for (QPushButton *choice : m_choices)
        choice->setEnabled(m_decisions.problem().isEmpty());
    m_blur->setChecked(true);
    m_model->setDecisions(m_decisions.all());
    showState();
    const QSize room = parent ? parent->window()->size() : QSize(1100, 700);
    resize(std::max(room.width() - 40, 800), std::max(room.height() - 40, 480));
    // Where the last one left off.
    int first = 0;
    while (first + 1 < m_model->rowCount() && m_model->decision(first))
        ++first;
    goTo(first);
    m_list->setFocus();
}

QWidget *ModerationDialog::makeTop()
{
    auto *header = new PageHeader(tr("Moderate: %1").arg(plainTitle(m_label.meaning(), 60)), this);
    header->setSubtitle(tr("%1, the most probable first · “Remove” is a mark: no file is ever deleted")
                            .arg(plainTitle(m_evaluation->subset)));
    m_blur->setToolTip(tr("Space shows one picture, B all of them"));
    m_blur->setObjectName(QStringLiteral("blur"));
    auto *button = menuButton(this);
    button->setText(tr("Export ▾"));
    const auto add = [&](const char *name, const QString &text, const QString &file, const QString &done, auto make) {
        QAction *action = button->menu()->addAction(
            text, this, [this, file, done, make] { exportAs(file, done, make(m_decisions.all())); });
        action->setObjectName(QLatin1String(name));
    };
    add("exportDecisions", tr("Decisions as CSV…"), QStringLiteral("decisions"), tr("Exported."),
        [this](const Decisions &all) { return decisionsAsCsv(*m_dataset, m_label, m_evaluation->memes, all); });
    add("exportLabels", tr("Dataset with decisions as labels, to train on…"), QStringLiteral("moderated"),
        tr("Exported. Open it like any dataset; its pictures are found where it lies beside them."),
        [this](const Decisions &all) { return decisionsAsFeed(*m_dataset, m_label, m_evaluation->groupName, all); });
    addWidgets(*header->controls(), {m_blur, button});
    return header;
}

QWidget *ModerationDialog::makeMeme()
{
    auto *card = new Card({}, this);
    m_title->setMaximumHeight(44);
    card->body()->addWidget(m_picture, 1);
    addWidgets(*card->body(), {m_title, m_facts});
    auto *choices = newBox<QHBoxLayout>(6);
    const auto add = [&](Decision decision, QChar key, const char *name, const QString &tip) {
        auto *button = new QPushButton(tr("%1 (%2)").arg(decisionText(decision), QString(key)), card);
        button->setObjectName(QLatin1String(name));
        button->setAutoDefault(false);
        button->setToolTip(tip);
        choices->addWidget(button, 1);
        m_choices.push_back(button);
        connect(button, &QPushButton::clicked, this, [this, decision] {
            decide(decision);
            m_list->setFocus();
        });
    };
    const auto named = [this](Decision decision) { return plainTitle(classOf(decision, m_label), 40); };
    add(Decision::Keep, QLatin1Char('K'), "keep", tr("It is “%1”").arg(named(Decision::Keep)));
    add(Decision::Remove, QLatin1Char('R'), "remove",
        tr("It is “%1”. A mark only: no file is deleted").arg(named(Decision::Remove)));
    add(Decision::Unsure, QLatin1Char('U'), "unsure", tr("Nothing is learnt from it"));
    card->body()->addLayout(choices);
    return card;
}

QWidget *ModerationDialog::makeBottom()
{
    auto *bottom = new QWidget(this);
    auto *row = newBox<QHBoxLayout>(8, bottom);
    const auto setUp = [this](QToolButton *button, const QString &text, const QKeySequence &key,
                              void (QUndoStack::*step)(), void (QUndoStack::*can)(bool)) {
        button->setText(text);
        button->setProperty("button", true);
        button->setToolTip(key.toString(QKeySequence::NativeText));
        button->setEnabled(false);
        connect(button, &QToolButton::clicked, &m_decisions.undo(), step);
        connect(&m_decisions.undo(), can, button, &QToolButton::setEnabled);
    };
    setUp(m_undo, tr("Undo"), QKeySequence::Undo, &QUndoStack::undo, &QUndoStack::canUndoChanged);
    setUp(m_redo, tr("Redo"), QKeySequence::Redo, &QUndoStack::redo, &QUndoStack::canRedoChanged);
    auto *shut = new QPushButton(tr("Close"), bottom);
    shut->setAutoDefault(false);
    connect(shut, &QPushButton::clicked, this, &QDialog::close);
    m_state->setElided(true);
    row->addWidget(m_state, 1);
    addWidgets(*row, {m_undo, m_redo, shut});
    return bottom;
}

void ModerationDialog::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Undo) || event->matches(QKeySequence::Redo)) {
        QUndoStack &undo = m_decisions.undo();
        event->matches(QKeySequence::Undo) ? undo.undo() : undo.redo();
        return;
    }
    if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier))
        return QDialog::keyPressEvent(event);
    const bool again = event->isAutoRepeat();  // a key that is held down decides once
    switch (event->key()) {
    case Qt::Key_K: return again ? void() : decide(Decision::Keep);
    case Qt::Key_R: return again ? void() : decide(Decision::Remove);
    case Qt::Key_U: return again ? void() : decide(Decision::Unsure);
    case Qt::Key_B: return again ? void() : m_blur->toggle();
    default: QDialog::keyPressEvent(event);
    }
}

void ModerationDialog::decide(Decision decision)
{
    const int row = m_list->currentIndex().row();
    if (row >= 0 && m_decisions.decide(m_model->meme(row).id, decision) && row + 1 < m_model->rowCount())
        goTo(row + 1);
}

void ModerationDialog::goTo(int row)
{
    if (row < 0)
        return;
    m_list->setCurrentIndex(m_model->index(row));
    m_list->scrollTo(m_model->index(row));
}

void ModerationDialog::showMeme()
{
    const int row = m_list->currentIndex().row();
    if (row != m_revealed)
        m_revealed = -1;  // blurred again once one has moved on
    m_model->reveal(m_revealed);
    if (row < 0)
        return;
    const JudgedMeme &meme = m_model->meme(row);
    const MemeRecord *record = m_model->record(row);
    m_picture->setPicture(record ? record->image : std::filesystem::path(), m_model->isBlurred(row));
    m_title->setText(plainTitle(record && !record->title.empty() ? record->title : meme.id, 120));
    QStringList facts{tr("%1 %").arg(fixedNumber(100 * meme.predicted, 1)),
                      tr("labelled “%1”").arg(plainTitle(m_model->classOfRow(row), 40))};
    if (!meme.group.empty())
        facts << plainTitle(meme.group, 40);
    facts << plainTitle(meme.id, 40);
    m_facts->setText(facts.join(QStringLiteral(" · ")));
}

void ModerationDialog::showState()
{
    int count[3] = {}, against = 0, decided = 0;
    for (int row = 0; row < m_model->rowCount(); ++row)
        if (const auto decision = m_model->decision(row)) {
            ++decided;
            ++count[int(*decision)];
            against += *decision != Decision::Unsure && classOf(*decision, m_label) != m_model->classOfRow(row);
        }
    QString text = tr("%1 of %2 decided").arg(groupedNumber(decided), groupedNumber(m_model->rowCount()));
    if (decided > 0)
        text +=
            tr(": %1 keep, %2 remove, %3 unsure; %4 against the label")
                .arg(groupedNumber(count[0]), groupedNumber(count[1]), groupedNumber(count[2]), groupedNumber(against));
    m_state->setText(text);
}

void ModerationDialog::exportAs(const QString &name, const QString &done, const std::string &contents)
{
    const QString ending = QStringLiteral(".csv");
    const QString beside = toQString(m_dataset->path().parent_path() / (name + ending).toStdString());
    const QString file = askWhereToSave(this, tr("Export"), beside, ending);
    if (file.isEmpty())
        return;
    const TaskResult result = runGuarded([&] {
        std::error_code none;
        if (std::filesystem::equivalent(toPath(file), m_dataset->path(), none))
            throw Error(ErrorKind::File, "'" + displayPath(toPath(file))
                                             + "' is the dataset itself, which stays as it is. "
                                             + "Choose another name.");
        writeFileAtomically(toPath(file), contents);
    });
    const bool failed = result.outcome == TaskResult::Outcome::Failed;
    m_trouble->setText(QString::fromStdString(result.text));
    m_trouble->setVisible(failed);
    if (!failed)
        m_state->setText(done);
}

}  // namespace dank::ui
