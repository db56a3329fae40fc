#include "ui/train/train_settings.h"

#include <QFormLayout>
#include <QToolButton>

#include <algorithm>

#include "core/base/error.h"
#include "core/learn/target_preview.h"
#include "ui/charts/target_chart.h"
#include "ui/train/group_field.h"
#include "ui/train/target_field.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/window_settings.h"

namespace dank::ui {

namespace {

constexpr auto kMoreKey = "train/more";
constexpr int kFieldHeight = 28;
constexpr int kLabelWidth = 92;

TextLabel *caption(const QString &text, TextLabel::Tone tone, QWidget *parent)
{
    auto *label = paragraph(text, parent, TextRole::Caption, tone);
    // Names of columns and files may be longer than the card is wide.
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    return label;
}

const TrainPreset *presetNamed(const std::string &name)
{
    const auto presets = trainPresets();
    const auto found = std::ranges::find_if(presets, [&](const TrainPreset &preset) { return name == preset.name; });
    return found == presets.end() ? nullptr : &*found;
}

/// About the very settings that are shown.
bool isAbout(const TargetPreview &preview, const TrainConfig &config)
{
    return preview.group == config.group && preview.kind == config.target && preview.within == config.within
           && preview.label == config.label;
}

}  // namespace

TrainSettings::TrainSettings(QWidget *parent)
    : Card(tr("Settings"), parent), m_preset(new Calm<QComboBox>(this)),
      m_summary(caption({}, TextLabel::Tone::Muted, this)),
      m_reproduce(new QPushButton(tr("Reproduce the paper…"), this)), m_target(new TargetField(this)),
      m_group(new GroupField(this)), m_groupNote(caption({}, TextLabel::Tone::Muted, this)),
      m_chart(new TargetChart(true, this)), m_moreButton(new QToolButton(this)), m_more(new QWidget(this)),
      m_reset(new QPushButton(tr("Reset"), this))
{
    const Edited told = [this] { edited(); };
    for (const TrainPreset &preset : trainPresets()) {
        m_preset->addItem(QString::fromUtf8(preset.title), QString::fromUtf8(preset.name));
        m_preset->setItemData(m_preset->count() - 1, plainToolTip(QString::fromUtf8(preset.summary)), Qt::ToolTipRole);
    }
    body()->setSpacing(6);
    QFormLayout *top = makeForm();
    addField(top,
             {tr("Preset"), tr("Where the settings start from. Choosing one keeps the group."), m_preset, {}, {}, {}},
             false);
    body()->addLayout(top);
    body()->addWidget(m_summary);
    m_reproduce->setProperty("link", true);
    m_reproduce->setToolTip(tr("Runs the paper's own loop and sets its loss table beside what comes out"));
    body()->addWidget(m_reproduce, 0, Qt::AlignLeft);

    QFormLayout *learnt = makeForm();
    addTarget(learnt);
    addGroup(learnt, told);
    body()->addLayout(learnt);
    m_groupNote->setObjectName(QStringLiteral("groupNote"));
    body()->addWidget(m_groupNote);
    body()->addWidget(m_chart);
    QFormLayout *usual = makeForm();
    for (TrainField &field : usualFields(told))
        addField(usual, std::move(field), false);
    body()->addLayout(usual);

    m_moreButton->setObjectName(QStringLiteral("moreSettings"));
    m_moreButton->setAutoRaise(true);
    m_moreButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_moreButton->setFont(fontFor(TextRole::Body));
    body()->addWidget(m_moreButton);
    auto *column = newBox<QVBoxLayout>(6, m_more);
    for (TrainSection &section : moreSections(told)) {
        column->addWidget(caption(section.caption, TextLabel::Tone::Muted, m_more));
        QFormLayout *form = makeForm();
        for (TrainField &field : section.fields)
            addField(form, std::move(field), true);
        column->addLayout(form);
    }
    body()->addWidget(m_more);
    body()->addStretch(1);

    m_reset->setProperty("link", true);
    m_reset->setToolTip(tr("Put everything back to the preset"));
    m_reset->setFont(fontFor(TextRole::Caption));
    m_reset->setFixedHeight(22);
    header()->addWidget(m_reset);

    connect(m_preset, &QComboBox::activated, this,
            [this] { choosePreset(m_preset->currentData().toString().toStdString()); });
    connect(m_reset, &QPushButton::clicked, this, [this] {
        load(presetConfig(m_config.preset));
        edited();
    });
    connect(m_reproduce, &QPushButton::clicked, this, &TrainSettings::reproduceRequested);
    connect(m_moreButton, &QToolButton::clicked, this, [this] { setMoreShown(!m_moreShown); });
    m_moreShown = windowSettings()->value(QLatin1String(kMoreKey), false).toBool();
    load(TrainConfig::automatic());
    showMore();
}

QFormLayout *TrainSettings::makeForm()
{
    auto *form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
    form->setFormAlignment(Qt::AlignLeft | Qt::AlignTop);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(4);
    return form;
}

void TrainSettings::addField(QFormLayout *form, TrainField field, bool more)
{
    Row row;
    row.label = new TextLabel(field.name, int(TextRole::Body), TextLabel::Tone::Muted, this);
    row.label->setBuddy(field.widget);
    row.label->setFixedWidth(kLabelWidth);
    row.label->setMinimumHeight(kFieldHeight);
    row.label->setToolTip(plainToolTip(field.help));
    field.widget->setMinimumWidth(110);
    field.widget->setAccessibleName(field.name);
    field.widget->setAccessibleDescription(field.help);
    field.widget->setToolTip(plainToolTip(field.help));
    // What is wrong with a field stands under it.
    row.problem = caption({}, TextLabel::Tone::Bad, this);
    row.problem->hide();
    auto *place = new QWidget(this);
    auto *column = newBox<QVBoxLayout>(2, place);
    column->addWidget(field.widget);
    column->addWidget(row.problem);
    form->addRow(row.label, place);
    row.field = std::move(field);
    row.more = more;
    m_rows.push_back(std::move(row));
}

void TrainSettings::addTarget(QFormLayout *form)
{
    // Classes want another loss than upvotes, and none are measured within groups: all fields are shown anew.
    connect(m_target, &TargetField::edited, this, [this] {
        TrainConfig config = m_config;
        m_target->apply(config);
        load(config);
        edited();
    });
    addField(form,
             {tr("Target"),
              tr("What is learnt, as a number from 0 to 1: upvotes (percentile ranks the memes; the paper's divides by "
                 "the most, which leaves nearly all of them close to 0), or a label of the dataset, such as hateful or "
                 "not, as a probability."),
              m_target, [this](const TrainConfig &config) { m_target->show(config); },
              [this](TrainConfig &config) {
                  m_target->apply(config);
                  return QString();
              },
              [this](const TrainConfig &config) { return m_target->nameOf(config); }},
             false);
}

void TrainSettings::addGroup(QFormLayout *form, const Edited &told)
{
    connect(m_group, &GroupField::edited, this, told);
    addField(
        form,
        {tr("Group"),
         tr("What memes are compared within: figures are given within each group first, since a large group's memes "
            "get more upvotes whatever they show."),
         m_group, [this](const TrainConfig &config) { m_group->setGroup(config.group); },
         [this](TrainConfig &config) {
             config.group = m_group->group();
             return m_group->problem();
         },
         [this](const TrainConfig &config) { return m_group->nameOf(config.group); }},
        false);
    TrainField measured = switchField(tr("Measured"),
                                      tr("Takes the target within each group, so that a large group's memes are no "
                                         "easier to be dank in. Groups of fewer than 5 are measured against all."),
                                      &TrainConfig::within, tr("within each group"), told);
    measured.applies = [](const TrainConfig &config) { return config.label.empty(); };
    addField(form, std::move(measured), false);
}

TrainConfig TrainSettings::presetConfig(const std::string &name) const
{
    TrainConfig config = presetNamed(name) ? TrainConfig::fromPreset(name) : TrainConfig::standard();
    if (config.within && config.group.empty())
        config.group = likelyGroup(m_group->choices());
    return config;
}

void TrainSettings::choosePreset(const std::string &name)
{
    const std::string kept = m_group->problem().isEmpty() ? m_group->group() : std::string();
    TrainConfig config = presetConfig(name);
    if (!m_config.label.empty())
        config.learnLabel(Label::parse(m_config.label), true);
    if (!kept.empty())
        config.group = kept;
    load(config);
    edited();
}

void TrainSettings::setConfig(const TrainConfig &config)
{
    // What the user is typing right now comes back as this very configuration: do not retype it under the cursor, nor
    // take away what cannot be used yet.
    if (m_config == config)
        return;
    load(config);
}

void TrainSettings::load(const TrainConfig &config)
{
    m_loading = true;
    m_config = config;
    m_preset->setCurrentIndex(std::max(0, m_preset->findData(QString::fromStdString(config.preset))));
    for (const Row &row : m_rows)
        if (row.field.show)
            row.field.show(config);
    m_loading = false;
    showProblems();
    showGroupNote();
    showMarks();
}

void TrainSettings::setGroupChoices(const std::vector<GroupChoice> &choices)
{
    m_group->setChoices(choices);
}

void TrainSettings::setLabelChoices(const std::vector<LabelChoice> &choices, bool hasUpvotes)
{
    m_target->setChoices(choices, hasUpvotes);
}

void TrainSettings::setPreview(const std::shared_ptr<const TargetPreview> &preview)
{
    m_preview = preview;
    showGroupNote();
    showProblems();
}

void TrainSettings::setLocked(const QString &reason)
{
    setSubtitle(reason.isEmpty() ? QString() : QStringLiteral("— %1").arg(reason));
    m_locked = !reason.isEmpty();
    if (m_locked && !m_problem.isEmpty())
        load(m_config);
    showMarks();
}

QString TrainSettings::problemOf(const Row &row, TrainConfig &config) const
{
    const QString problem = row.field.read ? row.field.read(config) : QString();
    if (!problem.isEmpty() || row.field.widget == m_group)
        return problem;
    // The ranking preset takes all memes for one group where there is none.
    if (row.field.name == tr("Measured") && config.within && config.group.empty() && config.preset != "ranking")
        return tr("Choose what memes are grouped by, or measure them against all.");
    if (row.field.name == tr("Loss") && lossHas(config.loss, LossKind::Bce)
        && config.output != OutputActivation::Sigmoid)
        return tr("Cross-entropy takes answers for probabilities: choose the sigmoid output, or another loss.");
    if (row.field.name == tr("Folds") && config.folds > 0 && config.split == SplitKind::Time)
        return tr("The newest memes can be judged only once: choose one split, or split by author.");
    return {};
}

std::optional<TrainConfig> TrainSettings::config() const
{
    TrainConfig config = m_config;
    for (const Row &row : m_rows)
        if (!problemOf(row, config).isEmpty())
            return std::nullopt;
    try {
        config.validate();
    } catch (const Error &) {
        return std::nullopt;
    }
    return config;
}

void TrainSettings::edited()
{
    if (m_loading)
        return;
    const auto config = this->config();
    if (config) {
        m_config = *config;
        showMarks();
    }
    showProblems();
    showGroupNote();
    if (config)
        emit configChanged(*config);
}

void TrainSettings::showProblems()
{
    TrainConfig config = m_config;
    QString first;
    for (const Row &row : m_rows) {
        QString problem = problemOf(row, config);
        if (problem.isEmpty() && row.field.widget == m_group && m_preview && m_preview->group == config.group)
            problem = QString::fromStdString(m_preview->groupProblem);
        row.problem->setText(problem);
        row.problem->setVisible(!problem.isEmpty());
        if (first.isEmpty())
            first = problem;
        // A fault that nobody sees cannot be put right.
        if (!problem.isEmpty() && row.more && !m_loading)
            setMoreShown(true);
    }
    if (first.isEmpty()) {
        try {
            config.validate();
        } catch (const Error &error) {
            first = QString::fromStdString(error.what());
        }
    }
    if (first == m_problem)
        return;
    m_problem = first;
    emit problemChanged(first);
}

void TrainSettings::showGroupNote()
{
    const bool known = m_preview && isAbout(*m_preview, m_config);
    QStringList parts;
    if (known && m_preview->groups > 0) {
        const QString size =
            m_preview->smallest == m_preview->largest
                ? tr("of %1").arg(countOf(qint64(m_preview->largest), tr("meme"), tr("memes")))
                : tr("of %1 to %2 memes")
                      .arg(groupedNumber(qint64(m_preview->smallest)), groupedNumber(qint64(m_preview->largest)));
        parts << QStringLiteral("%1 %2.").arg(countOf(qint64(m_preview->groups), tr("group"), tr("groups")), size);
    }
    if (known && m_preview->problem.empty())
        for (const std::string &note : m_preview->notes)
            parts << QString::fromStdString(note);
    const bool failed = known && m_preview->groupProblem.empty() && !m_preview->problem.empty();
    if (failed)
        parts << QString::fromStdString(m_preview->problem);
    if (known && m_preview->constant())
        parts << tr("Every meme has the same target, so there is nothing to learn.");
    m_groupNote->setText(parts.join(QLatin1Char(' ')));
    m_groupNote->setTone(failed || (known && m_preview->constant()) ? TextLabel::Tone::Warn : TextLabel::Tone::Muted);
    m_groupNote->setVisible(!parts.isEmpty());
    // While the next one is worked out the last one stays, so that nothing flickers.
    if (!m_preview || known)
        m_chart->setPreview(m_preview.get());
    m_chart->setVisible(m_preview != nullptr);
}

void TrainSettings::showMarks()
{
    const TrainPreset *named = presetNamed(m_config.preset);
    const TrainConfig preset = named ? TrainConfig::fromPreset(named->name) : TrainConfig::standard();
    m_summary->setText(named ? QString::fromUtf8(named->summary) : QString());
    m_reproduce->setVisible(m_config.preset == "paper");
    int changes = 0, hidden = 0;
    for (const Row &row : m_rows) {
        row.field.widget->setEnabled(!m_locked && (!row.field.applies || row.field.applies(m_config)));
        if (!row.field.text)
            continue;
        const QString standard = row.field.text(preset);
        const bool changed = row.field.text(m_config) != standard;
        changes += changed;
        hidden += changed && row.more;
        row.label->setTone(changed ? TextLabel::Tone::Accent : TextLabel::Tone::Muted);
        row.label->setText(changed ? row.field.name + QStringLiteral(" •") : row.field.name);
        row.label->setToolTip(plainToolTip(changed ? tr("Changed. The preset has %1.").arg(standard) : row.field.help));
    }
    m_reset->setVisible(changes > 0 && !m_locked);
    m_moreButton->setText(hidden > 0 ? tr("More settings · %1 changed").arg(hidden) : tr("More settings"));
}

void TrainSettings::setMoreShown(bool on)
{
    if (on == m_moreShown)
        return;
    m_moreShown = on;
    windowSettings()->setValue(QLatin1String(kMoreKey), on);
    showMore();
}

void TrainSettings::showMore()
{
    m_moreButton->setArrowType(m_moreShown ? Qt::DownArrow : Qt::RightArrow);
    m_moreButton->setAccessibleDescription(m_moreShown ? tr("shown") : tr("hidden"));
    m_more->setVisible(m_moreShown);
}

}  // namespace dank::ui
