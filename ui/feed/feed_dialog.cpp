#include "ui/feed/feed_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QListView>
#include <QPushButton>
#include <QStandardItemModel>

#include <algorithm>

#include "core/base/file.h"
#include "ui/feed/feed_rows.h"
#include "ui/feed/feed_text.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kWidth = 880, kHeight = 580, kFieldsWidth = 348, kMarkWidth = 54, kPopupWidth = 380;
constexpr int kLongestName = 48, kLongestExample = 40, kMostItems = 14;

FeedField fieldAt(std::size_t place)
{
    return static_cast<FeedField>(place);
}

}  // namespace

FeedDialog::FeedDialog(Session &session, FeedQuestion question, QWidget *parent)
    : QDialog(parent), m_session(session), m_question(std::move(question)), m_pictures(m_question.options.images),
      m_trials(m_question.file, m_question.options.map), m_columns(new QStandardItemModel(this))
{
    const QString name = shownText(displayPath(m_question.file.filename()), kLongestName);
    setWindowTitle(tr("Columns"));
    auto *layout = newBox<QVBoxLayout>(12, this, {20, 18, 20, 16});
    auto *head = newBox<QVBoxLayout>(2);
    auto *title = new TextLabel(tr("Columns of %1").arg(name), static_cast<int>(TextRole::Title));
    title->setElided(true);
    m_layout =
        new TextLabel(tr("Reading its first rows…"), static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted);
    m_layout->setElided(true);
    addWidgets(*head, {title, m_layout});
    layout->addLayout(head);
    if (!m_question.why.isEmpty()) {
        auto *why = paragraph(m_question.why, this, TextRole::Body, TextLabel::Tone::Warn);
        why->setObjectName(QStringLiteral("why"));
        layout->addWidget(why);
    }
    auto *middle = newBox<QHBoxLayout>(20);
    auto *left = newBox<QVBoxLayout>(16);
    addWidgets(*left, {makeFields(), makePictures()});
    left->addStretch(1);
    middle->addLayout(left);
    middle->addWidget(makeRows(), 1);
    layout->addLayout(middle, 1);
    layout->addWidget(makeButtons());
    setMinimumSize(700, 440);
    QSize size(kWidth, kHeight);
    if (parent)  // no larger than its window, where that is small
        size = size.boundedTo(parent->window()->size().expandedTo(minimumSize()));
    resize(size);

    connect(&m_trials, &FeedTrials::opened, this, &FeedDialog::fillFields);
    connect(&m_trials, &FeedTrials::changed, this, &FeedDialog::showTrial);
    setPictures(m_pictures);
    showTrial();
}

QWidget *FeedDialog::makeFields()
{
    auto *box = new QWidget;
    box->setFixedWidth(kFieldsWidth);
    auto *grid = new QGridLayout(box);
    grid->setContentsMargins({});
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(1, 1);
    for (std::size_t f = 0; f < kFeedFields; ++f) {
        auto *list = m_fields[f] = new Calm<QComboBox>;
        list->setObjectName(QLatin1String(feedFieldName(fieldAt(f))));
        list->setAccessibleName(fieldText(fieldAt(f)));
        list->setModel(m_columns);
        // A column's name is somebody else's: it must not widen the dialog.
        list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        list->setMinimumContentsLength(8);
        list->setMaxVisibleItems(kMostItems);
        list->setEnabled(false);
        list->view()->setTextElideMode(Qt::ElideRight);
        list->view()->setMinimumWidth(kPopupWidth);
        if (auto *view = qobject_cast<QListView *>(list->view()))
            view->setUniformItemSizes(true);  // there may be ten thousand
        auto *label = new TextLabel(fieldLabel(fieldAt(f)), static_cast<int>(TextRole::Body));
        label->setBuddy(list);
        m_marks[f] = new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted);
        m_marks[f]->setFixedWidth(kMarkWidth);
        const int row = static_cast<int>(f);
        grid->addWidget(label, row, 0);
        grid->addWidget(list, row, 1);
        grid->addWidget(m_marks[f], row, 2);
        connect(list, &QComboBox::activated, this, &FeedDialog::attempt);
        connect(list, &QComboBox::currentIndexChanged, list,
                [list](int index) { list->setToolTip(plainToolTip(list->itemText(index))); });
    }
    return box;
}

QWidget *FeedDialog::makePictures()
{
    auto *box = new QWidget;
    box->setFixedWidth(kFieldsWidth);
    auto *layout = newBox<QVBoxLayout>(6, box);
    m_folder = new TextLabel({}, static_cast<int>(TextRole::Body), TextLabel::Tone::Muted);
    m_folder->setObjectName(QStringLiteral("folder"));
    m_folder->setElided(true);
    auto *choose = new QPushButton(tr("C&hoose a folder…"));
    m_beside = new QPushButton(tr("Besi&de the file"));
    m_beside->setObjectName(QStringLiteral("beside"));
    for (QPushButton *button : {choose, m_beside})
        button->setAutoDefault(false);
    auto *buttons = newBox<QHBoxLayout>(8);
    addWidgets(*buttons, {choose, m_beside});
    buttons->addStretch(1);
    layout->addWidget(new TextLabel(tr("Where the pictures are"), static_cast<int>(TextRole::Heading)));
    layout->addWidget(m_folder);
    layout->addLayout(buttons);
    connect(choose, &QPushButton::clicked, this, [this] {
        const auto from = m_pictures.empty() ? m_question.file.parent_path() : m_pictures;
        const QString folder = QFileDialog::getExistingDirectory(this, tr("Where the pictures are"), toQString(from));
        if (!folder.isEmpty())
            setPictures(toPath(folder));
    });
    connect(m_beside, &QPushButton::clicked, this, [this] { setPictures({}); });
    return box;
}

QWidget *FeedDialog::makeRows()
{
    auto *box = new QWidget;
    auto *layout = newBox<QVBoxLayout>(6, box);
    auto *head = newBox<QHBoxLayout>(10);
    m_count = new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted);
    m_count->setObjectName(QStringLiteral("count"));
    m_count->setAlignment(Qt::AlignTrailing | Qt::AlignVCenter);
    m_count->setElided(true);
    auto *title = new TextLabel(tr("First &rows"), static_cast<int>(TextRole::Heading));
    m_rows = new FeedRows(m_session.thumbnails());
    title->setBuddy(m_rows);
    head->addWidget(title);
    head->addWidget(m_count, 1);
    m_leftOut = paragraph({}, box);
    m_leftOut->setObjectName(QStringLiteral("leftOut"));
    layout->addLayout(head);
    layout->addWidget(m_rows, 1);
    layout->addWidget(m_leftOut);
    return box;
}

QWidget *FeedDialog::makeButtons()
{
    auto *box = new QWidget;
    auto *layout = newBox<QHBoxLayout>(8, box);
    m_back = new QPushButton(tr("&Back to what is guessed"));
    m_back->setObjectName(QStringLiteral("guess"));
    auto *note = new TextLabel(tr("Files with the same columns open like this from now on."),
                               static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted);
    note->setElided(true);
    note->setAlignment(Qt::AlignTrailing | Qt::AlignVCenter);
    auto *cancel = new QPushButton(tr("&Cancel"));
    m_use = new QPushButton(tr("&Use"));
    m_use->setObjectName(QStringLiteral("use"));
    m_use->setProperty("primary", true);
    for (QPushButton *button : {m_back, cancel})
        button->setAutoDefault(false);
    m_use->setDefault(true);
    layout->addWidget(m_back);
    layout->addWidget(note, 1);
    layout->addSpacing(4);
    addWidgets(*layout, {cancel, m_use});
    connect(m_back, &QPushButton::clicked, this, [this] {
        setMapping(m_trials.file()->guessed);
        attempt();
    });
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_use, &QPushButton::clicked, this, &FeedDialog::use);
    return box;
}

/// The file is there: its columns can be chosen.
void FeedDialog::fillFields()
{
    const FeedTrials::File &file = *m_trials.file();
    m_layout->setText(QStringLiteral("%1 · %2").arg(QString::fromStdString(file.layout),
                                                    countOf(qint64(file.columnCount), tr("column"), tr("columns"))));
    m_columns->clear();
    m_columns->appendRow(new QStandardItem(tr("none")));
    for (std::size_t c = 0; c < file.columns.size(); ++c) {
        QString text = shownText(file.columns[c], kLongestName);
        if (text.isEmpty())
            text = tr("(no name)");
        if (const QString example = shownText(file.examples[c], kLongestExample); !example.isEmpty())
            text += QStringLiteral("  ·  ") + example;
        m_columns->appendRow(new QStandardItem(text));
    }
    for (QComboBox *field : m_fields)
        field->setEnabled(true);
    setMapping(file.begun);
    m_fields.front()->setFocus();
    attempt();
}

void FeedDialog::setMapping(const FeedMapping &mapping)
{
    const std::vector<std::string> &columns = m_trials.file()->columns;
    for (std::size_t f = 0; f < kFeedFields; ++f) {
        const auto at = std::ranges::find(columns, mapping.columns[f]);
        const bool none = mapping.columns[f].empty() || at == columns.end();
        m_fields[f]->setCurrentIndex(none ? 0 : static_cast<int>(at - columns.begin()) + 1);
    }
}

FeedMapping FeedDialog::mapping() const
{
    FeedMapping mapping;
    for (std::size_t f = 0; m_trials.file() && f < kFeedFields; ++f)
        if (const int index = m_fields[f]->currentIndex(); index > 0)
            mapping.columns[f] = m_trials.file()->columns[static_cast<std::size_t>(index) - 1];
    return mapping;
}

FeedOptions FeedDialog::chosen() const
{
    FeedOptions options{mapping(), m_pictures};
    if (!m_trials.file() || options.map.columns == m_trials.file()->guessed.columns)
        options.map = {};
    else
        for (std::string &column : options.map.columns)
            if (column.empty())
                column = kNoColumn;
    return options;
}

void FeedDialog::setPictures(const std::filesystem::path &folder)
{
    m_pictures = folder;
    m_folder->setText(folder.empty() ? tr("In memes or images beside the file")
                                     : QString::fromStdString(printable(displayPath(folder))));
    m_beside->setVisible(!folder.empty());
    attempt();
}

void FeedDialog::attempt()
{
    if (m_trials.file())
        m_trials.attempt(chosen());
}

void FeedDialog::showTrial()
{
    const FeedTrials::File *const file = m_trials.file();
    const auto trial = m_trials.trial();
    const FeedMapping now = mapping();
    for (std::size_t f = 0; f < kFeedFields; ++f) {
        const bool guessed = file && !now.columns[f].empty() && now.columns[f] == file->guessed.columns[f];
        m_marks[f]->setText(guessed ? tr("guessed") : QString());
    }
    m_back->setEnabled(file && now.columns != file->guessed.columns);
    if (trial != m_shown)
        m_rows->setTrial(trial.get());
    m_shown = trial;

    QStringList reasons;
    QString count;
    if (trial && !m_trials.isBusy()) {
        for (const auto &[reason, rows] : trial->skipped)
            reasons << QStringLiteral("%1 %2").arg(groupedNumber(qint64(rows)), QLatin1String(skipReasonText(reason)));
        const QString usable = groupedNumber(qint64(trial->usable)),
                      rows = countOf(qint64(trial->rows), tr("row"), tr("rows"));
        count =
            file->whole ? tr("%1 of %2 usable").arg(usable, rows) : tr("%1 of the first %2 usable").arg(usable, rows);
    } else if (m_trials.isBusy()) {
        count = file ? tr("counting…") : tr("reading…");
    }
    m_count->setText(count);
    const bool enough = isEnough(now, file && file->namesItsRows), bad = !m_trials.error().isEmpty();
    m_leftOut->setTone(bad ? TextLabel::Tone::Bad : file && !enough ? TextLabel::Tone::Normal : TextLabel::Tone::Muted);
    m_leftOut->setText(bad                 ? m_trials.error()
                       : file && !enough   ? tr("Choose a column for the upvotes or the label, and one for the picture "
                                                  "or the id that it is found by.")
                       : reasons.isEmpty() ? QString()
                                           : tr("Left out: %1").arg(reasons.join(QStringLiteral(", "))));
    m_leftOut->setVisible(!m_leftOut->text().isEmpty());
    m_use->setEnabled(file && enough && !bad);
}

void FeedDialog::use()
{
    // The session outlives the dialog, which a dataset that comes may close.
    Session &session = m_session;
    const FeedQuestion answered{m_question.file, chosen(), {}};
    accept();
    session.data().open(answered);
}

}  // namespace dank::ui
