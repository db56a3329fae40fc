// The pages with a session behind them, through a run and with many memes.

#include <QBuffer>
#include <QComboBox>
#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QListView>
#include <QStackedWidget>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

#include "core/store/model_file.h"
#include "tests/ui/fake_engine.h"
#include "ui/charts/loss_chart.h"
#include "ui/evaluate/evaluate_page.h"
#include "ui/rate/rate_page.h"
#include "ui/rate/score_model.h"
#include "ui/runs/loss_card.h"
#include "ui/runs/runs_card.h"
#include "ui/train/train_page.h"
#include "ui/train/train_settings.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;

namespace {

/// Figures that look like a real run's, so that the pictures show what a person would see.
class PicturesqueEngine : public test::FakeEngine {
public:
    static Evaluation judge(const Dataset &dataset)
    {
        std::vector<JudgedMeme> memes;
        const auto records = dataset.records();
        for (std::size_t i = 0; i < records.size(); ++i) {
            const double actual = (double(i) + 0.5) / double(records.size());
            const double predicted = std::clamp(
                0.3 + 0.45 * actual + 0.3 * std::sin(double(i) * 12.9898) * std::sin(double(i) * 3.1), 0.0, 1.0);
            memes.push_back({records[i].id, predicted, actual, records[i].upvotes});
        }
        const std::string subset = std::to_string(memes.size()) + " held-out memes";
        return dank::evaluate({std::move(memes), 0.5, subset, false});
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
        library.runs().setModel(report.run, report.modelPath.string());
        report.model = std::make_shared<const Model>(std::move(model));
        report.evaluation = judge(dataset);
        return report;
    }

    Evaluation evaluate(const Model &, const Dataset &dataset, const BackboneRequest &, const std::string *,
                        const std::filesystem::path &, const JobContext &) override
    {
        return judge(dataset);
    }

    std::unique_ptr<RatingSession> openRating(std::shared_ptr<const Model> model, const std::string &,
                                              const std::string &, const std::filesystem::path &) override
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
                    image.rgb.push_back(
                        std::uint8_t(50 + (hash >> (8 * c)) % 120 + (x + y * (c + 1)) * 70 / (image.width * 4)));
        return image;
    }

private:
    class Rater : public RatingSession {
    public:
        explicit Rater(std::shared_ptr<const Model> model) : m_model(std::move(model)) {}
        const Model &model() const override { return *m_model; }
        Score rate(const std::filesystem::path &file, const std::string &) const override
        {
            return score(file.filename().string(), file.string());
        }
        Score rate(std::span<const std::byte>, const std::string &name, const std::string &) const override
        {
            return score(name, name);
        }

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
    const QStringList titles{QStringLiteral("one does not simply"), QStringLiteral("<b>me</b> & the boys"),
                             QStringLiteral("nobody:"), QStringLiteral("when the code compiles"),
                             QStringLiteral("monday again")};
    QImage picture(8, 6, QImage::Format_RGB32);
    for (int i = 0; i < rows; ++i) {
        const QString id = QStringLiteral("m%1").arg(i);
        table.insert(QString::number(i + 1), QJsonObject{{"id", id},
                                                         {"ups", 500 + i * i * 17},
                                                         {"title", titles[i % titles.size()]},
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

    void pagesLiveThroughARun()
    {
        QTemporaryDir folder;
        writeDataset(folder.filePath(QStringLiteral("reddit")), 120);
        auto engine = std::make_shared<PicturesqueEngine>();
        engine->epochMs = 2;
        Session session(
            {.library = folder.filePath(QStringLiteral("library")).toStdString(), .threads = 1, .engine = engine});
        const std::unique_ptr<QWidget> train(makeTrainPage(session));
        const std::unique_ptr<QWidget> evaluate(makeEvaluatePage(session));
        const std::unique_ptr<QWidget> rate(makeRatePage(session, {}));
        for (QWidget *page : {train.get(), evaluate.get(), rate.get()}) {
            page->resize(1096, 670);
            page->show();
        }
        QTest::qWait(100);
        keepPicture(*train, QStringLiteral("train-empty"));
        keepPicture(*evaluate, QStringLiteral("evaluate-empty"));
        // Dropped before there is a model: they wait.
        session.board().rate({folder.filePath(QStringLiteral("reddit/memes/m3.png"))});
        QTest::qWait(60);
        keepPicture(*rate, QStringLiteral("rate-empty"));
        QCOMPARE(rate->findChild<QStackedWidget *>()->currentIndex(), 0);

        session.data().open(folder.filePath(QStringLiteral("reddit/db.json")));
        QTRY_VERIFY_WITH_TIMEOUT(session.data().dataset() != nullptr, 20000);
        QCOMPARE(session.data().dataset()->records().size(), std::size_t(120));
        QTRY_VERIFY_WITH_TIMEOUT(session.actions().train, 20000);
        auto config = session.choices().config();
        config.epochs = 60;
        session.choices().setConfig(config);
        session.training().train();
        QTRY_VERIFY_WITH_TIMEOUT(session.chart().shown().curve.size() > 20, 20000);
        auto *chart = train->findChild<LossChart *>();
        QTRY_VERIFY(chart->table().rows.size() > 5);
        session.training().pause();
        QTRY_COMPARE_WITH_TIMEOUT(session.jobs().status().state, JobState::Paused, 20000);
        QTest::qWait(80);
        QVERIFY(!train->findChild<TrainSettings *>()->findChild<QComboBox *>()->isEnabled());
        QVERIFY(train->findChild<LossCard *>()->verdict().startsWith(QStringLiteral("Paused at epoch")));
        keepPicture(*train, QStringLiteral("train-paused"));
        // The table knows as much as the chart.
        auto *runs = train->findChild<RunsCard *>()->model();
        QCOMPARE(runs->record(session.chart().shown().run)->epochs, session.chart().shown().curve.back().epoch);
        QCOMPARE(runs->index(0, RunsModel::State).data().toString(), QStringLiteral("paused"));
        session.training().resume();
        QTRY_COMPARE_WITH_TIMEOUT(session.chart().shown().curve.size(), std::size_t(60), 20000);
        QTRY_VERIFY_WITH_TIMEOUT(!session.chart().shown().live, 20000);
        QTest::qWait(80);
        QCOMPARE(chart->table().rows.size(), std::size_t(60));
        QVERIFY2(train->findChild<LossCard *>()->verdict().contains(QStringLiteral("Best epoch 60")),
                 qPrintable(train->findChild<LossCard *>()->verdict()));
        QVERIFY(train->findChild<TrainSettings *>()->findChild<QComboBox *>()->isEnabled());
        QTRY_COMPARE(train->findChild<RunsCard *>()->model()->rowCount(), 1);
        // The picture that waited has its score.
        QTRY_COMPARE_WITH_TIMEOUT(session.board().items().front().state, RatedItem::State::Scored, 20000);
        QTRY_COMPARE(rate->findChild<QStackedWidget *>()->currentIndex(), 1);
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
        Session session(
            {.library = folder.filePath(QStringLiteral("library")).toStdString(), .threads = 1, .engine = engine});
        writeDataset(folder.filePath(QStringLiteral("reddit")), 40);
        session.data().open(folder.filePath(QStringLiteral("reddit/db.json")));
        QTRY_VERIFY_WITH_TIMEOUT(session.actions().train, 20000);
        auto config = session.choices().config();
        config.epochs = 12;
        session.choices().setConfig(config);
        session.training().train();
        QTRY_VERIFY2_WITH_TIMEOUT(
            session.rater().model() != nullptr && !session.chart().shown().live,
            qPrintable(session.workplace().message() ? session.workplace().message()->text : QString()), 20000);
        const std::unique_ptr<QWidget> page(makeRatePage(session, {}));
        page->resize(1096, 670);
        page->show();
        session.board().rate({memes});
        QTRY_COMPARE_WITH_TIMEOUT(session.board().items().size(), std::size_t(2000), 30000);
        QTRY_VERIFY_WITH_TIMEOUT(
            std::none_of(session.board().items().begin(), session.board().items().end(),
                         [](const RatedItem &item) { return item.state == RatedItem::State::Waiting; }),
            60000);
        auto *model = page->findChild<ScoreModel *>();
        QTRY_COMPARE(model->rowCount(), 2000);
        QTRY_COMPARE(model->item(1999)->state, RatedItem::State::Skipped);
        for (int row = 1; row < 1999; ++row)
            QVERIFY(model->item(row - 1)->score.dankness >= model->item(row)->score.dankness);
        // One view, not two thousand widgets.
        QVERIFY(page->findChildren<QWidget *>().size() < 80);
        auto *board = page->findChild<QListView *>();
        board->setCurrentIndex(model->index(0));
        QTest::keyClick(board, Qt::Key_End);
        QCOMPARE(board->currentIndex().row(), 1999);
        QTest::qWait(60);
        keepPicture(*page, QStringLiteral("rate-2000-end"));
        session.board().clear();
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
            Session session(
                {.library = folder.filePath(QStringLiteral("library")).toStdString(), .threads = 1, .engine = engine});
            session.data().open(folder.filePath(QStringLiteral("reddit/db.json")));
            QTRY_VERIFY_WITH_TIMEOUT(session.actions().train, 20000);
            for (int i = 0; i < 3; ++i) {
                auto config = session.choices().config();
                config.epochs = 40 + 30 * i;
                config.dropout = i == 2 ? 0.5 : 0.2;
                session.choices().setConfig(config);
                session.training().train();
                QTRY_VERIFY_WITH_TIMEOUT(session.chart().shown().curve.size() == std::size_t(config.epochs)
                                             && !session.chart().shown().live,
                                         30000);
            }
            session.runs().setNote(2, QStringLiteral("baseline for the page"));
            const std::unique_ptr<QWidget> train(makeTrainPage(session));
            const std::unique_ptr<QWidget> evaluate(makeEvaluatePage(session));
            const std::unique_ptr<QWidget> rate(makeRatePage(session, {}));
            for (QWidget *page : {train.get(), evaluate.get(), rate.get()}) {
                page->resize(1096, 670);
                page->show();
            }
            QStringList files;
            for (int i : {3, 8, 21, 34, 55, 77, 90})
                files << folder.filePath(QStringLiteral("reddit/memes/m%1.png").arg(i));
            QVERIFY(QFile::copy(files.first(), folder.filePath(QStringLiteral("broken.png"))));
            files << folder.filePath(QStringLiteral("broken.png"));
            session.board().rate(files);
            QTRY_VERIFY_WITH_TIMEOUT(session.board().items().size() == 8
                                         && session.board().items().back().state != RatedItem::State::Waiting,
                                     20000);
            QTest::qWait(400);
            keepPicture(*train, QStringLiteral("train") + suffix);
            keepPicture(*rate, QStringLiteral("rate") + suffix);
            keepPicture(*evaluate, QStringLiteral("evaluate-before") + suffix);
            session.evaluations().evaluate(3);
            QTRY_VERIFY_WITH_TIMEOUT(
                session.evaluations().evaluation() && session.evaluations().evaluation()->memes.size() == 120, 20000);
            evaluate->resize(1096, 1250);
            QTest::qWait(500);
            keepPicture(*evaluate, QStringLiteral("evaluate") + suffix);
            train->resize(716, 500);
            rate->resize(716, 500);
            QTest::qWait(100);
            keepPicture(*train, QStringLiteral("train-small") + suffix);
            keepPicture(*rate, QStringLiteral("rate-small") + suffix);
        }
    }
};

QTEST_MAIN(PagesTest)
#include "pages_test.moc"
