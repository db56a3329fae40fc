// Every page in every state, light and dark, as PNG files to look at (folder DANK_SCREENS), and the checks a machine
// can do: something was drawn, nothing sticks out of the window, no text is cut that does not end in an ellipsis.

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLabel>
#include <QLayout>
#include <QListView>
#include <QMenuBar>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedLayout>
#include <QTemporaryDir>
#include <QTest>

#include "compared_runs.h"
#include "screen_faults.h"
#include "screen_stage.h"
#include "ui/charts/plot.h"
#include "ui/features/own_network_dialog.h"
#include "ui/features/weights_dialog.h"
#include "ui/rate/score_preview.h"
#include "ui/runs/runs_card.h"
#include "ui/train/reproduce_dialog.h"
#include "ui/train/train_settings.h"
#include "ui/widgets/card.h"
#include "ui/window/device_dialog.h"
#include "ui/window/drop_target.h"
#include "ui/window/library_dialog.h"
#include "ui/window/main_window.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

namespace {

const QSize kUsual(1280, 800), kSmall(900, 600), kLarge(1920, 1080);

const QString kLongColumn = QString("a_column_whose_name_somebody_did_not_want_to_end_").repeated(2);

/// Gives the dataset more columns: "subreddit", then others with long names.
bool addColumns(const QString &db, int count)
{
    QFile file(db);
    if (!file.open(QIODevice::ReadOnly))
        return false;
    QJsonObject rows = QJsonDocument::fromJson(file.readAll()).object().value("_default").toObject();
    file.close();
    for (const QString &key : rows.keys()) {
        QJsonObject row = rows.value(key).toObject();
        row.insert("subreddit", QStringList{"memes", "dankmemes", "funny"}[key.toInt() % 3]);
        for (int i = 0; i + 1 < count; ++i)
            row.insert(QString("%1%2").arg(kLongColumn).arg(i), QString("value %1").arg(key.toInt() % 4));
        rows.insert(key, row);
    }
    return file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(QJsonObject{{"_default", rows}}).toJson()) > 0;
}

int distinctColours(const QImage &image)
{
    QSet<QRgb> colours;
    for (int y = 0; y < image.height(); y += 3)
        for (int x = 0; x < image.width(); x += 3)
            colours.insert(image.pixel(x, y));
    return static_cast<int>(colours.size());
}

}  // namespace

class ScreensTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void pages_data();
    void pages();
    void dialogs();
    void deviceDialog();
    void libraryDialog();

private:
    void shoot(Stage &stage, const QString &name, const QList<QSize> &sizes);
    void shootDialog(Stage &stage, QDialog &dialog, const QString &name);
    static void bring(Stage &stage, const QString &state);
    QString m_folder;
    QTemporaryDir m_config;
};

void ScreensTest::initTestCase()
{
    qputenv("XDG_CONFIG_HOME", m_config.path().toUtf8());
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_config.path());
    m_folder = QString::fromUtf8(DANK_SCREENS);
    QVERIFY(QDir().mkpath(m_folder));
}

void ScreensTest::bring(Stage &stage, const QString &state)
{
    StagedEngine &engine = *stage.engine;
    if (state == "empty") {
        stage.open();
        QTest::qWait(50);
    } else if (state == "opening") {
        engine.holdOpening = true;
        stage.open();
        stage.session->data().open(stage.db);
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->data().dataset(), kPatience);
    } else if (state == "loading") {
        engine.holdSample = true;
        stage.open();
        QTest::qWait(100);
        stage.session->openSample();
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->jobs().status().done > 100, kPatience);
    } else if (state == "bad") {
        stage.open();
        QFile broken(stage.folder.path() + "/broken.json");
        QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("{\"_default\": {\"1\": ") > 0);
        broken.close();
        stage.session->data().open(broken.fileName());
        QTRY_COMPARE_WITH_TIMEOUT(stage.session->jobs().status().state, JobState::Failed, kPatience);
    } else if (state == "dataset") {
        stage.openDataset();
    } else if (state == "no weights") {
        engine.weightsInstalled = false;
        stage.openDataset();
    } else if (state == "network without weights") {
        engine.weightsInstalled = false;
        stage.openDataset();
        BackboneRequest request = stage.session->features().request();
        request.backbone = "inception_v3";
        stage.session->features().setRequest(request);
    } else if (state == "downloading" || state == "download stopping") {
        engine.weightsInstalled = false;
        engine.holdFetchAt = 41;
        stage.openDataset();
        stage.session->weights().fetch("inception_v3");
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->weights().job().done > 40'000'000, kPatience);
        if (state == "download stopping") {
            engine.ignoresCancel = true;
            stage.session->weights().cancel();
        }
    } else if (state == "download failed") {
        engine.weightsInstalled = false;
        engine.onFetch = [](int percent) {
            if (percent == 41)
                throw Error(ErrorKind::Network, "weights.example stopped answering for 30 seconds. What has arrived is "
                                                "kept; try again when the connection is better.");
        };
        QDir().mkpath(stage.folder.path() + "/library/weights/downloads");
        QFile part(stage.folder.path() + "/library/weights/downloads/inception_v3-0cc3c7bd.pth.part");
        QVERIFY(part.open(QIODevice::WriteOnly) && part.resize(42'640'000));
        stage.openDataset();
        stage.session->weights().fetch("inception_v3");
        QTRY_COMPARE_WITH_TIMEOUT(stage.session->weights().job().state, WeightsJob::State::Failed, kPatience);
    } else if (state == "own network" || state == "own network unusable") {
        if (state != "own network")
            engine.ownProblem =
                "my_clip.json does not describe a network: \"columns\" is missing. It needs input_side, "
                "columns, mean and std.";
        stage.openDataset();
        BackboneRequest request = stage.session->features().request();
        request.backbone = "/home/someone/networks/finetuned/2026-03/my_clip_vit_b32_finetuned_on_memes.pt";
        stage.session->features().setRequest(request);
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->features().requested() != nullptr, kPatience);
    } else if (state == "compared") {
        recordRuns(stage);
        stage.openDataset();
    } else if (state == "six runs") {
        recordComparedRuns((stage.folder.path() + "/library").toStdString(), stage.db.toStdString(),
                           Dataset::load(stage.db.toStdString(), {}).contentHash(), 6);
        stage.openDataset();
        auto *card = stage.window->findChild<RunsCard *>();
        stage.session->runs().show(1);
        for (const int run : {2, 3, 5, 6})
            card->model()->setTicked(run, true);
        card->setDifferencesOnly(true);
        card->choose(3);
        stage.session->runs().trash(4);
    } else if (state == "untrained") {
        engine.weightsInstalled = false;
        stage.openDataset();
        BackboneRequest request = stage.session->features().request();
        request.backbone = "inception_v3";
        request.weights = "none";
        stage.session->features().setRequest(request);
    } else if (state == "extracting" || state == "extract stopping") {
        engine.holdExtractAt = 38;
        stage.openDataset();
        engine.ignoresCancel = state == "extract stopping";
        stage.session->features().extract();
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->features().extraction().done >= 38, kPatience);
        if (state == "extract stopping")
            stage.session->jobs().stopAndKeep();
    } else if (state == "extract failed") {
        stage.openDataset();
        engine.onExtract = [] {
            throw Error(ErrorKind::Disk, "The library cannot be written: the disk is full. Make "
                                         "room and extract again; what is stored is kept.");
        };
        stage.session->features().extract();
        QTRY_COMPARE_WITH_TIMEOUT(stage.session->jobs().status().state, JobState::Failed, kPatience);
    } else if (state == "features") {
        stage.extract();
    } else if (state == "training" || state == "train stopping" || state == "paused") {
        stage.trainTo(141);
        if (state == "paused") {
            stage.session->training().pause();
            engine.holdTrainAt = -1;
            QTRY_COMPARE_WITH_TIMEOUT(stage.session->jobs().status().state, JobState::Paused, kPatience);
        } else if (state == "train stopping") {
            stage.session->jobs().stopAndKeep();
        }
    } else if (state == "train failed") {
        stage.extract();
        const auto before = engine.onEpoch;
        engine.onEpoch = [before](int epoch) {
            if (epoch > 60)
                throw Error(ErrorKind::Diverged, "The loss became infinite at epoch 61. Lower the learning rate.");
            before(epoch);
        };
        stage.session->training().train();
        QTRY_COMPARE_WITH_TIMEOUT(stage.session->jobs().status().state, JobState::Failed, kPatience);
    } else if (state == "ranking" || state == "many columns" || state == "bad settings") {
        QVERIFY(addColumns(stage.db, state == "many columns" ? 40 : 1));
        stage.extract();
        QTRY_VERIFY_WITH_TIMEOUT(!stage.session->choices().groups().empty(), kPatience);
        TrainConfig config = state == "ranking" ? TrainConfig::fromPreset("ranking") : TrainConfig::paper();
        config.group = state == "ranking"        ? "subreddit"
                       : state == "bad settings" ? "file:/data/no such groups.csv"
                                                 : kLongColumn.toStdString() + "0";
        config.within = true;
        config.schedule = Schedule::Step;
        stage.session->choices().setConfig(config);
        stage.window->pageWidget(Page::Train)->findChild<TrainSettings *>()->setMoreShown(true);
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->choices().preview()->group == config.group, kPatience);
    } else if (state == "trained") {
        stage.trained();
    } else if (state == "cross-validated" || state == "cross-validating") {
        stage.crossValidate(state == "cross-validating" ? 4 : -1);
    } else if (state == "waiting") {
        stage.openDataset();
        stage.session->board().rate(stage.pictures(5));
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->board().items().size() == 5, kPatience);
    } else if (state.startsWith("rated")) {
        engine.learns = state != "rated by luck";
        engine.isJudged = state != "rated by an older model";
        state == "rated while training" ? stage.trainTo(141) : stage.trained();
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->rater().model(), kPatience);
        stage.session->board().rate(stage.pictures(9));
        const auto settled = [&] {
            const auto &items = stage.session->board().items();
            return items.size() == 9 && std::none_of(items.begin(), items.end(), [](const RatedItem &item) {
                       return item.state == RatedItem::State::Waiting;
                   });
        };
        QTRY_VERIFY_WITH_TIMEOUT(settled(), kPatience);
    } else {
        QFAIL("no such state");
    }
}

void ScreensTest::shoot(Stage &stage, const QString &name, const QList<QSize> &sizes)
{
    MainWindow &window = *stage.window;
    QStringList wrong;  // told at the end, so that every picture is taken
    for (const bool dark : {false, true}) {
        window.setTheme(dark ? ThemeMode::Dark : ThemeMode::Light);
        for (const QSize &size : sizes) {
            window.resize(size);
            // Thumbnails come from another thread, and charts repaint in their own time.
            for (int i = 0; i < 8; ++i)
                QTest::qWait(25);
            const QImage image = window.grab().toImage();
            const QString file = QString("%1/%2-%3-%4x%5.png")
                                     .arg(m_folder, name, dark ? "dark" : "light")
                                     .arg(size.width())
                                     .arg(size.height());
            QVERIFY2(image.save(file), qPrintable(file));
            QCOMPARE(image.size(), size * window.devicePixelRatioF());
            QVERIFY2(distinctColours(image) > 20, qPrintable(file + " is blank"));
            const int ground = image.pixelColor(image.width() / 2, 3).lightness();
            QVERIFY2(dark ? ground < 80 : ground > 200, qPrintable(file + " has the wrong theme"));
            for (const QString &fault : faults(window))
                wrong << QString("%1: %2").arg(QFileInfo(file).fileName(), fault);
        }
    }
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join("\n")));
}

void ScreensTest::shootDialog(Stage &stage, QDialog &dialog, const QString &name)
{
    QStringList wrong;
    for (const bool dark : {false, true}) {
        stage.window->setTheme(dark ? ThemeMode::Dark : ThemeMode::Light);
        dialog.show();
        for (int i = 0; i < 4; ++i)
            QTest::qWait(25);
        QVERIFY(dialog.grab().save(QString("%1/%2-%3.png").arg(m_folder, name, dark ? "dark" : "light")));
        QVERIFY2(dialog.height() <= kSmall.height() && dialog.width() <= kSmall.width(),
                 "larger than the least window");
        for (const QString &fault : faults(dialog))
            wrong << QString("%1: %2").arg(name, fault);
    }
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join("\n")));
}

void ScreensTest::dialogs()
{
    Stage stage;
    stage.openDataset();
    const auto &known = stage.session->features().statuses();
    const auto of = [&](const char *id) {
        return *std::find_if(known.begin(), known.end(), [&](const BackboneStatus &s) { return s.id == id; });
    };
    WeightsDialog one(*stage.session, of("vgg16"), stage.window.get());
    shootDialog(stage, one, "weights-dialog");
    WeightsDialog choice(*stage.session, of("xception"), stage.window.get());
    choice.findChildren<QAbstractButton *>(QString(), Qt::FindDirectChildrenOnly).at(1)->setChecked(true);
    shootDialog(stage, choice, "weights-dialog-choice");
    const QString file = stage.folder.path() + "/a folder of networks that somebody made/my_clip_vit_b32.pt";
    OwnNetworkDialog missing(file, stage.window.get());
    shootDialog(stage, missing, "own-dialog-missing");
    QDir().mkpath(QFileInfo(file).path());
    QFile description(OwnNetworkDialog::descriptionPath(file));
    QVERIFY(description.open(QIODevice::WriteOnly) && description.write(OwnNetworkDialog::example().toUtf8()) > 0);
    description.close();
    OwnNetworkDialog found(file, stage.window.get());
    shootDialog(stage, found, "own-dialog-found");
    ReproduceDialog before(*stage.session, stage.window.get());
    shootDialog(stage, before, "reproduce-before");
    stage.engine->paperEpochMs = 2;
    stage.session->studies().reproduce(false, 1000, 3);
    QTRY_VERIFY_WITH_TIMEOUT(stage.session->studies().reproduction().secondsLeft.has_value(), kPatience);
    ReproduceDialog running(*stage.session, stage.window.get());
    shootDialog(stage, running, "reproduce-running");
    stage.engine->paperEpochMs = 0;
    QTRY_VERIFY_WITH_TIMEOUT(stage.session->studies().reproduction().result != nullptr, kPatience);
    ReproduceDialog done(*stage.session, stage.window.get());
    shootDialog(stage, done, "reproduce-done");
}

void ScreensTest::deviceDialog()
{
    Stage stage;
    stage.openDataset();
    DeviceDialog device(*stage.session, stage.window.get());
    shootDialog(stage, device, "device-before");
    stage.engine->holdBenchAt = 3;
    stage.session->studies().checkDevice();
    QTRY_VERIFY_WITH_TIMEOUT(stage.session->studies().deviceCheck().measuring
                                 && stage.session->studies().deviceCheck().done == 3,
                             kPatience);
    shootDialog(stage, device, "device-running");
    stage.engine->holdBenchAt = -1;
    QTRY_VERIFY_WITH_TIMEOUT(stage.session->studies().deviceCheck().measured != nullptr, kPatience);
    shootDialog(stage, device, "device-done");
    stage.engine->deviceIsWrong = true;
    stage.session->studies().checkDevice();
    QTRY_VERIFY_WITH_TIMEOUT(stage.session->studies().deviceCheck().measured != nullptr, kPatience);
    shootDialog(stage, device, "device-wrong");
}

void ScreensTest::libraryDialog()
{
    Stage stage;
    stage.open();
    Library library = Library::open(stage.session->workplace().folder());
    const std::vector<float> values(200'000, 1.0F);
    for (const char *backbone : {"vgg16/warp/fp32/w-0123456789abcdef", "resnet50/crop/bf16/w-fedcba9876543210"})
        library.features().put(backbone, std::vector<FeatureStore::Entry>{{"a", values}, {"b", values}});
    LibraryDialog dialog(*stage.session, stage.window.get());
    QTRY_VERIFY_WITH_TIMEOUT(dialog.table()->rowCount() > 2, kPatience);
    dialog.table()->selectRow(0);
    shootDialog(stage, dialog, "library");
}

void ScreensTest::pages_data()
{
    QTest::addColumn<int>("page");
    QTest::addColumn<QString>("state");
    QTest::addColumn<QString>("name");
    const std::initializer_list<std::tuple<Page, const char *, const char *>> rows{
        {Page::Dataset, "empty", "dataset-empty"},
        {Page::Dataset, "loading", "dataset-loading"},
        {Page::Dataset, "bad", "dataset-failed"},
        {Page::Dataset, "dataset", "dataset-done"},
        {Page::Features, "empty", "features-empty"},
        {Page::Features, "opening", "features-loading"},
        {Page::Features, "no weights", "features-no-weights"},
        {Page::Features, "network without weights", "features-lacking"},
        {Page::Features, "downloading", "features-downloading"},
        {Page::Features, "download stopping", "features-download-stopping"},
        {Page::Features, "download failed", "features-download-failed"},
        {Page::Features, "own network", "features-own"},
        {Page::Features, "own network unusable", "features-own-unusable"},
        {Page::Features, "untrained", "features-untrained"},
        {Page::Features, "compared", "features-compared"},
        {Page::Features, "dataset", "features-ready"},
        {Page::Features, "extracting", "features-running"},
        {Page::Features, "extract stopping", "features-stopping"},
        {Page::Features, "extract failed", "features-failed"},
        {Page::Features, "features", "features-done"},
        {Page::Train, "empty", "train-empty"},
        {Page::Train, "dataset", "train-no-features"},
        {Page::Train, "features", "train-ready"},
        {Page::Train, "ranking", "train-ranking"},
        {Page::Train, "many columns", "train-columns"},
        {Page::Train, "bad settings", "train-bad-settings"},
        {Page::Train, "training", "train-running"},
        {Page::Train, "paused", "train-paused"},
        {Page::Train, "train stopping", "train-stopping"},
        {Page::Train, "train failed", "train-failed"},
        {Page::Train, "trained", "train-done"},
        {Page::Train, "six runs", "train-runs-done"},
        {Page::Evaluate, "empty", "evaluate-empty"},
        {Page::Evaluate, "training", "evaluate-running"},
        {Page::Evaluate, "trained", "evaluate-done"},
        {Page::Evaluate, "cross-validated", "evaluate-crossvalidated"},
        {Page::Train, "cross-validating", "train-crossvalidating"},
        {Page::Rate, "empty", "rate-empty"},
        {Page::Rate, "waiting", "rate-waiting"},
        {Page::Rate, "trained", "rate-ready"},
        {Page::Rate, "rated while training", "rate-running"},
        {Page::Rate, "rated", "rate-done"},
        {Page::Rate, "rated by luck", "rate-no-evidence"},
        {Page::Rate, "rated by an older model", "rate-not-judged"},
    };
    for (const auto &[page, state, name] : rows)
        QTest::newRow(name) << static_cast<int>(page) << QString(state) << QString(name);
}

void ScreensTest::pages()
{
    QFETCH(int, page);
    QFETCH(QString, state);
    QFETCH(QString, name);
    Stage stage;
    bring(stage, state);
    if (QTest::currentTestFailed())
        return;
    stage.window->showPage(static_cast<Page>(page));
    QTest::qWait(60);
    QList<QSize> sizes{kUsual, kSmall};
    if (name.endsWith("-done") || (state != "features" && name.startsWith("features-no")) || state == "compared"
        || state == "many columns")
        sizes << kLarge;
    shoot(stage, name, sizes);
    if (name.startsWith("evaluate-") && stage.session->evaluations().evaluation()
        && !QTest::currentTestFailed()) {  // the rest of the long page
        for (auto *area : stage.window->pageWidget(Page::Evaluate)->findChildren<QScrollArea *>())
            for (const QSize &size : sizes) {
                stage.window->resize(size);
                QTest::qWait(100);
                const int pages = (area->verticalScrollBar()->maximum() + area->viewport()->height() - 1)
                                  / area->viewport()->height();
                for (int part = 1; part <= pages; ++part) {
                    area->verticalScrollBar()->setValue(part * area->viewport()->height());
                    shoot(stage, QString("%1-part%2").arg(name).arg(part), {size});
                }
                area->verticalScrollBar()->setValue(0);
            }
    }
    if (name == "rate-done" && !QTest::currentTestFailed()) {
        auto *board = stage.window->pageWidget(Page::Rate)->findChild<QListView *>();
        for (const bool dark : {false, true}) {
            stage.window->setTheme(dark ? ThemeMode::Dark : ThemeMode::Light);
            stage.window->resize(kSmall);
            board->setCurrentIndex(board->model()->index(dark ? 0 : 2, 0));
            QTest::keyClick(board, Qt::Key_Space);
            auto *preview = stage.window->findChild<ScorePreview *>();
            QVERIFY(preview);
            for (int i = 0; i < 8; ++i)
                QTest::qWait(25);
            QVERIFY2(preview->height() <= kSmall.height(), qPrintable(QString::number(preview->height())));
            QVERIFY(preview->height() >= preview->layout()->totalHeightForWidth(preview->width()));
            preview->grab().save(QString("%1/rate-preview-%2.png").arg(m_folder, dark ? "dark" : "light"));
            delete preview;
        }
    }
    if (name == "dataset-done" && !QTest::currentTestFailed()) {
        for (auto *button : stage.window->pageWidget(Page::Dataset)->findChildren<QAbstractButton *>())
            if (button->text() == "Ta&ble")
                button->click();
        shoot(stage, "dataset-table", {kUsual, kSmall});
        DropContent content{.kind = DropContent::Kind::Pictures,
                            .headline = "Drop 12 images to rate",
                            .detail = "1 other file will be listed with a reason"};
        auto *drop = stage.window->findChild<DropTarget *>();
        drop->preview(content);
        shoot(stage, "drop", {kUsual});
    }
}

QTEST_MAIN(ScreensTest)
#include "screens_test.moc"
