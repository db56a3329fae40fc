#include "ui/train/group_field.h"

#include <QComboBox>
#include <QFileInfo>
#include <QLineEdit>

#include "core/base/error.h"
#include "core/dataset/grouping.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/window_dialogs.h"

namespace dank::ui {

namespace {

constexpr int kMostShown = 40;
// What is done when the entry is chosen, not what the group becomes; no configuration may hold a control character.
const QString kAskFile = QStringLiteral("\x01"
                                        "file");
const QString kAskRows = QStringLiteral("\x01"
                                        "rows");

QString shown(const std::string &name)
{
    const QString text = QString::fromStdString(name).simplified();
    return text.size() > kMostShown ? text.left(kMostShown - 1) + QChar(0x2026) : text;
}

QString labelOf(const GroupChoice &choice)
{
    const QString name = shown(choice.name);
    if (!choice.problem.empty())
        return GroupField::tr("%1 · no use here").arg(name);
    if (choice.groups == 0)
        return GroupField::tr("%1 · by looks").arg(name);
    return GroupField::tr("%1 · %2").arg(
        name, countOf(qint64(choice.groups), GroupField::tr("group"), GroupField::tr("groups")));
}

}  // namespace

GroupField::GroupField(QWidget *parent)
    : QWidget(parent), askForSideFile([this] {
          return askForFile(this, tr("Choose a side file of lines id,group"),
                            tr("Groups (*.csv *.tsv *.txt);;All files (*)"));
      }),
      m_list(new Calm<QComboBox>), m_rows(new QLineEdit)
{
    auto *column = newBox<QVBoxLayout>(4, this);
    column->addWidget(m_list);
    column->addWidget(m_rows);
    // A column's name is somebody else's: it must not widen the page.
    m_list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_list->setMinimumContentsLength(8);
    m_list->setAccessibleName(tr("Group"));
    m_list->setMaxVisibleItems(16);
    m_rows->setAccessibleName(tr("Ranges of rows"));
    m_rows->setPlaceholderText(QStringLiteral("1-902, 903-1773"));
    m_rows->setToolTip(tr("Rows of the db.json, counted from 1; each range is a group."));
    setFocusProxy(m_list);
    connect(m_list, &QComboBox::activated, this, &GroupField::chosen);
    connect(m_rows, &QLineEdit::textEdited, this, [this](const QString &text) {
        m_group = "rows:" + text.trimmed().toStdString();
        emit edited();
    });
    rebuild();
}

void GroupField::setChoices(const std::vector<GroupChoice> &choices)
{
    if (choices == m_choices)
        return;
    m_choices = choices;
    rebuild();
}

void GroupField::setGroup(const std::string &text)
{
    m_group = text;
    rebuild();
}

void GroupField::rebuild()
{
    m_list->clear();
    m_list->addItem(tr("none"), QString());
    const auto add = [this](const QString &label, const std::string &text, const QString &tip) {
        m_list->addItem(label, QString::fromStdString(text));
        m_list->setItemData(m_list->count() - 1, tip.isEmpty() ? QVariant() : QVariant(plainToolTip(tip)),
                            Qt::ToolTipRole);
    };
    for (const GroupChoice &choice : m_choices)
        add(labelOf(choice), choice.text,
            QString::fromStdString(choice.problem.empty() ? choice.name : choice.problem));
    const bool ranges = m_group.starts_with("rows:");
    if (m_list->findData(QString::fromStdString(m_group)) < 0 && !ranges)
        add(nameOf(m_group), m_group, QString::fromStdString(m_group));
    m_list->insertSeparator(m_list->count());
    m_list->addItem(m_group.starts_with("file:") ? tr("another side file…") : tr("side file…"), kAskFile);
    m_list->addItem(tr("row ranges…"), kAskRows);
    m_list->setCurrentIndex(m_list->findData(ranges ? kAskRows : QString::fromStdString(m_group)));
    m_rows->setVisible(ranges);
    const QString rows = ranges ? QString::fromStdString(m_group).mid(5) : QString();
    if (m_rows->text().trimmed() != rows)
        m_rows->setText(rows);
}

void GroupField::chosen(int index)
{
    const QString wanted = m_list->itemData(index).toString();
    if (wanted == kAskFile) {
        const QString file = askForSideFile();
        if (!file.isEmpty())
            m_group = "file:" + file.toStdString();
        rebuild();
        if (file.isEmpty())
            return;
    } else if (wanted == kAskRows) {
        if (!m_group.starts_with("rows:"))
            m_group = "rows:";
        rebuild();
        m_rows->setFocus();
    } else {
        m_group = wanted.toStdString();
        rebuild();
    }
    emit edited();
}

QString GroupField::problem() const
{
    if (m_group == "rows:")
        return tr("Group: ranges of rows, such as 1-902, 903-1773.");
    try {
        GroupSpec::parse(m_group);
    } catch (const Error &error) {
        return QString::fromStdString(error.what());
    }
    return {};
}

QString GroupField::nameOf(const std::string &text) const
{
    if (text.empty())
        return tr("none");
    const QString whole = QString::fromStdString(text);
    if (text.starts_with("file:"))
        return tr("side file %1").arg(shown(QFileInfo(whole.mid(5)).fileName().toStdString()));
    if (text.starts_with("rows:"))
        return tr("rows %1").arg(shown(text.substr(5)));
    return shown(text.starts_with("column:") ? text.substr(7) : text);
}

std::string likelyGroup(const std::vector<GroupChoice> &choices)
{
    const auto usable = [](const GroupChoice &choice) { return choice.problem.empty() && choice.groups > 1; };
    for (const char *known : {"subreddit", "sub", "community", "channel"})
        for (const GroupChoice &choice : choices)
            if (usable(choice)
                && QString::fromStdString(choice.name).compare(QLatin1String(known), Qt::CaseInsensitive) == 0)
                return choice.text;
    for (const char *known : {"author", "month"})
        for (const GroupChoice &choice : choices)
            if (usable(choice) && choice.text == known)
                return choice.text;
    return {};
}

}  // namespace dank::ui
