// The settings of a training: to the fields and back, what is told of what makes no sense, groups and preview.

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>

#include "tests/ui/session_fixture.h"
#include "tests/ui/train/field_of.h"
#include "ui/charts/target_chart.h"
#include "ui/train/group_field.h"
#include "ui/train/loss_field.h"
#include "ui/train/train_page.h"
#include "ui/train/train_settings.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;
using dank::test::fieldOf;
using dank::test::Fixture;

namespace {

/// A preset with one setting changed, by its name.
TrainConfig odd(const char *what)
{
    TrainConfig c;
    const QByteArray name(what);
    if (name == "layers")
        c.hidden = {1, 65536, 7};
    else if (name == "no layers")
        c.hidden = {};
    else if (name == "dropout")
        c.dropout = 0.1234567890123;
    else if (name == "layer norm")
        c.layerNorm = true;
    else if (name == "init")
        c.initialisation = Initialisation::Xavier;
    else if (name == "output")
        c.output = OutputActivation::Linear;
    else if (name == "raw")
        c.standardise = false;
    else if (name == "target")
        c.target = TargetKind::Log;
    else if (name == "loss")
        c.loss = lossFromText("0.125mse+huber:0.75+2bce+0.5ranknet");
    else if (name == "huber")
        c.loss = lossFromText("huber");
    else if (name == "sgd") {
        c.optimiser = OptimiserKind::Sgd;
        c.momentum = 1.0 / 3;
        c.weightDecay = 1e-9;
    } else if (name == "rate")
        c.learningRate = 1e-17;
    else if (name == "steps") {
        c.schedule = Schedule::Step;
        c.scheduleEvery = 12345;
        c.scheduleFactor = 0.9999999;
    } else if (name == "clip")
        c.gradientClip = 3.5e-4;
    else if (name == "batch")
        c.batch = 1'000'000;
    else if (name == "epochs")
        c.epochs = 1'000'000;
    else if (name == "patience")
        c.patience = 2'000'000'000;
    else if (name == "split")
        c.split = SplitKind::Duplicates;
    else if (name == "held out")
        c.validationFraction = 0.4999999;
    else if (name == "group") {
        c.group = "column:month";
        c.within = true;
    } else if (name == "rows")
        c.group = "rows:1-902,903-1773";
    else if (name == "file")
        c.group = "file:/somewhere/with spaces & signs/groups.csv";
    else if (name == "folds")
        c.folds = 100;
    else if (name == "seeds")
        c.seeds = 1000;
    else if (name == "seed")
        c.seed = 18446744073709551615ull;
    else
        c.preset = "of another version";
    return c;
}

std::shared_ptr<const TargetPreview> previewOf(const TrainConfig &config, const std::string &groupProblem = {})
{
    auto preview = std::make_shared<TargetPreview>();
    preview->kind = config.target;
    preview->group = config.group;
    preview->within = config.within;
    preview->groupProblem = preview->problem = groupProblem;
    if (groupProblem.empty())
        preview->targets = {0.1f, 0.4f, 0.4f, 0.9f};
    return preview;
}

}  // namespace

class TrainSettingsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_config.path());
        applyTheme(*qApp, ThemeMode::Light);
    }

    void configsGoThroughTheFields_data()
    {
        QTest::addColumn<QString>("json");
        for (const TrainPreset &preset : trainPresets()) {
            TrainConfig config = TrainConfig::fromPreset(preset.name);
            if (config.within)
                config.group = "author";
            QTest::newRow(preset.name) << QString::fromStdString(trainConfigToJson(config));
        }
        for (const char *what :
             {"layers",   "no layers", "dropout", "layer norm", "init",  "output", "raw",    "target",   "loss",
              "huber",    "sgd",       "rate",    "steps",      "clip",  "batch",  "epochs", "patience", "split",
              "held out", "group",     "rows",    "file",       "folds", "seeds",  "seed",   "preset"})
            QTest::newRow(what) << QString::fromStdString(trainConfigToJson(odd(what)));
    }
    void configsGoThroughTheFields()
    {
        QFETCH(QString, json);
        const TrainConfig config = trainConfigFromJson(json.toStdString());
        TrainSettings settings;
        QSignalSpy spy(&settings, &TrainSettings::configChanged);
        settings.setConfig(config);
        QCOMPARE(spy.count(), 0);
        QVERIFY2(settings.problem().isEmpty(), qPrintable(settings.problem()));
        QVERIFY(settings.config().has_value());
        QCOMPARE(QString::fromStdString(trainConfigToJson(*settings.config())), json);
        // A real edit reads every field, and changes only what was edited.
        auto *seed = fieldOf<QLineEdit>(settings, "Seed");
        seed->selectAll();
        QTest::keyClicks(seed, "7");
        TrainConfig expected = config;
        expected.seed = 7;
        QVERIFY(spy.count() > 0);
        QCOMPARE(QString::fromStdString(trainConfigToJson(spy.last()[0].value<TrainConfig>())),
                 QString::fromStdString(trainConfigToJson(expected)));
    }

    void whatMakesNoSenseIsTold_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *field, const char *typed, const char *said) {
            QTest::addRow("%s %s", field, typed) << field << typed << said;
        };
        row("Layers", "512, many", "Layers:");
        row("Layers", "0", "Layers:");
        row("Layers", "65537", "Layers:");
        row("Learning rate", "fast", "Learning rate: a number above 0");
        row("Learning rate", "0", "Learning rate:");
        row("Learning rate", "inf", "Learning rate:");
        row("Learning rate", "nan", "Learning rate:");
        row("Dropout", "1", "Dropout: a number from 0 to below 1");
        row("Dropout", "-0.1", "Dropout:");
        row("Weight decay", "-1", "Weight decay:");
        row("Clip gradient", "-1", "Clip gradient:");
        row("Held out", "0.5", "Held out: a share above 0 and below 0.5");
        row("Held out", "0", "Held out:");
        row("Seed", "-1", "Seed: a whole number");
        row("Seed", "18446744073709551616", "Seed:");
    }
    void whatMakesNoSenseIsTold()
    {
        QFETCH(QString, field);
        QFETCH(QString, typed);
        QFETCH(QString, said);
        TrainSettings settings;
        settings.setMoreShown(false);
        QSignalSpy changes(&settings, &TrainSettings::configChanged),
            problems(&settings, &TrainSettings::problemChanged);
        auto *line = fieldOf<QLineEdit>(settings, qPrintable(field));
        const QString before = line->text();
        line->selectAll();
        QTest::keyClicks(line, typed);
        QVERIFY2(settings.problem().startsWith(said), qPrintable(settings.problem()));
        QVERIFY(settings.problem().endsWith('.'));
        QCOMPARE(problems.last()[0].toString(), settings.problem());
        QVERIFY(!settings.config());
        // The sentence stands with its field, and the field can be seen.
        auto *told = line->parentWidget()->findChild<TextLabel *>();
        QCOMPARE(told->text(), settings.problem());
        QVERIFY(told->isVisibleTo(&settings));
        // What the session says meanwhile does not take it away.
        settings.setConfig(changes.isEmpty() ? TrainConfig::automatic() : changes.last()[0].value<TrainConfig>());
        QCOMPARE(line->text(), typed);
        line->selectAll();
        QTest::keyClicks(line, before);
        QVERIFY(settings.problem().isEmpty());
        QVERIFY(!told->isVisibleTo(&settings));
        QCOMPARE(problems.last()[0].toString(), QString());
    }

    void settingsThatDoNotFitTogetherAreTold()
    {
        TrainSettings settings;
        const auto choose = [&](const char *field, const char *text) {
            auto *box = fieldOf<QComboBox>(settings, field);
            box->setCurrentIndex(box->findText(QLatin1String(text)));
            QVERIFY2(box->currentIndex() >= 0, text);
            emit box->activated(box->currentIndex());
        };
        choose("Loss", "cross-entropy");
        QVERIFY(settings.problem().isEmpty());
        choose("Output", "linear, unbounded");
        QVERIFY2(settings.problem().contains("sigmoid"), qPrintable(settings.problem()));
        choose("Loss", "squared error");
        QVERIFY(settings.problem().isEmpty());
        fieldOf<QCheckBox>(settings, "Measured")->click();
        QVERIFY2(settings.problem().startsWith("Choose what memes are grouped by"), qPrintable(settings.problem()));
        fieldOf<QCheckBox>(settings, "Measured")->click();
        fieldOf<QSpinBox>(settings, "Folds")->setValue(1);
        QVERIFY2(settings.problem().startsWith("Folds: from 2"), qPrintable(settings.problem()));
        fieldOf<QSpinBox>(settings, "Folds")->setValue(5);
        QVERIFY(settings.problem().isEmpty());
        choose("Split", "newest last");
        QVERIFY2(settings.problem().contains("only once"), qPrintable(settings.problem()));
    }

    void sumsOfLossesAreChecked()
    {
        TrainSettings settings;
        auto *loss = settings.findChild<LossField *>();
        loss->list()->setCurrentIndex(loss->list()->count() - 1);
        emit loss->list()->activated(loss->list()->currentIndex());
        QVERIFY(loss->line()->isVisibleTo(&settings));
        loss->line()->selectAll();
        QTest::keyClicks(loss->line(), "bce+0.3");
        QVERIFY2(settings.problem().startsWith("This loss cannot be used"), qPrintable(settings.problem()));
        QTest::keyClicks(loss->line(), "ranknet");
        QVERIFY(settings.problem().isEmpty());
        QCOMPARE(lossText(settings.config()->loss), std::string("bce+0.3ranknet"));
    }

    void changesAreMarkedAndTakenBack()
    {
        TrainSettings settings;
        settings.setMoreShown(false);
        auto *reset = settings.findChild<QPushButton *>(QString(), Qt::FindDirectChildrenOnly);
        auto *more = settings.findChild<QToolButton *>("moreSettings");
        QCOMPARE(more->text(), QString("More settings"));
        TrainConfig config;
        config.momentum = 0.5;
        config.epochs = 7;
        settings.setConfig(config);
        QCOMPARE(more->text(), QString("More settings · 1 changed"));
        QStringList marked;
        for (const TextLabel *label : settings.findChildren<TextLabel *>())
            if (label->text().endsWith(QStringLiteral(" •")))
                marked << label->text();
        QCOMPARE(marked.size(), 2);
        QSignalSpy spy(&settings, &TrainSettings::configChanged);
        for (QPushButton *button : settings.findChildren<QPushButton *>())
            if (button->text() == "Reset")
                reset = button;
        reset->click();
        QVERIFY(spy.last()[0].value<TrainConfig>() == TrainConfig::standard());
        // Momentum means something with SGD only.
        QVERIFY(!fieldOf<QLineEdit>(settings, "Momentum")->isEnabled());
        config.optimiser = OptimiserKind::Sgd;
        settings.setConfig(config);
        QVERIFY(fieldOf<QLineEdit>(settings, "Momentum")->isEnabled());
    }

    void moreIsRemembered()
    {
        {
            TrainSettings settings;
            settings.setMoreShown(true);
            QVERIFY(fieldOf<QLineEdit>(settings, "Momentum")->isVisibleTo(&settings));
            QVERIFY(!fieldOf<QLineEdit>(settings, "Layers")->parentWidget()->isHidden());
        }
        TrainSettings again;
        QVERIFY(again.isMoreShown());
        again.setMoreShown(false);
        QVERIFY(!fieldOf<QLineEdit>(again, "Momentum")->isVisibleTo(&again));
        QVERIFY(!TrainSettings().isMoreShown());
    }

    void groupsComeFromTheDataset()
    {
        TrainSettings settings;
        QSignalSpy spy(&settings, &TrainSettings::configChanged);
        GroupField *group = settings.findChild<GroupField *>();
        const std::string longName(100, 'w');
        std::vector<GroupChoice> choices{{"author", "author", 21, 4, {}},
                                         {"template", "template", 0, 0, {}},
                                         {"subreddit", "subreddit", 4, 0, {}},
                                         {"flag", "flag", 0, 0, "Grouping by flag makes a single group."}};
        for (int i = 0; i < 40; ++i)
            choices.push_back({longName + std::to_string(i), longName + std::to_string(i), 2, 0, {}});
        const int wide = settings.minimumSizeHint().width();
        settings.setGroupChoices(choices);
        QCOMPARE(settings.minimumSizeHint().width(), wide);  // somebody's column does not widen the page
        QVERIFY(group->list()->findText(QStringLiteral("author · 21 groups")) > 0);
        QVERIFY(group->list()->findText(QStringLiteral("template · by looks")) > 0);
        QVERIFY(group->list()->findText(QStringLiteral("flag · no use here")) > 0);
        const auto choose = [&](const QString &data) {
            const int at = group->list()->findData(data);
            QVERIFY2(at >= 0, qPrintable(data));
            group->list()->setCurrentIndex(at);
            emit group->list()->activated(at);
        };
        choose("subreddit");
        QCOMPARE(settings.config()->group, std::string("subreddit"));
        // Another dataset that has no such column: it stays chosen, and what is wrong is told.
        settings.setGroupChoices({{"author", "author", 2, 0, {}}});
        QCOMPARE(settings.config()->group, std::string("subreddit"));
        settings.setPreview(previewOf(*settings.config(), "The dataset has no column 'subreddit'."));
        QCOMPARE(settings.problem(), QString("The dataset has no column 'subreddit'."));
        // What is said about other settings is not about these.
        settings.setPreview(previewOf(TrainConfig::standard(), "Old news."));
        QVERIFY(settings.problem().isEmpty());

        group->askForSideFile = [] { return QString("/data/groups.csv"); };
        choose(QStringLiteral("\x01"
                              "file"));
        QCOMPARE(settings.config()->group, std::string("file:/data/groups.csv"));
        QCOMPARE(group->list()->currentText(), QString("side file groups.csv"));
        group->askForSideFile = [] { return QString(); };
        choose(QStringLiteral("\x01"
                              "file"));
        QCOMPARE(settings.config()->group, std::string("file:/data/groups.csv"));  // nothing chosen, nothing changed

        choose(QStringLiteral("\x01"
                              "rows"));
        QVERIFY(group->rows()->isVisibleTo(&settings));
        QVERIFY2(settings.problem().startsWith("Group: ranges of rows"), qPrintable(settings.problem()));
        QTest::keyClicks(group->rows(), "1-5,4-9");
        QVERIFY2(settings.problem().contains("overlap"), qPrintable(settings.problem()));
        group->rows()->selectAll();
        QTest::keyClicks(group->rows(), "1-3,4-9");
        QVERIFY(settings.problem().isEmpty());
        QCOMPARE(spy.last()[0].value<TrainConfig>().group, std::string("rows:1-3,4-9"));
    }

    void rankingTakesAGroupThatIsThere()
    {
        TrainSettings settings;
        const auto choosePreset = [&](const char *name) {
            auto *preset = fieldOf<QComboBox>(settings, "Preset");
            preset->setCurrentIndex(preset->findData(QLatin1String(name)));
            emit preset->activated(preset->currentIndex());
        };
        choosePreset("ranking");  // nothing is known to group by
        QVERIFY2(settings.problem().isEmpty(), qPrintable(settings.problem()));
        QVERIFY(settings.config()->group.empty());
        choosePreset("standard");
        settings.setGroupChoices({{"author", "author", 21, 4, {}}, {"Subreddit", "Subreddit", 4, 0, {}}});
        choosePreset("ranking");
        QVERIFY(settings.problem().isEmpty());
        QCOMPARE(settings.config()->group, std::string("Subreddit"));
        QVERIFY(settings.config()->within);
        // A preset knows nothing of a dataset's groups: the chosen one stays.
        TrainConfig config = *settings.config();
        config.group = "author";
        settings.setConfig(config);
        choosePreset("small");
        QCOMPARE(settings.config()->group, std::string("author"));
        QVERIFY(!settings.config()->within);
    }

    void previewIsWhatTheCoreMakes()
    {
        Fixture f;
        const std::unique_ptr<QWidget> page(makeTrainPage(*f.session));
        auto *settings = page->findChild<TrainSettings *>();
        BarPlot *plot = settings->targetChart()->plot();
        QVERIFY(f.load());
        QVERIFY(f.waitFor([&] { return f.session->choices().preview() && !f.session->choices().groups().empty(); }));
        TrainConfig config = f.session->choices().config();
        for (const auto &[kind, group, within] : {std::tuple{TargetKind::Max, "", false},
                                                  {TargetKind::Log, "", false},
                                                  {TargetKind::Percentile, "rows:1-5,6-10", true},
                                                  {TargetKind::Max, "rows:1-5,6-10", true}}) {
            config.target = kind;
            config.group = group;
            config.within = within;
            f.session->choices().setConfig(config);
            QVERIFY(f.waitFor([&] {
                const auto made = f.session->choices().preview();
                return made && made->kind == kind && made->group == group && made->within == within;
            }));
            std::vector<int> counts(20);
            for (const float value : previewTarget(*f.session->data().dataset(), config).targets)
                ++counts[std::size_t(std::min(19, int(double(value) * 20)))];
            const auto rows = plot->table().rows;
            QCOMPARE(rows.size(), counts.size());
            for (std::size_t i = 0; i < counts.size(); ++i)
                QCOMPARE(rows[i][2].toInt(), counts[i]);
        }
        QVERIFY2(settings->targetChart()->caption().contains("within"), qPrintable(settings->targetChart()->caption()));
        // Every author has one meme: told beside the field, and nothing is trained.
        config.group = "author";
        f.session->choices().setConfig(config);
        QVERIFY(f.waitFor([&] { return settings->problem().contains("group of its own"); }));
        f.session->training().train();
        QTest::qWait(30);
        QCOMPARE(f.engine->trainings.load(), 0);
        QVERIFY(f.session->workplace().message()->text.contains("group of its own"));
        config.group.clear();
        config.within = false;
        f.session->choices().setConfig(config);
        QVERIFY(f.waitFor([&] { return settings->problem().isEmpty(); }));
    }

private:
    QTemporaryDir m_config;
};

QTEST_MAIN(TrainSettingsTest)
#include "train_settings_test.moc"
