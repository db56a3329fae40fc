#include "ui/pages/train_settings.h"

#include <QFormLayout>
#include <QRegularExpression>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "ui/charts/number_text.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kMostLayers = 32;
constexpr int kWidestLayer = 65536;

QString layersText(const std::vector<int> &hidden)
{
    QStringList parts;
    for (int width : hidden)
        parts << QString::number(width);
    return parts.join(QStringLiteral(" · "));
}

/// Keeps the wheel for scrolling unless the field is being worked on.
template <typename Spin>
class CalmSpin : public Spin {
public:
    using Spin::Spin;

protected:
    void wheelEvent(QWheelEvent *event) override
    {
        if (this->hasFocus())
            Spin::wheelEvent(event);
        else
            event->ignore();
    }
};

}  // namespace

std::optional<std::vector<int>> parseLayers(const QString &text)
{
    static const QRegularExpression separator(QStringLiteral("[\\s,;·x×-]+"));
    std::vector<int> hidden;
    for (const QString &part : text.split(separator, Qt::SkipEmptyParts)) {
        bool ok = false;
        const int width = part.toInt(&ok);
        if (!ok || width < 1 || width > kWidestLayer || hidden.size() >= kMostLayers)
            return std::nullopt;
        hidden.push_back(width);
    }
    return hidden;
}

TrainSettings::TrainSettings(QWidget *parent)
    : Card(tr("Settings"), parent),
      m_form(new QFormLayout),
      m_preset(new CalmSpin<QComboBox>(this)),
      m_target(new CalmSpin<QComboBox>(this)),
      m_split(new CalmSpin<QComboBox>(this)),
      m_layers(new QLineEdit(this)),
      m_rate(new QLineEdit(this)),
      m_seed(new QLineEdit(this)),
      m_dropout(new CalmSpin<QDoubleSpinBox>(this)),
      m_epochs(new CalmSpin<QSpinBox>(this)),
      m_batch(new CalmSpin<QSpinBox>(this)),
      m_patience(new CalmSpin<QSpinBox>(this)),
      m_problem(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Bad, this)),
      m_reset(new QPushButton(tr("Reset"), this))
{
    m_preset->addItem(tr("Standard"), QStringLiteral("standard"));
    m_preset->addItem(tr("Paper"), QStringLiteral("paper"));
    m_target->addItem(tr("percentile"), int(TargetKind::Percentile));
    m_target->addItem(tr("log of upvotes"), int(TargetKind::Log));
    m_target->addItem(tr("upvotes / most"), int(TargetKind::Max));
    m_split->addItem(tr("by author"), int(SplitKind::Author));
    m_split->addItem(tr("by picture"), int(SplitKind::Duplicates));
    m_split->addItem(tr("newest last"), int(SplitKind::Time));
    m_split->addItem(tr("at random"), int(SplitKind::Random));
    m_dropout->setRange(0, 0.99);
    m_dropout->setSingleStep(0.05);
    m_dropout->setDecimals(2);
    m_epochs->setRange(1, 1'000'000);
    m_epochs->setGroupSeparatorShown(true);
    m_batch->setRange(1, 100'000);
    m_patience->setRange(0, 1'000'000);
    m_patience->setSpecialValueText(tr("never"));

    m_form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_form->setHorizontalSpacing(12);
    m_form->setVerticalSpacing(4);
    addField(tr("Preset"), m_preset, tr("Standard is made to learn; Paper is the paper's network with its own beginnings."));
    addField(tr("Target"), m_target, tr("How upvotes become the number from 0 to 1 that is learnt."));
    addField(tr("Layers"), m_layers, tr("Widths of the hidden layers, from the features to the answer."));
    addField(tr("Dropout"), m_dropout, tr("The share of a hidden layer that is dropped in every training step."));
    addField(tr("Epochs"), m_epochs, tr("How often the training memes are gone through."));
    addField(tr("Stop early"), m_patience, tr("After this many epochs without a better validation loss."));
    addField(tr("Learning rate"), m_rate, tr("The step size of Adam."));
    addField(tr("Batch"), m_batch, tr("Memes in one training step."));
    addField(tr("Split"), m_split, tr("By author keeps all memes of one author on one side, by picture all copies of one. Newest last "
                                 "judges by the newest. At random looks better than it is."));
    addField(tr("Seed"), m_seed, tr("The same seed gives the same run."));
    body()->addLayout(m_form);
    m_problem->setWordWrap(true);
    m_problem->hide();
    body()->addWidget(m_problem);
    body()->addStretch(1);
    m_reset->setProperty("link", true);
    m_reset->setToolTip(tr("Put everything back to the preset"));
    m_reset->setFont(fontFor(TextRole::Caption));
    m_reset->setFixedHeight(22);
    header()->addWidget(m_reset);

    connect(m_preset, &QComboBox::activated, this, [this] {
        auto config = TrainConfig::fromPreset(m_preset->currentData().toString().toStdString());
        setConfig(config);
        edited();
    });
    connect(m_reset, &QPushButton::clicked, this, [this] {
        setConfig(TrainConfig::fromPreset(m_config.preset));
        edited();
    });
    for (QComboBox *box : {m_target, m_split})
        connect(box, &QComboBox::activated, this, &TrainSettings::edited);
    for (QLineEdit *line : {m_layers, m_rate, m_seed})
        connect(line, &QLineEdit::textEdited, this, &TrainSettings::edited);
    for (QSpinBox *spin : {m_epochs, m_batch, m_patience})
        connect(spin, &QSpinBox::valueChanged, this, &TrainSettings::edited);
    connect(m_dropout, &QDoubleSpinBox::valueChanged, this, &TrainSettings::edited);
    setConfig(TrainConfig::standard());
}

void TrainSettings::addField(const QString &name, QWidget *field, const QString &help)
{
    auto *label = new TextLabel(name, int(TextRole::Body), TextLabel::Tone::Muted, this);
    label->setBuddy(field);
    label->setMinimumWidth(92);
    field->setMinimumWidth(110);
    field->setAccessibleName(name);
    field->setToolTip(help);
    m_form->addRow(label, field);
    m_fields.push_back(field);
    m_labels.push_back(label);
    m_names.push_back(name);
}

void TrainSettings::setConfig(const TrainConfig &config)
{
    // What the user is typing right now comes back as this very configuration: do not retype it under the cursor.
    const auto current = this->config();
    if (current && *current == config && m_config == config)
        return;
    m_loading = true;
    m_config = config;
    m_preset->setCurrentIndex(std::max(0, m_preset->findData(QString::fromStdString(config.preset))));
    m_target->setCurrentIndex(m_target->findData(int(config.target)));
    m_split->setCurrentIndex(m_split->findData(int(config.split)));
    m_layers->setText(layersText(config.hidden));
    m_dropout->setValue(config.dropout);
    m_epochs->setValue(config.epochs);
    m_patience->setValue(config.patience);
    m_rate->setText(lossText(config.learningRate));
    m_batch->setValue(config.batch);
    m_seed->setText(QString::number(config.seed));
    m_loading = false;
    m_problem->hide();
    m_problem->clear();
    showMarks();
}

void TrainSettings::setLocked(const QString &reason)
{
    setSubtitle(reason.isEmpty() ? QString() : QStringLiteral("— %1").arg(reason));
    for (QWidget *field : m_fields)
        field->setEnabled(reason.isEmpty());
    m_reset->setEnabled(reason.isEmpty());
    showMarks();
}

std::optional<TrainConfig> TrainSettings::config() const
{
    TrainConfig config = m_config;
    const auto hidden = parseLayers(m_layers->text());
    bool rateOk = false, seedOk = false;
    const double rate = m_rate->text().trimmed().toDouble(&rateOk);
    const qulonglong seed = m_seed->text().trimmed().toULongLong(&seedOk);
    if (!hidden || !rateOk || !seedOk)
        return std::nullopt;
    config.hidden = *hidden;
    config.learningRate = rate;
    config.seed = seed;
    config.target = TargetKind(m_target->currentData().toInt());
    config.split = SplitKind(m_split->currentData().toInt());
    // A spin box rounds to its decimals; what was not touched keeps all of its digits.
    if (std::abs(config.dropout - m_dropout->value()) > 0.005)
        config.dropout = m_dropout->value();
    config.epochs = m_epochs->value();
    config.patience = m_patience->value();
    config.batch = m_batch->value();
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
    QString problem;
    bool ok = false;
    const double rate = m_rate->text().trimmed().toDouble(&ok);
    if (!parseLayers(m_layers->text()))
        problem = tr("Layers: whole numbers from 1, such as 512, 256, 128.");
    else if (!ok || !(rate > 0))
        problem = tr("Learning rate: a number above 0, such as 0.001.");
    else if (m_seed->text().trimmed().toULongLong(&ok); !ok)
        problem = tr("Seed: a whole number from 0.");
    const auto config = this->config();
    if (problem.isEmpty() && !config)
        problem = tr("These settings do not fit together.");
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    if (!problem.isEmpty() || !config)
        return;
    m_config = *config;
    showMarks();
    emit configChanged(*config);
}

QString TrainSettings::valueText(const TrainConfig &config, std::size_t field) const
{
    switch (field) {
    case 1: return m_target->itemText(m_target->findData(int(config.target)));
    case 2: return layersText(config.hidden);
    case 3: return QString::number(config.dropout, 'g', 3);
    case 4: return groupedNumber(config.epochs);
    case 5: return config.patience == 0 ? tr("never") : groupedNumber(config.patience);
    case 6: return lossText(config.learningRate);
    case 7: return groupedNumber(config.batch);
    case 8: return m_split->itemText(m_split->findData(int(config.split)));
    case 9: return QString::number(config.seed);
    default: return {};
    }
}

void TrainSettings::showMarks()
{
    TrainConfig preset;
    try {
        preset = TrainConfig::fromPreset(m_config.preset);
    } catch (const Error &) {
        preset = TrainConfig::standard();
    }
    bool any = false;
    for (std::size_t i = 1; i < m_fields.size(); ++i) {
        const QString standard = valueText(preset, i);
        const bool changed = valueText(m_config, i) != standard;
        any = any || changed;
        m_labels[i]->setTone(changed ? TextLabel::Tone::Accent : TextLabel::Tone::Muted);
        m_labels[i]->setText(changed ? m_names[i] + QStringLiteral(" •") : m_names[i]);
        m_labels[i]->setToolTip(changed ? tr("Changed. The preset has %1.").arg(standard) : QString());
    }
    m_reset->setVisible(any && m_fields.front()->isEnabled());
}

}  // namespace dank::ui
