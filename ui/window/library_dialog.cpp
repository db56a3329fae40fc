#include "ui/window/library_dialog.h"

#include <QHeaderView>
#include <QMessageBox>
#include <QPushButton>
#include <QTableWidget>

#include <algorithm>

#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kWidth = 720;
constexpr int kRowHeight = 26;
constexpr int kMostRows = 12;

QString nameOf(const StoredItem &item)
{
    if (item.kind == "features")
        return LibraryDialog::tr("features of %1").arg(QString::fromStdString(item.backbone));
    if (item.kind == "facts")
        return LibraryDialog::tr("hashes and measured speeds");
    if (item.kind == "unused")
        return LibraryDialog::tr("unused room in the file");
    return QString::fromStdString(item.kind);
}

}  // namespace

LibraryDialog::LibraryDialog(Session &session, QWidget *parent)
    : FittedDialog(kWidth, parent), m_session(session), m_keeper(session.workplace().folder()),
      m_status(paragraph({}, this, TextRole::Body, TextLabel::Tone::Muted)), m_table(new QTableWidget(0, 4)),
      m_bar(newBar(tr("Progress"))), m_free(new QPushButton(tr("&Free…"))), m_compact(new QPushButton(tr("C&ompact"))),
      m_stop(new QPushButton(tr("&Stop")))
{
    setWindowTitle(tr("Library"));
    m_table->setHorizontalHeaderLabels({tr("What"), tr("Count"), tr("Size"), tr("Last used")});
    setUpTable(*m_table, tr("What the library stores"), kRowHeight);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    QHeaderView *header = m_table->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(0, QHeaderView::Stretch);

    auto *layout = newBox<QVBoxLayout>(10, this, {20, 16, 20, 14});
    layout->addWidget(paragraph(tr("Library"), this, TextRole::Title, TextLabel::Tone::Normal));
    layout->addWidget(
        paragraph(tr("%1. What can be freed stands first, the least used before all else: it is computed again "
                     "when it is needed. Runs, models and weights are never freed here.")
                      .arg(QString::fromStdString(session.workplace().folder().string())),
                  this, TextRole::Body));
    addWidgets(*layout, {m_table, m_status, m_bar});
    auto *close = new QPushButton(tr("Close"));
    auto *buttons = newBox<QHBoxLayout>(8);
    addWidgets(*buttons, {m_free, m_compact, m_stop});
    buttons->addStretch(1);
    buttons->addWidget(close);
    for (QPushButton *button : {m_free, m_compact, m_stop})
        button->setAutoDefault(false);
    close->setDefault(true);
    m_compact->setToolTip(tr("Writes the file anew without its unused room, and gives that back to the disk"));
    layout->addSpacing(4);
    layout->addLayout(buttons);

    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_free, &QPushButton::clicked, this, &LibraryDialog::askAndFree);
    connect(m_compact, &QPushButton::clicked, &m_keeper, &LibraryKeeper::compact);
    connect(m_stop, &QPushButton::clicked, &m_keeper, &LibraryKeeper::stop);
    connect(m_table, &QTableWidget::itemSelectionChanged, this, &LibraryDialog::showState);
    connect(&m_keeper, &LibraryKeeper::freed, this, [this] {
        m_session.features().reset();
        m_session.features().refreshStatuses();
    });
    connect(&m_keeper, &LibraryKeeper::changed, this, [this] {
        if (m_keeper.work() == LibraryKeeper::Work::None)
            showItems();
        showState();
    });
    connect(&session, &Session::changed, this, [this](const ChangeEvent &change) {
        if (change == Change::Job)
            showState();
    });
    showState();
    followPalette(this, [this] { showItems(); });
    m_keeper.look();
}

std::vector<StoredItem> LibraryDialog::chosen() const
{
    std::vector<StoredItem> items;
    for (const QModelIndex &row : m_table->selectionModel()->selectedRows())
        if (const auto at = static_cast<std::size_t>(row.row());
            at < m_keeper.items().size() && m_keeper.items()[at].canBeFreed)
            items.push_back(m_keeper.items()[at]);
    return items;
}

void LibraryDialog::showItems()
{
    const Tokens &tokens = tokensFor(palette());
    const auto &items = m_keeper.items();
    m_table->clearSelection();
    m_table->setRowCount(static_cast<int>(items.size()));
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const StoredItem &item = items[static_cast<std::size_t>(row)];
        const QString texts[] = {nameOf(item), item.kind == "unused" ? QString() : groupedNumber(qint64(item.rows)),
                                 bytesText(item.bytes), QString::fromStdString(item.lastUsed)};
        for (int column = 0; column < 4; ++column) {
            auto *cell = new QTableWidgetItem(texts[column]);
            cell->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
            cell->setToolTip(plainToolTip(column == 0 ? texts[0] : QString::fromStdString(lossOf(item))));
            if (!item.canBeFreed) {
                cell->setFlags(Qt::ItemIsEnabled);
                cell->setForeground(tokens.muted);
            }
            m_table->setItem(row, column, cell);
        }
    }
    m_table->setFixedHeight(m_table->horizontalHeader()->sizeHint().height()
                            + kRowHeight * std::clamp(m_table->rowCount(), 1, kMostRows) + 2);
}

void LibraryDialog::showState()
{
    using Work = LibraryKeeper::Work;
    const Work work = m_keeper.work();
    const bool idle = work == Work::None, atWork = m_session.jobs().status().isBusy();
    const auto items = chosen();
    const auto unused = std::find_if(m_keeper.items().begin(), m_keeper.items().end(),
                                     [](const StoredItem &item) { return item.kind == "unused"; });
    m_free->setEnabled(idle && !atWork && !items.empty());
    m_free->setText(items.empty() ? tr("&Free…") : tr("&Free %1…").arg(bytesText(bytesOf(items))));
    m_compact->setEnabled(idle && !atWork && unused != m_keeper.items().end() && unused->bytes > 0);
    m_stop->setVisible(work == Work::Freeing || work == Work::Compacting);
    m_stop->setEnabled(!m_keeper.isStopping());
    m_bar->setVisible(!idle);
    showProgress(*m_bar, m_keeper.progress().done, m_keeper.progress().total);
    QString loss;
    for (const StoredItem &item : items)
        if (const std::string text = lossOf(item); !text.empty())
            loss += (loss.isEmpty() ? "" : " ") + QString::fromStdString(text);
    const bool bad = idle && m_keeper.failed();
    m_status->setTone(bad ? TextLabel::Tone::Bad : loss.isEmpty() ? TextLabel::Tone::Muted : TextLabel::Tone::Warn);
    m_status->setText(m_keeper.isStopping()        ? tr("Stopping…")
                      : work == Work::Looking      ? tr("Looking at what is stored…")
                      : work == Work::Freeing      ? tr("Freeing…")
                      : work == Work::Compacting   ? tr("Compacting the file…")
                      : bad                        ? m_keeper.told()
                      : atWork                     ? tr("Wait until what is running has ended, or stop it.")
                      : !loss.isEmpty()            ? loss
                      : !m_keeper.told().isEmpty() ? m_keeper.told()
                                                   : tr("%1 in all.").arg(bytesText(bytesOf(m_keeper.items()))));
}

void LibraryDialog::askAndFree()
{
    const auto items = chosen();
    QStringList lines;
    for (const StoredItem &item : items)
        if (const std::string text = lossOf(item); !text.empty())
            lines << QString::fromStdString(text);
    lines << tr("It is computed again from the pictures when it is needed.");
    QMessageBox box(QMessageBox::Warning, tr("Free"),
                    items.size() == 1
                        ? tr("Free %1 (%2)?").arg(nameOf(items.front()), bytesText(bytesOf(items)))
                        : tr("Free %1 kinds of things (%2)?").arg(items.size()).arg(bytesText(bytesOf(items))),
                    QMessageBox::Cancel, this);
    box.setTextFormat(Qt::PlainText);
    box.setInformativeText(lines.join(QLatin1Char('\n')));
    auto *yes = box.addButton(tr("Free"), QMessageBox::DestructiveRole);
    box.setDefaultButton(QMessageBox::Cancel);
    box.exec();
    if (box.clickedButton() == yes)
        m_keeper.free(items);
}

}  // namespace dank::ui
