#include "ui/train/target_field.h"

#include <QComboBox>

#include <algorithm>

#include "ui/memes/meme_wall.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kMostShown = 40;

struct Upvotes {
    TargetKind kind;
    const char *text;
};
constexpr Upvotes kUpvotes[] = {{TargetKind::Percentile, QT_TRANSLATE_NOOP("dank::ui::TargetField", "percentile")},
                                {TargetKind::Log, QT_TRANSLATE_NOOP("dank::ui::TargetField", "log of upvotes")},
                                {TargetKind::Max, QT_TRANSLATE_NOOP("dank::ui::TargetField", "upvotes / most")}};

/// Short enough for the field: the tooltip has the rest.
QString countsOf(const LabelChoice &choice)
{
    if (choice.counts.size() > 2)
        return countOf(qint64(choice.counts.size()), TargetField::tr("class"), TargetField::tr("classes"));
    QStringList counts;
    for (const std::size_t count : choice.counts)
        counts << groupedNumber(qint64(count));
    return counts.join(QStringLiteral(" / "));
}

QString classesOf(const LabelChoice &choice)
{
    QStringList lines;
    for (std::size_t i = 0; i < choice.counts.size(); ++i)
        lines << QStringLiteral("%1: %2").arg(
            plainTitle(choice.label.classes[i], kMostShown),
            countOf(qint64(choice.counts[i]), TargetField::tr("meme"), TargetField::tr("memes")));
    if (choice.unknown > 0)
        lines << TargetField::tr("%1 without a label are left out")
                     .arg(countOf(qint64(choice.unknown), TargetField::tr("meme"), TargetField::tr("memes")));
    return lines.join(QLatin1Char('\n'));
}

}  // namespace

TargetField::TargetField(QWidget *parent) : QWidget(parent), m_list(new Calm<QComboBox>)
{
    newBox<QVBoxLayout>(0, this)->addWidget(m_list);
    // A column's name is somebody else's: it must not widen the page.
    m_list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_list->setMinimumContentsLength(8);
    m_list->setAccessibleName(tr("Target"));
    setFocusProxy(m_list);
    connect(m_list, &QComboBox::activated, this, &TargetField::edited);
    rebuild();
}

void TargetField::setChoices(std::vector<LabelChoice> choices, bool hasUpvotes)
{
    if (choices == m_choices && hasUpvotes == m_hasUpvotes)
        return;  // an open list stays open
    m_choices = std::move(choices);
    m_hasUpvotes = hasUpvotes;
    rebuild();
}

void TargetField::show(const TrainConfig &config)
{
    m_shown = config;
    rebuild();
}

/// The data of an entry: a label's text, or a number for a kind of target.
void TargetField::rebuild()
{
    m_list->clear();
    if (m_hasUpvotes || m_shown.label.empty())
        for (const Upvotes &one : kUpvotes)
            m_list->addItem(tr(one.text), int(one.kind));
    const auto columnOf = [](const std::string &text) { return text.substr(0, text.find('=')); };
    int chosen = m_shown.label.empty() ? m_list->findData(int(m_shown.target)) : -1;
    for (const LabelChoice &choice : m_choices) {
        const QString name = plainTitle(choice.label.column, kMostShown);
        // Classes that were named in another order than is guessed are the user's.
        const bool isShown = !m_shown.label.empty() && columnOf(m_shown.label) == choice.label.column;
        m_list->addItem(tr("%1 · %2").arg(name, countsOf(choice)),
                        QString::fromStdString(isShown ? m_shown.label : choice.label.text()));
        m_list->setItemData(m_list->count() - 1, plainToolTip(classesOf(choice)), Qt::ToolTipRole);
        if (isShown)
            chosen = m_list->count() - 1;
    }
    if (chosen < 0 && !m_shown.label.empty()) {
        m_list->addItem(tr("%1 · not in this dataset").arg(plainTitle(columnOf(m_shown.label), kMostShown)),
                        QString::fromStdString(m_shown.label));
        chosen = m_list->count() - 1;
    }
    m_list->setCurrentIndex(chosen);
}

void TargetField::apply(TrainConfig &config) const
{
    const QVariant chosen = m_list->currentData();
    if (chosen.typeId() == QMetaType::QString) {
        const std::string label = chosen.toString().toStdString();
        if (label != config.label)
            config.learnLabel(Label::parse(label), config.label.empty());
        return;
    }
    if (!config.label.empty()) {
        config.label.clear();
        config.loss = TrainConfig::fromPreset(config.preset).loss;
    }
    if (chosen.isValid())
        config.target = TargetKind(chosen.toInt());
}

QString TargetField::nameOf(const TrainConfig &config) const
{
    if (!config.label.empty())
        return plainTitle(Label::parse(config.label).column, kMostShown);
    const auto found = std::ranges::find(kUpvotes, config.target, &Upvotes::kind);
    return tr(found->text);
}

}  // namespace dank::ui
