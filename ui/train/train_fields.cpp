#include "ui/train/train_fields.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QLineEdit>
#include <QLocale>
#include <QRegularExpression>
#include <QSpinBox>

#include <cmath>
#include <limits>
#include <utility>

#include "ui/charts/number_text.h"
#include "ui/train/loss_field.h"
#include "ui/widgets/calm.h"

namespace dank::ui {

namespace {

constexpr int kMostLayers = 32;
constexpr int kWidestLayer = 65536;
constexpr int kMost = 1'000'000;

QString tr(const char *text)
{
    return QCoreApplication::translate("dank::ui::TrainSettings", text);
}

/// The shortest text that is read back as the very same number.
QString plainNumber(double value)
{
    return QString::number(value, 'g', QLocale::FloatingPointShortest);
}

QString layersText(const std::vector<int> &hidden)
{
    QStringList parts;
    for (int width : hidden)
        parts << QString::number(width);
    return parts.isEmpty() ? tr("none") : parts.join(QStringLiteral(" · "));
}

}  // namespace

std::optional<std::vector<int>> parseLayers(const QString &text)
{
    static const QRegularExpression separator(QStringLiteral("[\\s,;·x×-]+"));
    std::vector<int> hidden;
    if (text.trimmed().compare(tr("none"), Qt::CaseInsensitive) == 0)
        return hidden;
    for (const QString &part : text.split(separator, Qt::SkipEmptyParts)) {
        bool ok = false;
        const int width = part.toInt(&ok);
        if (!ok || width < 1 || width > kWidestLayer || hidden.size() >= kMostLayers)
            return std::nullopt;
        hidden.push_back(width);
    }
    return hidden;
}

namespace {

template <typename Value>
using Names = std::vector<std::pair<Value, QString>>;

/// A list to choose one value from. `Value`: an enumeration of TrainConfig.
template <typename Value>
TrainField choiceField(const QString &name, const QString &help, Value TrainConfig::*member, const Names<Value> &values,
                       const Edited &edited)
{
    auto *box = new Calm<QComboBox>;
    for (const auto &[value, text] : values)
        box->addItem(text, int(value));
    QObject::connect(box, &QComboBox::activated, box, [edited] { edited(); });
    return {name,
            help,
            box,
            [box, member](const TrainConfig &config) { box->setCurrentIndex(box->findData(int(config.*member))); },
            [box, member](TrainConfig &config) {
                config.*member = Value(box->currentData().toInt());
                return QString();
            },
            [box, member](const TrainConfig &config) { return box->itemText(box->findData(int(config.*member))); }};
}

/// Whole numbers; `special` names the least of them where that means something else ("never").
TrainField countField(const QString &name, const QString &help, int TrainConfig::*member, int least, int most,
                      const QString &special, const Edited &edited)
{
    auto *box = new Calm<QSpinBox>;
    box->setRange(least, most);
    box->setGroupSeparatorShown(true);
    box->setSpecialValueText(special);
    QObject::connect(box, &QSpinBox::valueChanged, box, [edited] { edited(); });
    return {name,
            help,
            box,
            [box, member](const TrainConfig &config) { box->setValue(config.*member); },
            [box, member](TrainConfig &config) {
                config.*member = box->value();
                return QString();
            },
            [member, least, special](const TrainConfig &config) {
                return config.*member == least && !special.isEmpty() ? special : groupedNumber(config.*member);
            }};
}

struct NumberRange {
    double least, most;
    bool openBelow = false, openAbove = false;
    QString sentence;  ///< what may be there: "a number above 0, such as 0.001"
};

/// A line, not a spin box, which would round.
TrainField numberField(const QString &name, const QString &help, double TrainConfig::*member, const NumberRange &range,
                       const Edited &edited)
{
    auto *line = new QLineEdit;
    QObject::connect(line, &QLineEdit::textEdited, line, [edited] { edited(); });
    return {name,
            help,
            line,
            [line, member](const TrainConfig &config) { line->setText(plainNumber(config.*member)); },
            [line, member, range, name](TrainConfig &config) {
                bool ok = false;
                const double value = line->text().trimmed().toDouble(&ok);
                const bool inside = ok && std::isfinite(value)
                                    && (range.openBelow ? value > range.least : value >= range.least)
                                    && (range.openAbove ? value < range.most : value <= range.most);
                if (!inside)
                    return QStringLiteral("%1: %2.").arg(name, range.sentence);
                config.*member = value;
                return QString();
            },
            [member](const TrainConfig &config) { return plainNumber(config.*member); }};
}

}  // namespace

TrainField switchField(const QString &name, const QString &help, bool TrainConfig::*member, const QString &text,
                       const Edited &edited)
{
    auto *box = new QCheckBox(text);
    QObject::connect(box, &QCheckBox::clicked, box, [edited] { edited(); });
    return {name,
            help,
            box,
            [box, member](const TrainConfig &config) { box->setChecked(config.*member); },
            [box, member](TrainConfig &config) {
                config.*member = box->isChecked();
                return QString();
            },
            [member](const TrainConfig &config) { return config.*member ? tr("on") : tr("off"); }};
}

namespace {

TrainField layersField(const Edited &edited)
{
    auto *line = new QLineEdit;
    line->setPlaceholderText(tr("none: a linear model"));
    QObject::connect(line, &QLineEdit::textEdited, line, [edited] { edited(); });
    return {tr("Layers"),
            tr("Widths of the hidden layers, from the features to the answer. 512 · 256 · 128 · 32 · 8 is the paper's; "
               "none makes a linear model."),
            line,
            [line](const TrainConfig &config) { line->setText(layersText(config.hidden)); },
            [line](TrainConfig &config) {
                const auto hidden = parseLayers(line->text());
                if (!hidden)
                    return tr("Layers: at most 32 whole numbers from 1 to 65,536, such as 512, 256, 128, or none.");
                config.hidden = *hidden;
                return QString();
            },
            [](const TrainConfig &config) { return layersText(config.hidden); }};
}

TrainField seedField(const Edited &edited)
{
    auto *line = new QLineEdit;
    QObject::connect(line, &QLineEdit::textEdited, line, [edited] { edited(); });
    return {tr("Seed"),
            tr("The same seed gives the same run."),
            line,
            [line](const TrainConfig &config) { line->setText(QString::number(config.seed)); },
            [line](TrainConfig &config) {
                bool ok = false;
                const qulonglong seed = line->text().trimmed().toULongLong(&ok);
                if (!ok)
                    return tr("Seed: a whole number from 0.");
                config.seed = seed;
                return QString();
            },
            [](const TrainConfig &config) { return QString::number(config.seed); }};
}

}  // namespace

// ---- Which there are ----

std::vector<TrainField> usualFields(const Edited &edited)
{
    return {layersField(edited),
            countField(tr("Epochs"), tr("How often the training memes are gone through, at most."),
                       &TrainConfig::epochs, 1, kMost, {}, edited),
            numberField(tr("Learning rate"), tr("The size of the optimiser's steps."), &TrainConfig::learningRate,
                        {0, std::numeric_limits<double>::max(), true, false, tr("a number above 0, such as 0.001")},
                        edited),
            choiceField<SplitKind>(
                tr("Split"),
                tr("By author keeps all memes of one author on one side, by picture all copies of one. Newest last "
                   "judges by the newest. At random looks better than it is."),
                &TrainConfig::split,
                {{SplitKind::Author, tr("by author")},
                 {SplitKind::Duplicates, tr("by picture")},
                 {SplitKind::Time, tr("newest last")},
                 {SplitKind::Random, tr("at random, optimistic")}},
                edited)};
}

std::vector<TrainSection> moreSections(const Edited &edited)
{
    const auto sgd = [](const TrainConfig &config) { return config.optimiser == OptimiserKind::Sgd; };
    const auto steps = [](const TrainConfig &config) { return config.schedule == Schedule::Step; };
    const NumberRange share{0, 1, false, true, tr("a number from 0 to below 1, such as 0.2")};
    const NumberRange notNegative{0, std::numeric_limits<double>::max(), false, false,
                                  tr("a number from 0, such as 0.01")};

    TrainSection network{tr("Network"), {}};
    TrainField captions = choiceField<Captions>(
        tr("Captions"),
        tr("Which words may count beside the picture. Automatic takes the title where most memes have one."),
        &TrainConfig::captions,
        {{Captions::None, tr("none")},
         {Captions::Title, tr("the title")},
         {Captions::Text, tr("the text in the picture")},
         {Captions::Both, tr("both")},
         {Captions::Auto, tr("automatic")}},
        edited);
    captions.applies = [](const TrainConfig &config) { return config.blend; };
    network.fields = {
        switchField(tr("Blend"),
                    tr("Fits straight lines through the features and the words too, and lets each count as much as it "
                       "has earned on memes that it had not seen."),
                    &TrainConfig::blend, tr("with straight lines"), edited),
        captions,
        switchField(tr("Layer norm"), tr("Normalises each meme's features, with a learnt scale and shift."),
                    &TrainConfig::layerNorm, tr("of the features"), edited),
        numberField(tr("Dropout"),
                    tr("The share of a hidden layer that is dropped in every training step. The paper "
                       "keeps 0.2, which is 0.8 here."),
                    &TrainConfig::dropout, share, edited),
        choiceField<Initialisation>(
            tr("Weights start"),
            tr("Kaiming suits layers that switch off below 0, Xavier a linear model. N(0, 1) is "
               "the paper's, and makes the first answers enormous."),
            &TrainConfig::initialisation,
            {{Initialisation::Kaiming, tr("Kaiming")},
             {Initialisation::Xavier, tr("Xavier")},
             {Initialisation::StandardNormal, tr("N(0, 1), the paper's")}},
            edited),
        choiceField<OutputActivation>(
            tr("Output"), tr("A sigmoid keeps answers between 0 and 1. The paper's is linear and knows no bound."),
            &TrainConfig::output,
            {{OutputActivation::Sigmoid, tr("sigmoid, 0 to 1")}, {OutputActivation::Linear, tr("linear, unbounded")}},
            edited),
        switchField(tr("Standardise"),
                    tr("Brings every feature to mean 0 and deviation 1, fitted on the training memes only."),
                    &TrainConfig::standardise, tr("the features"), edited)};

    TrainSection learning{tr("Learning"), {}};
    TrainField momentum = numberField(tr("Momentum"), tr("How much of the last step SGD keeps in the next."),
                                      &TrainConfig::momentum, share, edited);
    momentum.applies = sgd;
    TrainField every = countField(tr("Step every"), tr("Epochs from one step of the learning rate to the next."),
                                  &TrainConfig::scheduleEvery, 1, std::numeric_limits<int>::max(), {}, edited);
    every.applies = steps;
    TrainField factor = numberField(tr("Step factor"), tr("What each step multiplies the learning rate by."),
                                    &TrainConfig::scheduleFactor,
                                    {0, 1, true, false, tr("a number above 0 and at most 1, such as 0.1")}, edited);
    factor.applies = steps;
    learning.fields = {
        lossField(edited),
        choiceField<OptimiserKind>(
            tr("Optimiser"),
            tr("What turns gradients into steps. AdamW decays weights by itself, the others "
               "through the gradient."),
            &TrainConfig::optimiser,
            {{OptimiserKind::Adam, tr("Adam")}, {OptimiserKind::AdamW, tr("AdamW")}, {OptimiserKind::Sgd, tr("SGD")}},
            edited),
        momentum,
        numberField(tr("Weight decay"), tr("Pulls every weight towards 0, against learning by heart. 0 does not."),
                    &TrainConfig::weightDecay, notNegative, edited),
        choiceField<Schedule>(
            tr("Schedule"),
            tr("How the learning rate goes with the epochs: stays, falls in steps, or along half a "
               "cosine to 0 at the last."),
            &TrainConfig::schedule,
            {{Schedule::Constant, tr("constant")}, {Schedule::Step, tr("in steps")}, {Schedule::Cosine, tr("cosine")}},
            edited),
        every,
        factor,
        numberField(tr("Clip gradient"), tr("The most that the gradient's norm may be; 0 for no bound."),
                    &TrainConfig::gradientClip, notNegative, edited),
        countField(tr("Batch"), tr("Memes in one training step."), &TrainConfig::batch, 1, kMost, {}, edited),
        countField(tr("Stop early"), tr("After this many epochs without a better validation loss."),
                   &TrainConfig::patience, 0, std::numeric_limits<int>::max(), tr("never"), edited)};

    TrainSection judging{tr("Judging"), {}};
    judging.fields = {
        numberField(tr("Held out"),
                    tr("The share of memes held out to choose the epoch by, and as many again to judge it by."),
                    &TrainConfig::validationFraction,
                    {0, 0.5, true, true, tr("a share above 0 and below 0.5, such as 0.2")}, edited),
        [&] {
            TrainField folds = countField(tr("Folds"),
                                          tr("Trains so many times, so that every meme is judged once by a model that "
                                             "has not seen it."),
                                          &TrainConfig::folds, 0, int(kMaxFolds), tr("one split"), edited);
            // 1 is neither: what is typed is told, and the arrows step over it.
            folds.read = [box = static_cast<QSpinBox *>(folds.widget)](TrainConfig &config) {
                if (box->value() == 1)
                    return tr("Folds: from 2 to 100, or 0 for one split.");
                config.folds = box->value();
                return QString();
            };
            return folds;
        }(),
        countField(tr("Seeds"), tr("Trains so many times with seeds that follow one another, to tell luck from skill."),
                   &TrainConfig::seeds, 1, 1000, {}, edited),
        seedField(edited)};
    return {network, learning, judging};
}

}  // namespace dank::ui
