#include "ui/rate/caption_panel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QTableWidget>

#include <algorithm>

#include "core/model/caption_comparison.h"
#include "ui/charts/number_text.h"
#include "ui/memes/meme_wall.h"
#include "ui/rate/score_model.h"
#include "ui/widgets/card.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kLongestCaption = 2000, kTypingMs = 150, kRowHeight = 26, kRows = 5;

}  // namespace

CaptionPanel::CaptionPanel(RatingBoard &board, QWidget *parent)
    : QWidget(parent), m_board(board), m_field(new QLineEdit(this)),
      m_source(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_readLine(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_parts(paragraph({}, this, TextRole::Caption, TextLabel::Tone::Muted)),
      m_verdict(paragraph({}, this, TextRole::Caption, TextLabel::Tone::Muted)),
      m_useRead(new QPushButton(tr("Use what was read"), this)), m_add(new QPushButton(tr("Add this caption"), this)),
      m_remove(new QPushButton(tr("Remove"), this)), m_copy(new QPushButton(tr("Copy"), this)),
      m_compared(new QTableWidget(0, 3, this))
{
    m_field->setObjectName(QStringLiteral("caption"));
    m_field->setAccessibleName(tr("Caption"));
    m_field->setMaxLength(kLongestCaption);
    m_source->setObjectName(QStringLiteral("captionSource"));
    m_verdict->setObjectName(QStringLiteral("captionsVerdict"));
    m_useRead->setObjectName(QStringLiteral("useRead"));
    m_add->setObjectName(QStringLiteral("addCaption"));
    m_useRead->setProperty("link", true);
    // Enter is the field's.
    for (QPushButton *button : {m_useRead, m_add, m_remove, m_copy})
        button->setAutoDefault(false);

    m_compared->setHorizontalHeaderLabels({tr("Caption"), tr("Dankness"), tr("Danker than")});
    setUpTable(*m_compared, tr("Compared captions"), kRowHeight);
    m_compared->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_compared->setSelectionMode(QAbstractItemView::SingleSelection);
    QHeaderView *columns = m_compared->horizontalHeader();
    columns->setSectionResizeMode(0, QHeaderView::Stretch);
    for (const int column : {1, 2})
        columns->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    m_compared->setFixedHeight(kRowHeight * (kRows + 1) + 4);
    m_compared->installEventFilter(this);

    auto *column = newBox<QVBoxLayout>(6, this);
    auto *title = newBox<QHBoxLayout>(8);
    title->addWidget(new TextLabel(tr("Caption"), int(TextRole::Heading), TextLabel::Tone::Normal, this));
    title->addWidget(m_source, 1);
    title->addWidget(m_useRead);
    column->addLayout(title);
    m_readLine->setElided(true);
    addWidgets(*column, {m_field, m_readLine, m_parts});
    column->addSpacing(10);
    auto *comparing = newBox<QHBoxLayout>(8);
    comparing->addWidget(new TextLabel(tr("Compare captions"), int(TextRole::Heading), TextLabel::Tone::Normal, this),
                         1);
    comparing->addWidget(m_add);
    column->addLayout(comparing);
    column->addWidget(m_compared);
    auto *buttons = newBox<QHBoxLayout>(6);
    addWidgets(*buttons, {m_remove, m_copy});
    buttons->addStretch(1);
    column->addLayout(buttons);
    column->addWidget(m_verdict);
    column->addStretch(1);

    m_typing.setSingleShot(true);
    m_typing.setInterval(kTypingMs);
    connect(&m_typing, &QTimer::timeout, this, [this] { say(); });
    connect(m_field, &QLineEdit::textEdited, this, [this](const QString &text) {
        m_source->setText(text.isEmpty() ? QString() : tr("typed"));
        m_add->setEnabled(!text.trimmed().isEmpty());
        m_typing.start();
    });
    connect(m_field, &QLineEdit::returnPressed, this, [this] { add(); });
    connect(m_useRead, &QPushButton::clicked, this, [this] {
        m_typing.stop();
        m_board.useWhatWasRead(m_place);
        if (m_place < m_board.items().size())
            m_field->setText(m_board.items()[m_place].caption);
    });
    connect(m_add, &QPushButton::clicked, this, [this] { add(); });
    connect(m_remove, &QPushButton::clicked, this, [this] { remove(); });
    connect(m_copy, &QPushButton::clicked, this, [this] { copy(); });
    connect(m_compared, &QTableWidget::itemSelectionChanged, this, [this] {
        for (QPushButton *button : {m_remove, m_copy})
            button->setEnabled(m_compared->currentRow() >= 0);
    });
}

/// Rates with what stands in the field.
void CaptionPanel::say()
{
    m_typing.stop();
    m_board.setCaption(m_place, m_field->text());
}

void CaptionPanel::add()
{
    if (m_typing.isActive())
        say();
    m_board.compareCaption(m_place, m_field->text().trimmed());
}

void CaptionPanel::remove()
{
    if (const QString caption = chosen(); !caption.isEmpty())
        m_board.dropCaption(m_place, caption);
}

void CaptionPanel::copy() const
{
    if (const QString caption = chosen(); !caption.isEmpty())
        QGuiApplication::clipboard()->setText(caption);
}

QString CaptionPanel::chosen() const
{
    const QTableWidgetItem *item = m_compared->item(m_compared->currentRow(), 0);
    return item ? item->data(Qt::UserRole).toString() : QString();
}

void CaptionPanel::showItem(std::size_t place, const RatedItem &item)
{
    if (place != m_place && m_typing.isActive())
        say();  // of the picture that was shown
    if (!m_typing.isActive() && (place != m_place || !m_field->hasFocus()))
        m_field->setText(item.caption);
    m_place = place;
    const bool fills = item.scoredBy && !item.scoredBy->readsTitles();  // what is typed stands for what was read
    if (!m_typing.isActive())
        m_source->setText(fills && item.caption.isEmpty() && !item.read.isEmpty() ? tr("empty: what was read counts")
                          : item.caption.isEmpty()                                ? QString()
                          : item.typed                                            ? tr("typed")
                                                                                  : tr("read in the picture"));
    m_field->setPlaceholderText(fills ? tr("What would stand in the picture")
                                      : tr("The title it would be posted with"));
    m_readLine->setText(
        tr("Read in the picture%1: %2")
            .arg(item.score.text.empty() ? tr(", not counted") : QString(), plainTitle(item.read.toStdString(), 200)));
    m_readLine->setVisible(!fills && !item.read.isEmpty());
    m_useRead->setVisible(fills && !item.read.isEmpty());
    m_useRead->setEnabled(item.typed && item.caption != item.read);
    m_add->setEnabled(!m_field->text().trimmed().isEmpty() && item.compared.size() < RatingBoard::kMostCompared);
    m_parts->setText(ScoreModel::parts(item));
    showCompared(item);
}

void CaptionPanel::showCompared(const RatedItem &item)
{
    const QString kept = chosen();
    const bool had = m_compared->rowCount() > 0;
    const QSignalBlocker quiet(m_compared);
    m_compared->setRowCount(int(item.compared.size()));
    std::vector<Score> scores;
    int current = -1;
    for (int row = 0; row < m_compared->rowCount(); ++row) {
        const ComparedCaption &one = item.compared[std::size_t(row)];
        const bool scored = one.score && one.score->skipped.empty();
        if (scored)
            scores.push_back(*one.score);
        const QString shown = plainTitle(one.text.toStdString(), 300);
        const QString texts[] = {shown, scored ? danknessText(one.score->dankness) : QStringLiteral("…"),
                                 scored ? tr("%1 %").arg(qRound(std::clamp(one.score->percentile, 0.0, 100.0)))
                                        : QString()};
        for (int column = 0; column < 3; ++column) {
            auto *cell = new QTableWidgetItem(texts[column]);
            cell->setTextAlignment(column == 0 ? Qt::AlignLeading | Qt::AlignVCenter
                                               : Qt::AlignTrailing | Qt::AlignVCenter);
            cell->setToolTip(plainToolTip(shown));
            cell->setData(Qt::UserRole, one.text);
            m_compared->setItem(row, column, cell);
        }
        if (one.text == kept)
            current = row;
    }
    m_compared->setCurrentCell(current, current < 0 ? -1 : 0);
    for (QPushButton *button : {m_remove, m_copy})
        button->setEnabled(current >= 0);
    const std::string verdict = captionsVerdict(scores);
    m_verdict->setText(!verdict.empty() ? QString::fromStdString(verdict)
                       : had || !item.compared.empty()
                           ? tr("Add another caption to hold it against.")
                           : tr("Add captions to hold them against each other, the best first."));
}

bool CaptionPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_compared && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Delete || key->key() == Qt::Key_Backspace) {
            remove();
            return true;
        }
        if (key->matches(QKeySequence::Copy)) {
            copy();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace dank::ui
