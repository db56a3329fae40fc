#include <QAbstractItemModelTester>
#include <QBuffer>
#include <QComboBox>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/store/model_file.h"
#include "tests/ui/fake_engine.h"
#include "ui/charts/loss_chart.h"
#include "ui/charts/scatter_chart.h"
#include "ui/pages/evaluate_page.h"
#include "ui/pages/evaluate_parts.h"
#include "ui/pages/loss_card.h"
#include "ui/pages/meme_wall.h"
#include "ui/pages/rate_page.h"
#include "ui/pages/runs_card.h"
#include "ui/pages/score_model.h"
#include "ui/pages/train_page.h"
#include "ui/pages/train_settings.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Figures that look like a real run's, so that the pictures show what a person would see.
class PicturesqueEngine : public test::FakeEngine {
public:
    static Evaluation judge(const Dataset &dataset)
    {
        std::vector<JudgedMeme> memes;
        const auto records = dataset.records();
        for (std::size_t i = 0; i < records.size(); ++i) {
            const double actual = (double(i) + 0.5) / double(records.size());
            const double predicted =
                std::clamp(0.3 + 0.45 * actual + 0.3 * std::sin(double(i) * 12.9898) * std::sin(double(i) * 3.1), 0.0, 1.0);
            memes.push_back({records[i].id, predicted, actual, records[i].upvotes});
        }
        const std::string subset = std::to_string(memes.size()) + " held-out memes";
        return dank::evaluate(std::move(memes), 0.5, subset, false);
    }

    TrainReport train(const Dataset &dataset, const BackboneRequest &request, const TrainConfig &config,
                      const std::filesystem::path &folder, const TrainingObserver &observer, TrainingControl &control,
                      const JobContext &job) override
    {
        TrainReport report = FakeEngine::train(dataset, request, config, folder, observer, control, job);
        Model model = *report.model;
        model.config = config;
        for (int i = 0; i < 48; ++i)
            model.reference.push_back(float(0.5 + 0.45 * std::sin(i * 0.7) * std::cos(i * 1.9)));
        std::sort(model.reference.begin(), model.reference.end());
        model.referenceName = "48 held-out memes";
        Library library = Library::open(folder);
        report.modelPath = library.modelPath(report.run);
        std::filesystem::create_directories(report.modelPath.parent_path());
        saveModel(model, report.modelPath);
        library.setRunModel(report.run, report.modelPath.string());
        report.model = std::make_shared<const Model>(std::move(model));
        report.evaluation = judge(dataset);
        return report;
    }

    Evaluation evaluate(const Model &, const Dataset &dataset, const BackboneRequest &, const std::filesystem::path &,
                        const JobContext &) override
    {
        return judge(dataset);
    }

    std::unique_ptr<RatingSession> openRating(std::shared_ptr<const Model> model, const std::string &, const std::string &,
                                              const std::filesystem::path &) override
    {
        return std::make_unique<Rater>(std::move(model));
    }

    Image thumbnail(const std::filesystem::path &file, int side, std::string &) const override
    {
        const auto hash = std::hash<std::string>()(file.filename().string());
        Image image{side, side * 3 / 4, {}};
        for (int y = 0; y < image.height; ++y)
            for (int x = 0; x < image.width; ++x)
                for (int c = 0; c < 3; ++c)
                    image.rgb.push_back(std::uint8_t(50 + (hash >> (8 * c)) % 120 + (x + y * (c + 1)) * 70 / (image.width * 4)));
        return image;
    }

private:
    class Rater : public RatingSession {
    public:
        explicit Rater(std::shared_ptr<const Model> model) : m_model(std::move(model)) {}
        const Model &model() const override { return *m_model; }
        Score rate(const std::filesystem::path &file) const override { return score(file.filename().string(), file.string()); }
        Score rate(std::span<const std::byte>, const std::string &name) const override { return score(name, name); }

    private:
        static Score score(const std::string &name, const std::string &path)
        {
            Score result;
            result.path = path;
            if (name.find("broken") != std::string::npos) {
                result.skipped = "it ends before its picture does";
                return result;
            }
            result.dankness = double(std::hash<std::string>()(name) % 1000) / 1000;
            result.percentile = result.dankness * 100;
            result.expectedUpvotes = 900 * std::exp(result.dankness * 5);
            return result;
        }
        std::shared_ptr<const Model> m_model;
    };
};

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

void keepPicture(QWidget &widget, const QString &name)
{
    const QString folder = QStringLiteral(DANK_BIN "/../pictures");
    QDir().mkpath(folder);
    widget.grab().save(folder + QLatin1Char('/') + name + QStringLiteral(".png"));
}

/// A dataset folder with one-pixel pictures: enough for the header checks of the loader.
void writeDataset(const QString &folder, int rows)
{
    QDir().mkpath(folder + QStringLiteral("/memes"));
    QJsonObject table;
    const QStringList titles{QStringLiteral("one does not simply"), QStringLiteral("<b>me</b> & the boys"), QStringLiteral("nobody:"),
                             QStringLiteral("when the code compiles"), QStringLiteral("monday again")};
    QImage picture(8, 6, QImage::Format_RGB32);
    for (int i = 0; i < rows; ++i) {
        const QString id = QStringLiteral("m%1").arg(i);
        table.insert(QString::number(i + 1), QJsonObject{{"id", id}, {"ups", 500 + i * i * 17}, {"title", titles[i % titles.size()]},
                                                         {"author", QStringLiteral("u%1").arg(i % 17)}});
        picture.fill(QColor::fromHsv(i * 7 % 360, 120, 150));
        picture.save(folder + QStringLiteral("/memes/%1.png").arg(id));
    }
    QFile file(folder + QStringLiteral("/db.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QJsonDocument(QJsonObject{{"_default", table}}).toJson());
}

}  // namespace

class PagesTest : public QObject {
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

    void layersAreParsed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("layers");
        QTest::newRow("commas") << "512, 256,8" << "512 256 8";
        QTest::newRow("dots") << "512 · 256 · 8" << "512 256 8";
        QTest::newRow("none is a linear head") << "" << "";
        QTest::newRow("zero") << "512, 0" << "bad";
        QTest::newRow("negative") << "a-5" << "bad";
        QTest::newRow("words") << "many" << "bad";
        QTest::newRow("too wide") << "99999999" << "bad";
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
        QVERIFY(*settings.config() == TrainConfig::standard());
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
        std::vector<RatedItem> items{scored("low", 0.1), scored("nan", kNaN), scored("high", 0.9), RatedItem{}, scored("mid", 0.5)};
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
        QCOMPARE(model.copyText(0), QStringLiteral("/memes/top\t1\t100\t10000"));
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
        QCOMPARE(csv, QStringLiteral("path,dankness,percentile,expected_upvotes,model,epoch,skipped\n"
                                     "\"/memes/a, \"\"b\"\".png\",0.25,25,1234.5,run 6,96,\n"
                                     "\"x\ny.png\",,,,,,not an image\n"));
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
        QTest::newRow("lines") << "a\nb\tc" << "a b c";
        QTest::newRow("reversed ending") << QStringLiteral("meme") + QChar(0x202E) + QStringLiteral("gpj.exe") << "memegpj.exe";
        QTest::newRow("isolates") << QChar(0x2066) + QStringLiteral("x") + QChar(0x2069) << "x";
        QTest::newRow("null") << QStringLiteral("a") + QChar(0) + QStringLiteral("b") << "a b";
        QTest::newRow("markup stays text") << "<img src=x>" << "<img src=x>";
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
        evaluation.memes = {{"over", 0.9, 0.1, 5}, {"under", 0.1, 0.8, 900}, {"near", 0.5, 0.51, 50}, {"nan", kNaN, 0.5, 1}};
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

    void pagesLiveThroughARun()
    {
        QTemporaryDir folder;
        writeDataset(folder.filePath(QStringLiteral("reddit")), 120);
        auto engine = std::make_shared<PicturesqueEngine>();
        engine->epochMs = 2;
        Session session({.library = folder.filePath(QStringLiteral("library")).toStdString(), .threads = 1, .engine = engine});
        TrainPage train(session);
        EvaluatePage evaluate(session);
        RatePage rate(session);
        for (QWidget *page : std::initializer_list<QWidget *>{&train, &evaluate, &rate}) {
            page->resize(1096, 670);
            page->show();
        }
        QTest::qWait(100);
        keepPicture(train, QStringLiteral("train-empty"));
        keepPicture(evaluate, QStringLiteral("evaluate-empty"));
        // Dropped before there is a model: they wait.
        session.rate({folder.filePath(QStringLiteral("reddit/memes/m3.png"))});
        QTest::qWait(60);
        keepPicture(rate, QStringLiteral("rate-empty"));
        QCOMPARE(rate.findChild<QStackedWidget *>()->currentIndex(), 0);

        session.openDataset(folder.filePath(QStringLiteral("reddit/db.json")));
        QTRY_VERIFY_WITH_TIMEOUT(session.dataset() != nullptr, 20000);
        QCOMPARE(session.dataset()->records().size(), std::size_t(120));
        QTRY_VERIFY_WITH_TIMEOUT(session.actions().train, 20000);
        auto config = session.trainConfig();
        config.epochs = 60;
        session.setTrainConfig(config);
        session.train();
        QTRY_VERIFY_WITH_TIMEOUT(session.training().curve.size() > 20, 20000);
        auto *chart = train.findChild<LossChart *>();
        QTRY_VERIFY(chart->table().rows.size() > 5);
        session.pause();
        QTRY_COMPARE_WITH_TIMEOUT(session.job().state, JobState::Paused, 20000);
        QTest::qWait(80);
        QVERIFY(!train.findChild<TrainSettings *>()->findChild<QComboBox *>()->isEnabled());
        QVERIFY(train.findChild<LossCard *>()->verdict().startsWith(QStringLiteral("Paused at epoch")));
        keepPicture(train, QStringLiteral("train-paused"));
        // The table knows as much as the chart.
        auto *runs = train.findChild<RunsCard *>()->model();
        QCOMPARE(runs->record(session.training().run)->epochs, session.training().curve.back().epoch);
        QCOMPARE(runs->index(0, RunsModel::State).data().toString(), QStringLiteral("paused"));
        session.resume();
        QTRY_COMPARE_WITH_TIMEOUT(session.training().curve.size(), std::size_t(60), 20000);
        QTRY_VERIFY_WITH_TIMEOUT(!session.training().live, 20000);
        QTest::qWait(80);
        QCOMPARE(chart->table().rows.size(), std::size_t(60));
        QVERIFY2(train.findChild<LossCard *>()->verdict().contains(QStringLiteral("Best epoch 60")),
                 qPrintable(train.findChild<LossCard *>()->verdict()));
        QVERIFY(train.findChild<TrainSettings *>()->findChild<QComboBox *>()->isEnabled());
        QTRY_COMPARE(train.findChild<RunsCard *>()->model()->rowCount(), 1);
        // The picture that waited has its score.
        QTRY_COMPARE_WITH_TIMEOUT(session.scores().front().state, RatedItem::State::Scored, 20000);
        QTRY_COMPARE(rate.findChild<QStackedWidget *>()->currentIndex(), 1);
    }

    void boardTakesTwoThousand()
    {
        QTemporaryDir folder;
        const QString memes = folder.filePath(QStringLiteral("pile"));
        QDir().mkpath(memes);
        QImage picture(4, 3, QImage::Format_RGB32);
        picture.fill(Qt::red);
        QByteArray png;
        QBuffer buffer(&png);
        QVERIFY(buffer.open(QIODevice::WriteOnly));
        QVERIFY(picture.save(&buffer, "PNG"));
        const auto put = [&](const QString &name) {
            QFile file(memes + QLatin1Char('/') + name);
            QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(name));
            file.write(png);
        };
        for (int i = 0; i < 1994; ++i)
            put(QStringLiteral("meme %1.png").arg(i));
        put(QStringLiteral("broken.png"));
        put(QStringLiteral("new\nline.png"));
        put(QStringLiteral("<b>bold<img src=x>.png"));
        put(QStringLiteral("evil") + QChar(0x202E) + QStringLiteral("gnp.exe.png"));
        put(QStringLiteral("x").repeated(240) + QStringLiteral(".png"));
        put(QStringLiteral("日本語 🐸 100% %1 & more.png"));

        auto engine = std::make_shared<PicturesqueEngine>();
        Session session({.library = folder.filePath(QStringLiteral("library")).toStdString(), .threads = 1, .engine = engine});
        writeDataset(folder.filePath(QStringLiteral("reddit")), 40);
        session.openDataset(folder.filePath(QStringLiteral("reddit/db.json")));
        QTRY_VERIFY_WITH_TIMEOUT(session.actions().train, 20000);
        auto config = session.trainConfig();
        config.epochs = 12;
        session.setTrainConfig(config);
        session.train();
        QTRY_VERIFY2_WITH_TIMEOUT(session.ratingModel() != nullptr && !session.training().live,
                                  qPrintable(session.message() ? session.message()->text : QString()), 20000);
        RatePage page(session);
        page.resize(1096, 670);
        page.show();
        session.rate({memes});
        QTRY_COMPARE_WITH_TIMEOUT(session.scores().size(), std::size_t(2000), 30000);
        QTRY_VERIFY_WITH_TIMEOUT(std::none_of(session.scores().begin(), session.scores().end(),
                                              [](const RatedItem &item) { return item.state == RatedItem::State::Waiting; }),
                                 60000);
        auto *model = page.findChild<ScoreModel *>();
        QTRY_COMPARE(model->rowCount(), 2000);
        QTRY_COMPARE(model->item(1999)->state, RatedItem::State::Skipped);
        for (int row = 1; row < 1999; ++row)
            QVERIFY(model->item(row - 1)->score.dankness >= model->item(row)->score.dankness);
        // One view, not two thousand widgets.
        QVERIFY(page.findChildren<QWidget *>().size() < 80);
        auto *board = page.findChild<QListView *>();
        board->setCurrentIndex(model->index(0));
        QTest::keyClick(board, Qt::Key_End);
        QCOMPARE(board->currentIndex().row(), 1999);
        QTest::qWait(60);
        keepPicture(page, QStringLiteral("rate-2000-end"));
        session.clearScores();
        QTRY_COMPARE(model->rowCount(), 0);
    }

    void pictures()
    {
        for (const auto mode : {ThemeMode::Light, ThemeMode::Dark}) {
            applyTheme(*qApp, mode);
            const QString suffix = mode == ThemeMode::Light ? QStringLiteral("-light") : QStringLiteral("-dark");
            QTemporaryDir folder;
            writeDataset(folder.filePath(QStringLiteral("reddit")), 120);
            auto engine = std::make_shared<PicturesqueEngine>();
            engine->epochMs = 1;
            Session session({.library = folder.filePath(QStringLiteral("library")).toStdString(), .threads = 1, .engine = engine});
            session.openDataset(folder.filePath(QStringLiteral("reddit/db.json")));
            QTRY_VERIFY_WITH_TIMEOUT(session.actions().train, 20000);
            for (int i = 0; i < 3; ++i) {
                auto config = session.trainConfig();
                config.epochs = 40 + 30 * i;
                config.dropout = i == 2 ? 0.5 : 0.2;
                session.setTrainConfig(config);
                session.train();
                QTRY_VERIFY_WITH_TIMEOUT(session.training().curve.size() == std::size_t(config.epochs) && !session.training().live, 30000);
            }
            session.setRunNote(2, QStringLiteral("baseline for the page"));
            TrainPage train(session);
            EvaluatePage evaluate(session);
            RatePage rate(session);
            for (QWidget *page : std::initializer_list<QWidget *>{&train, &evaluate, &rate}) {
                page->resize(1096, 670);
                page->show();
            }
            QStringList files;
            for (int i : {3, 8, 21, 34, 55, 77, 90})
                files << folder.filePath(QStringLiteral("reddit/memes/m%1.png").arg(i));
            QVERIFY(QFile::copy(files.first(), folder.filePath(QStringLiteral("broken.png"))));
            files << folder.filePath(QStringLiteral("broken.png"));
            session.rate(files);
            QTRY_VERIFY_WITH_TIMEOUT(session.scores().size() == 8 && session.scores().back().state != RatedItem::State::Waiting, 20000);
            QTest::qWait(400);
            keepPicture(train, QStringLiteral("train") + suffix);
            keepPicture(rate, QStringLiteral("rate") + suffix);
            keepPicture(evaluate, QStringLiteral("evaluate-before") + suffix);
            session.evaluateRun(3);
            QTRY_VERIFY_WITH_TIMEOUT(session.evaluation() && session.evaluation()->memes.size() == 120, 20000);
            evaluate.resize(1096, 1250);
            QTest::qWait(500);
            keepPicture(evaluate, QStringLiteral("evaluate") + suffix);
            train.resize(716, 500);
            rate.resize(716, 500);
            QTest::qWait(100);
            keepPicture(train, QStringLiteral("train-small") + suffix);
            keepPicture(rate, QStringLiteral("rate-small") + suffix);
        }
    }
};

QTEST_MAIN(PagesTest)
#include "pages_test.moc"
