// The models and parts of the pages, each alone.

#include <QAbstractItemModelTester>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QLocale>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

#include "ui/evaluate/meme_detail.h"
#include "ui/memes/meme_wall.h"
#include "ui/rate/score_model.h"
#include "ui/runs/runs_model.h"
#include "ui/train/train_settings.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

RunRecord runRecord(std::int64_t number, RunState state)
{
    RunRecord run;
    run.run = number;
    run.state = state;
    run.backbone = number % 2 ? "inception_v3/warp/fp32/seed-1" : "classic/warp/fp32/w-0";
    run.created = "2026-01-02T03:04:05Z";
    run.epochs = int(number * 10);
    run.bestEpoch = int(number * 5);
    run.bestValidationLoss = 0.005 + 0.001 * double(number);
    run.lastValidationLoss = 0.006 + 0.001 * double(number);
    run.meanPredictorLoss = 0.0098;
    if (state == RunState::Done)
        run.model = "models/run-" + std::to_string(number) + ".dankmodel";
    return run;
}

RatedItem scored(const QString &name, double dankness)
{
    RatedItem item;
    item.state = RatedItem::State::Scored;
    item.name = name;
    item.path = QStringLiteral("/memes/") + name;
    item.score.dankness = dankness;
    item.score.percentile = dankness * 100;
    item.score.expectedUpvotes = dankness * 1e4;
    item.modelName = QStringLiteral("run 6");
    item.epoch = 96;
    return item;
}

}  // namespace

class PagePartsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void runsModelKeepsItsContract()
    {
        RunsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRuns({});
        model.setRuns({runRecord(3, RunState::Done), runRecord(2, RunState::Failed), runRecord(1, RunState::Paused)});
        QCOMPARE(model.rowCount(), 3);
        // A new run on top and a deleted one: the others stay the rows they were.
        const QPersistentModelIndex second = model.index(1, RunsModel::Run);
        model.setRuns({runRecord(4, RunState::Running), runRecord(3, RunState::Done), runRecord(2, RunState::Failed)});
        QCOMPARE(second.row(), 2);
        QCOMPARE(second.data().toString(), QStringLiteral("run 2"));
        QCOMPARE(model.rowCount(), 3);
        // A deleted run above: announced, and those below move up.
        QSignalSpy removed(&model, &RunsModel::rowsRemoved);
        model.setRuns({runRecord(4, RunState::Running), runRecord(2, RunState::Failed)});
        QCOMPARE(removed.count(), 1);
        QCOMPARE(second.row(), 1);
        // Any order at all.
        model.setRuns({runRecord(2, RunState::Failed), runRecord(4, RunState::Running), runRecord(9, RunState::Done)});
        QCOMPARE(model.index(2, RunsModel::Run).data().toString(), QStringLiteral("run 9"));
        QSignalSpy spy(&model, &RunsModel::noteEdited);
        QVERIFY(model.setData(model.index(0, RunsModel::Note), QStringLiteral("the\nbest"), Qt::EditRole));
        QCOMPARE(spy.first()[1].toString(), QStringLiteral("the best"));
        QVERIFY(!model.setData(model.index(0, RunsModel::Run), QStringLiteral("7"), Qt::EditRole));
        model.setRuns({});
        QCOMPARE(model.rowCount(), 0);
    }

    void runsModelWords_data()
    {
        QTest::addColumn<double>("best");
        QTest::addColumn<double>("mean");
        QTest::addColumn<QString>("text");
        QTest::newRow("better") << 0.0075 << 0.0098 << "23 % better";
        QTest::newRow("worse") << 0.0147 << 0.0098 << "50 % worse";
        QTest::newRow("the same") << 0.0098 << 0.0098 << "the same";
        QTest::newRow("far worse") << 9383.0 << 0.32 << "2.9e4 × worse";
        QTest::newRow("diverged") << kNaN << 0.0098 << "";
        QTest::newRow("mean unknown") << 0.01 << 0.0 << "";
    }
    void runsModelWords()
    {
        QFETCH(double, best);
        QFETCH(double, mean);
        QFETCH(QString, text);
        auto run = runRecord(1, RunState::Done);
        run.bestValidationLoss = best;
        run.meanPredictorLoss = mean;
        RunsModel model;
        model.setRuns({run});
        QCOMPARE(model.index(0, RunsModel::Gain).data().toString(), text);
        QVERIFY(!std::isnan(model.index(0, RunsModel::BestLoss).data(RunsModel::SortRole).toDouble()));
    }

    void anUnreadableRunSaysSo()
    {
        auto bad = runRecord(2, RunState::Done);
        bad.problem = "Run 2 cannot be read.";
        RunsModel model;
        model.setRuns({runRecord(3, RunState::Done), bad});
        QCOMPARE(model.index(1, RunsModel::State).data().toString(), QStringLiteral("unreadable"));
        QCOMPARE(model.index(1, RunsModel::State).data(Qt::ToolTipRole).toString(),
                 plainToolTip("Run 2 cannot be read."));
        QVERIFY(model.index(1, RunsModel::State).data(Qt::ForegroundRole)
                != model.index(0, RunsModel::State).data(Qt::ForegroundRole));
        for (int column = RunsModel::FixedCount; column < model.columnCount(); ++column)
            QCOMPARE(model.index(1, column).data().toString(), QString());
        QVERIFY(model.differingColumns({0, 1}).empty());
    }

    void layersAreParsed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("layers");
        QTest::newRow("commas") << "512, 256,8"
                                << "512 256 8";
        QTest::newRow("dots") << "512 · 256 · 8"
                              << "512 256 8";
        QTest::newRow("none is a linear head") << ""
                                               << "";
        QTest::newRow("zero") << "512, 0"
                              << "bad";
        QTest::newRow("negative") << "a-5"
                                  << "bad";
        QTest::newRow("words") << "many"
                               << "bad";
        QTest::newRow("too wide") << "99999999"
                                  << "bad";
    }
    void layersAreParsed()
    {
        QFETCH(QString, text);
        QFETCH(QString, layers);
        const auto parsed = parseLayers(text);
        QStringList parts;
        for (int width : parsed.value_or(std::vector<int>{}))
            parts << QString::number(width);
        QCOMPARE(parsed ? parts.join(' ') : QStringLiteral("bad"), layers);
    }

    void settingsAreValidatedAndMarked()
    {
        TrainSettings settings;
        QSignalSpy spy(&settings, &TrainSettings::configChanged);
        QVERIFY(settings.config().has_value());
        QVERIFY(*settings.config() == TrainConfig::automatic());
        auto lines = settings.findChildren<QLineEdit *>();
        QLineEdit *rate = nullptr;
        for (QLineEdit *line : lines) {
            if (line->accessibleName() == QStringLiteral("Learning rate"))
                rate = line;
        }
        QVERIFY(rate);
        rate->setFocus();
        rate->selectAll();
        QTest::keyClicks(rate, QStringLiteral("fast"));
        QVERIFY(settings.problem().contains(QStringLiteral("Learning rate")));
        QCOMPARE(spy.count(), 0);
        rate->selectAll();
        QTest::keyClicks(rate, QStringLiteral("0.01"));
        QVERIFY(settings.problem().isEmpty());
        QVERIFY(spy.count() > 0);
        QCOMPARE(spy.last()[0].value<TrainConfig>().learningRate, 0.01);
        // What comes back from the session does not retype the field.
        rate->setText(QStringLiteral("0.010"));
        settings.setConfig(spy.last()[0].value<TrainConfig>());
        QCOMPARE(rate->text(), QStringLiteral("0.010"));
        settings.setLocked(QStringLiteral("locked while training"));
        QVERIFY(!rate->isEnabled());
        settings.setLocked({});
        QVERIFY(rate->isEnabled());
        settings.setConfig(TrainConfig::paper());
        QVERIFY(*settings.config() == TrainConfig::paper());
    }

    void boardSorts()
    {
        ScoreModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::vector<RatedItem> items{scored("low", 0.1), scored("nan", kNaN), scored("high", 0.9), RatedItem{},
                                     scored("mid", 0.5)};
        items[3].name = QStringLiteral("waiting");
        RatedItem skipped;
        skipped.state = RatedItem::State::Skipped;
        skipped.name = QStringLiteral("skipped");
        skipped.score.skipped = "image truncated";
        items.insert(items.begin(), skipped);
        model.setItems(items);
        const auto names = [&model] {
            QStringList out;
            for (int row = 0; row < model.rowCount(); ++row)
                out << model.item(row)->name;
            return out.join(' ');
        };
        QCOMPARE(names(), QStringLiteral("high mid low nan waiting skipped"));
        // A score comes in: its row moves, and whoever holds it holds it still.
        const QPersistentModelIndex waiting = model.index(4);
        items[4] = scored("waiting", 0.7);
        model.setItems(items);
        QCOMPARE(names(), QStringLiteral("high waiting mid low nan skipped"));
        QCOMPARE(waiting.row(), 1);
        items.push_back(scored("top", 1.0));
        model.setItems(items);
        QCOMPARE(model.item(0)->name, QStringLiteral("top"));
        QCOMPARE(waiting.row(), 2);
        QCOMPARE(model.copyText(0), QStringLiteral("/memes/top\t1\t100\t10000\tnot_judged"));
        model.setItems({});
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(!waiting.isValid());
        model.setItems({scored("again", 0.2)});
        QCOMPARE(names(), QStringLiteral("again"));
    }

    void scoresAreExported()
    {
        std::vector<RatedItem> items{scored("a, \"b\".png", 0.25)};
        items[0].score.expectedUpvotes = 1234.5;
        items[0].untrained = true;
        items[0].score.interval = ScoreInterval{0.9, 0.1, 0.4, 10, 40, 100, 9000};
        items[0].score.rangeRatio = 1.5;
        items[0].score.outsideRange = true;
        items[0].score.neighbours = {{"q", 7, 0.5, false, ""}};
        items[0].judgement.kind = VerdictKind::NoEvidence;
        items[0].judgement.headline = "No evidence.";
        items[0].judgement.reason = "Luck, \"it is\".";
        RatedItem skipped;
        skipped.state = RatedItem::State::Skipped;
        skipped.name = skipped.path = QStringLiteral("x\ny.png");
        skipped.score.skipped = "not an image";
        items.push_back(skipped);
        items.push_back(RatedItem{});
        QLocale::setDefault(QLocale(QLocale::German));
        const QString csv = QString::fromUtf8(scoresToCsv(items));
        const auto json = QJsonDocument::fromJson(scoresToJson(items)).array();
        QLocale::setDefault(QLocale::c());
        QCOMPARE(csv,
                 QStringLiteral(
                     "path,dankness,percentile,expected_upvotes,model,epoch,untrained,skipped,dankness_low,"
                     "dankness_high,percentile_low,percentile_high,expected_upvotes_low,"
                     "expected_upvotes_high,outside_training_range,training_distance,learned_from,neighbours,verdict,"
                     "verdict_text\n"
                     "\"/memes/a, \"\"b\"\".png\",0.25,25,1234.5,run 6,96,true,,0.1,0.4,10,40,100,9000,true,1.5,"
                     "false,q:7,no_evidence,\"No evidence. Luck, \"\"it is\"\".\"\n"
                     "\"x\ny.png\",,,,,,,not an image,,,,,,,,,,,,\n"));
        QCOMPARE(json[0].toObject()["verdict"].toString(), QStringLiteral("no_evidence"));
        QCOMPARE(json[0].toObject()["verdict_text"].toString(), QStringLiteral("No evidence. Luck, \"it is\"."));
        const auto doubt = json[0].toObject();
        QCOMPARE(doubt["interval"]["expected_upvotes"][1].toDouble(), 9000.0);
        QVERIFY(doubt["outside_training_range"].toBool() && !doubt["learned_from"].toBool(true));
        QCOMPARE(doubt["neighbours"][0]["id"].toString(), QStringLiteral("q"));
        QVERIFY(doubt["neighbours"][0]["path"].isNull());
        QVERIFY(ScoreModel::doubt(items[0]).contains(QStringLiteral("90 %")));
        QVERIFY(ScoreModel::warning(items[0]).contains(QStringLiteral("training range")));
        items[0].score.learnedFrom = true;
        QVERIFY(ScoreModel::warning(items[0]).contains(QStringLiteral("learned from")));
        items[0].score = {};
        QVERIFY(ScoreModel::doubt(items[0]).isEmpty() && ScoreModel::warning(items[0]).isEmpty());
        QVERIFY(QJsonDocument::fromJson(scoresToJson(items)).array()[0].toObject()["interval"].isNull());
        QCOMPARE(json.size(), 2);
        QCOMPARE(json[0].toObject()["dankness"].toDouble(), 0.25);
        QCOMPARE(json[0].toObject()["expected_upvotes"].toDouble(), 1234.5);
        QCOMPARE(json[1].toObject()["skipped"].toString(), QStringLiteral("not an image"));
        QVERIFY(!json[1].toObject().contains("dankness"));
    }

    void namesCannotDisturb_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("shown");
        QTest::newRow("lines") << "a\nb\tc"
                               << "a b c";
        QTest::newRow("reversed ending") << QStringLiteral("meme") + QChar(0x202E) + QStringLiteral("gpj.exe")
                                         << "memegpj.exe";
        QTest::newRow("isolates") << QChar(0x2066) + QStringLiteral("x") + QChar(0x2069) << "x";
        QTest::newRow("null") << QStringLiteral("a") + QChar(0) + QStringLiteral("b") << "a b";
        QTest::newRow("markup stays text") << "<img src=x>"
                                           << "<img src=x>";
    }
    void namesCannotDisturb()
    {
        QFETCH(QString, name);
        QFETCH(QString, shown);
        QCOMPARE(plainTitle(name.toStdString()), shown);
        QVERIFY(plainTitle(std::string(100000, 'x')).size() <= 200);
        QVERIFY(!plainTitle("\xff\xfe\x80").isEmpty());
    }

    void wallsHoldTheWorst()
    {
        Evaluation evaluation;
        evaluation.memes = {
            {"over", 0.9, 0.1, 5}, {"under", 0.1, 0.8, 900}, {"near", 0.5, 0.51, 50}, {"nan", kNaN, 0.5, 1}};
        const auto ids = [&](WallKind kind, std::size_t most = 12) {
            std::string out;
            for (const auto &meme : memesForWall(evaluation, kind, most))
                out += meme.id + ' ';
            return out;
        };
        QCOMPARE(ids(WallKind::Overrated), std::string("over "));
        QCOMPARE(ids(WallKind::SleptOn), std::string("under near "));
        QCOMPARE(ids(WallKind::Nailed), std::string("near under over "));
        QCOMPARE(ids(WallKind::Nailed, 1), std::string("near "));
    }
};

QTEST_MAIN(PagePartsTest)
#include "page_parts_test.moc"
