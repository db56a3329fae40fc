#include "ui/window/device_dialog.h"

#include <QClipboard>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHeaderView>
#include <QPushButton>
#include <QTableWidget>

#include <algorithm>

#include "core/engine/engine_text.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kWidth = 660;
constexpr int kMostHeight = 590;  // the smallest window's
constexpr int kLeastRows = 3;
constexpr int kRowHeight = 22;

QTableWidget *makeTable(const QString &name, const QStringList &columns)
{
    auto *table = new QTableWidget(0, static_cast<int>(columns.size()));
    table->setHorizontalHeaderLabels(columns);
    setUpTable(*table, name, kRowHeight);
    table->setSelectionMode(QAbstractItemView::ContiguousSelection);
    table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    QHeaderView *header = table->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(0, QHeaderView::Stretch);
    header->setVisible(!columns.join(QString()).isEmpty());
    return table;
}

/// The first column to the left, the others to the right, as in a terminal.
void setRow(QTableWidget &table, int row, const std::vector<std::string> &texts)
{
    for (int column = 0; column < static_cast<int>(texts.size()); ++column) {
        const QString text = QString::fromStdString(texts[static_cast<std::size_t>(column)]);
        auto *item = new QTableWidgetItem(text);
        item->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        if (column == 0)
            item->setToolTip(plainToolTip(text));  // a check that could not be made says why there
        table.setItem(row, column, item);
    }
}

/// As high as its rows.
void fitHeight(QTableWidget &table)
{
    const int header = table.horizontalHeader()->isHidden() ? 0 : table.horizontalHeader()->sizeHint().height();
    table.setFixedHeight(header + kRowHeight * table.rowCount() + 2);
}

}  // namespace

DeviceDialog::DeviceDialog(Session &session, QWidget *parent)
    : FittedDialog(kWidth, parent), m_session(session), m_facts(new QFormLayout), m_bar(newBar(tr("Progress"))),
      m_status(paragraph({}, this, TextRole::Body, TextLabel::Tone::Muted)),
      m_checksTitle(
          paragraph(QString::fromStdString(selfTestSubject()), this, TextRole::Body, TextLabel::Tone::Normal)),
      m_speedsTitle(paragraph({}, this, TextRole::Body, TextLabel::Tone::Normal)), m_checks(nullptr),
      m_speeds(makeTable(tr("What this machine does"), {QString(), QString()})), m_run(new QPushButton),
      m_copy(new QPushButton(tr("Copy as &text")))
{
    QStringList columns;
    for (const std::string &column : selfTestColumns())
        columns << QString::fromStdString(column);
    m_checks = makeTable(tr("Self-test"), columns);
    for (int column = 0; column < static_cast<int>(columns.size()); ++column)
        m_checks->horizontalHeaderItem(column)->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight)
                                                                 | Qt::AlignVCenter);

    setWindowTitle(tr("Compute device"));
    auto *layout = newBox<QVBoxLayout>(7, this, {20, 16, 20, 14});
    layout->addWidget(paragraph(tr("Compute device"), this, TextRole::Title, TextLabel::Tone::Normal));
    m_facts->setHorizontalSpacing(16);
    m_facts->setVerticalSpacing(4);
    layout->addLayout(m_facts);
    layout->addWidget(m_status);
    layout->addWidget(m_bar);
    for (QWidget *part : std::initializer_list<QWidget *>{m_checksTitle, m_checks, m_speedsTitle, m_speeds})
        layout->addWidget(part);

    m_run->setObjectName(QStringLiteral("runSelfTest"));
    m_run->setProperty("primary", true);
    auto *choose = new QPushButton(tr("Choose another &device…"));
    auto *close = new QPushButton(tr("Close"));
    // No QDialogButtonBox: it hides its buttons for a moment when the theme changes, and the focus goes elsewhere.
    auto *buttons = newBox<QHBoxLayout>(8);
    buttons->addWidget(choose);
    buttons->addWidget(m_copy);
    buttons->addStretch(1);
    buttons->addWidget(m_run);
    buttons->addWidget(close);
    for (QPushButton *button : {choose, m_copy, close})
        button->setAutoDefault(false);
    m_run->setDefault(true);
    layout->addSpacing(4);
    layout->addLayout(buttons);

    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_run, &QPushButton::clicked, this, &DeviceDialog::runOrStop);
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(text()); });
    connect(choose, &QPushButton::clicked, this, [this] {
        emit chooseRequested();
        accept();
    });
    connect(&session, &Session::changed, this, [this](Change change) {
        if (change == Change::Engine)
            showDevice();
        if (change == Change::Engine || change == Change::DeviceCheck || change == Change::Job
            || change == Change::Reproduction)
            showState();
    });
    showDevice();
    showState();
    followPalette(this, [this] { showChecks(); });
    m_run->setFocus();
}

QList<QPair<QString, QString>> DeviceDialog::facts() const
{
    const EngineInfo *info = m_session.engine().info();
    if (!info)
        return {{tr("Device"), m_session.engine().deviceText()}};
    QList<QPair<QString, QString>> facts;
    for (const auto &device : info->devices)
        facts << qMakePair(tr("Device"), QString::fromStdString(deviceLine(device)));
    facts << qMakePair(tr("auto takes"), QString::fromStdString(automaticText(*info)));
    if (const std::string &asked = m_session.features().request().device; !asked.empty() && asked != "auto")
        facts << qMakePair(tr("chosen"), QString::fromStdString(asked));
    facts << qMakePair(QStringLiteral("bfloat16"), QString::fromStdString(bfloat16Text(*info)));
    for (const auto &[name, version] : info->versions)
        facts << qMakePair(QString::fromStdString(name), QString::fromStdString(version));
    return facts;
}

void DeviceDialog::showDevice()
{
    while (m_facts->rowCount() > 0)
        m_facts->removeRow(0);
    for (const auto &[name, value] : facts()) {
        auto *text = paragraph(value, this, TextRole::Body, TextLabel::Tone::Normal);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_facts->addRow(paragraph(name, this, TextRole::Body, TextLabel::Tone::Muted), text);
    }
}

void DeviceDialog::runOrStop()
{
    if (m_session.studies().deviceCheck().isBusy())
        m_session.studies().cancelCheck();
    else
        m_session.studies().checkDevice();
}

void DeviceDialog::showState()
{
    const DeviceCheck &check = m_session.studies().deviceCheck();
    const bool busy = check.isBusy();
    const QString hindrance = busy ? QString() : m_session.studies().checkHindrance();
    m_run->setText(check.state == DeviceCheck::State::Running    ? tr("&Cancel")
                   : check.state == DeviceCheck::State::Stopping ? tr("Stopping…")
                                                                 : tr("&Run self-test"));
    m_run->setEnabled(check.state != DeviceCheck::State::Stopping && hindrance.isEmpty());
    m_bar->setVisible(busy);
    m_bar->setRange(0, static_cast<int>(check.total));
    m_bar->setValue(static_cast<int>(std::min(check.done, check.total)));
    m_copy->setEnabled(!check.checks.empty());

    TextLabel::Tone tone = TextLabel::Tone::Muted;
    QString text = hindrance;
    const bool good = allHold(check.checks);
    if (check.state == DeviceCheck::State::Running) {
        text = !m_session.engine().info() ? tr("Waiting for the engine…")
               : !check.measuring         ? tr("Self-test: comparing the device's numbers…")
               : check.total > 0          ? tr("Measuring: %1 of %2…").arg(check.done).arg(check.total)
                                          : tr("Measuring…");
    } else if (check.state == DeviceCheck::State::Stopping) {
        text = tr("Stopping after this step…");
    } else if (check.state == DeviceCheck::State::Failed) {
        tone = TextLabel::Tone::Bad;
        text = check.error;
    } else if (text.isEmpty() && check.checks.empty()) {
        text =
            tr("The self-test takes a few seconds; what the machine does is measured after it, in about half a minute. "
               "Times that are told before long work come from that.");
    } else if (text.isEmpty() && good) {
        tone = TextLabel::Tone::Ok;
        text = check.measured ? tr("✓ Every check holds.") : tr("✓ Every check holds; the measuring was stopped.");
    }
    if (!check.checks.empty() && !good && check.state != DeviceCheck::State::Failed) {  // goes before all else
        tone = TextLabel::Tone::Bad;
        text = QStringLiteral("✗ ") + QString::fromStdString(selfTestFailure());
    }
    m_status->setTone(tone);
    m_status->setText(text);
    m_status->setVisible(!text.isEmpty());
    showChecks();
    showSpeeds();
    if (m_speeds->isHidden())
        return;
    // Where all of it is higher than the window may be, the last table scrolls.
    const int whole = m_speeds->height();
    layout()->invalidate();
    const int over = layout()->totalHeightForWidth(kWidth) - kMostHeight;
    if (over > 0)
        m_speeds->setFixedHeight(std::max(whole - over, kRowHeight * kLeastRows));
}

void DeviceDialog::showChecks()
{
    const std::vector<SelfCheck> &checks = m_session.studies().deviceCheck().checks;
    const Tokens &tokens = tokensFor(palette());
    m_checksTitle->setVisible(!checks.empty());
    m_checks->setVisible(!checks.empty());
    m_checks->setRowCount(static_cast<int>(checks.size()));
    for (int row = 0; row < m_checks->rowCount(); ++row) {
        const SelfCheck &check = checks[static_cast<std::size_t>(row)];
        setRow(*m_checks, row, selfTestRow(check));
        QTableWidgetItem *verdict = m_checks->item(row, m_checks->columnCount() - 1);
        verdict->setText((check.ok ? QStringLiteral("✓ ") : QStringLiteral("✗ ")) + verdict->text());
        verdict->setForeground(check.ok ? tokens.ok : tokens.bad);
    }
    fitHeight(*m_checks);
}

void DeviceDialog::showSpeeds()
{
    const auto measured = m_session.studies().deviceCheck().measured;
    m_speedsTitle->setVisible(measured != nullptr);
    m_speeds->setVisible(measured != nullptr);
    m_speeds->setRowCount(measured ? static_cast<int>(measured->items.size()) : 0);
    if (measured)
        m_speedsTitle->setText(QString::fromStdString(measuredOn(*measured)));
    for (int row = 0; row < m_speeds->rowCount(); ++row)
        setRow(*m_speeds, row, benchRow(measured->items[static_cast<std::size_t>(row)]));
    fitHeight(*m_speeds);
}

QString DeviceDialog::text() const
{
    QString text;
    for (const auto &[name, value] : facts())
        text += QStringLiteral("%1 %2\n").arg(name.leftJustified(15), value);
    const DeviceCheck &check = m_session.studies().deviceCheck();
    if (!check.checks.empty())
        text += QLatin1Char('\n') + QString::fromStdString(selfTestText(check.checks));
    if (check.measured)
        text += QLatin1Char('\n') + QString::fromStdString(benchText(*check.measured));
    return text;
}

void DeviceDialog::done(int result)
{
    m_session.studies().cancelCheck();
    QDialog::done(result);
}

}  // namespace dank::ui
