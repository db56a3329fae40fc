// What is learnt: upvotes or a label, chosen on the Train page.

#include <QCheckBox>
#include <QComboBox>
#include <QSignalSpy>
#include <QTest>

#include "core/learn/loss.h"
#include "tests/ui/train/field_of.h"
#include "ui/train/target_field.h"
#include "ui/train/train_settings.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;
using dank::test::fieldOf;

namespace {

const std::vector<LabelChoice> kChoices{{Label::parse("hateful=no<yes"), {80, 20}, 3},
                                        {Label::parse("humour=a<b<c"), {10, 20, 70}, 0}};

void choose(QComboBox &list, const QString &text)
{
    const int at = list.findText(text, Qt::MatchStartsWith);
    QVERIFY2(at >= 0, qPrintable(text));
    list.setCurrentIndex(at);
    emit list.activated(at);
}

}  // namespace

class TargetFieldTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void labelsStandBesideUpvotes()
    {
        TargetField field;
        QCOMPARE(field.list()->count(), 3);
        field.setChoices(kChoices, true);
        QCOMPARE(field.list()->count(), 5);
        QCOMPARE(field.list()->itemText(3), QString("hateful · 80 / 20"));
        QCOMPARE(field.list()->itemText(4), QString("humour · 3 classes"));
        // As markup, whose spaces do not break.
        const QString tip = field.list()->itemData(3, Qt::ToolTipRole).toString();
        QVERIFY2(tip.contains("yes:") && tip.contains("label"), qPrintable(tip));
        QCOMPARE(field.list()->currentText(), QString("percentile"));
    }

    void choosingOneChangesWhatFollowsFromIt()
    {
        TrainSettings settings;
        settings.setLabelChoices(kChoices, true);
        QSignalSpy spy(&settings, &TrainSettings::configChanged);
        auto *list = fieldOf<QComboBox>(settings, "Target");
        choose(*list, "hateful");
        QCOMPARE(spy.size(), 1);
        const auto chosen = settings.config();
        QVERIFY(chosen);
        QCOMPARE(chosen->label, std::string("hateful=no<yes"));
        QCOMPARE(chosen->target, TargetKind::Max);
        QCOMPARE(lossText(chosen->loss), std::string("bce"));
        QVERIFY(!fieldOf<QCheckBox>(settings, "Measured")->isEnabled());
        QVERIFY(list->currentText().startsWith("hateful"));

        // Another preset keeps it.
        choose(*fieldOf<QComboBox>(settings, "Preset"), "Small");
        QCOMPARE(settings.config()->label, std::string("hateful=no<yes"));
        QCOMPARE(lossText(settings.config()->loss), std::string("bce"));

        // Back to upvotes, with the preset's loss.
        choose(*fieldOf<QComboBox>(settings, "Target"), "percentile");
        QCOMPARE(settings.config()->label, std::string());
        QCOMPARE(settings.config()->target, TargetKind::Percentile);
        QCOMPARE(lossText(settings.config()->loss), std::string("mse"));
        QVERIFY(fieldOf<QCheckBox>(settings, "Measured")->isEnabled());
    }

    void aLossOfOnesOwnStaysWithAnotherLabel()
    {
        TrainConfig config = TrainConfig::automatic();
        config.learnLabel(kChoices[0].label, true);
        config.loss = lossFromText("mse");
        TargetField field;
        field.setChoices(kChoices, true);
        field.show(config);
        field.list()->setCurrentIndex(4);
        field.apply(config);
        QCOMPARE(config.label, std::string("humour=a<b<c"));
        QCOMPARE(lossText(config.loss), std::string("mse"));
    }

    void whatTheDatasetDoesNotHaveStays()
    {
        TrainConfig config;
        config.learnLabel(Label::parse("hateful=yes<no"), true);  // an order of one's own
        TargetField field;
        field.show(config);
        QCOMPARE(field.list()->currentText(), QString("hateful · not in this dataset"));
        field.apply(config);
        QCOMPARE(config.label, std::string("hateful=yes<no"));
        field.setChoices(kChoices, true);
        QVERIFY(field.list()->currentText().startsWith("hateful · 80 / 20"));
        field.apply(config);
        QCOMPARE(config.label, std::string("hateful=yes<no"));
    }

    void withoutUpvotesThereAreLabelsAlone()
    {
        TrainConfig config;
        config.learnLabel(kChoices[0].label, true);
        TargetField field;
        field.show(config);
        field.setChoices(kChoices, false);
        QCOMPARE(field.list()->count(), 2);
    }
};

QTEST_MAIN(TargetFieldTest)
#include "target_field_test.moc"
