// Every page in every state, light and dark, as PNG files to look at (folder DANK_SCREENS), and the checks a machine
// can do: something was drawn, nothing sticks out of the window, no text is cut that does not end in an ellipsis.

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLabel>
#include <QMenuBar>
#include <QScrollArea>
#include <QStackedLayout>
#include <QTemporaryDir>
#include <QTest>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "staged_engine.h"
#include "ui/charts/plot.h"
#include "ui/drop_target.h"
#include "ui/main_window.h"
#include "ui/widgets/card.h"

using namespace dank;
using namespace dank::ui;
using dank::test::StagedEngine;

namespace {

constexpr int kPatience = 20000;
constexpr int kRows = 72;
constexpr int kMissing = 9;

const QSize kUsual(1280, 800), kSmall(900, 600), kLarge(1920, 1080);

QString writeDataset(const QString &folder)
{
    QDir().mkpath(folder + "/memes");
    const QStringList titles{"me_irl", "When the code compiles on the first try",
                             "מם בעברית שנכתב מימין לשמאל", "🔥🔥🔥 absolute unit 🐶",
                             "<b>not bold</b> <img src=x onerror=alert(1)>",
                             QString("A title that somebody wrote without ever stopping to think ").repeated(8)};
    const QList<QSize> sizes{{320, 240}, {240, 320}, {300, 300}, {480, 160}, {150, 420}};
    QJsonObject rows;
    for (int i = 1; i <= kRows; ++i) {
        const QString id = QString("m%1").arg(i, 3, 10, QChar('0'));
        QJsonObject row{{"id", id},
                        {"title", titles[i % titles.size()]},
                        {"author", i % 7 == 0 ? QString("None") : QString("sloth%1").arg(i % 23)},
                        {"ups", static_cast<int>(200 + 90 * std::pow(1.09, i * 37 % kRows + 20))},
                        {"media", QString("https://i.example/%1.png").arg(id)},
                        {"created_utc", 1523000000 + i * 3600}};
        if (i % 31 == 0)
            row.remove("ups");
        rows.insert(QString::number(i), row);
        if (i > kRows - kMissing)
            continue;
        const QString file = QString("%1/memes/%2.png").arg(folder, id);
        if (i % 29 == 0) {
            QFile text(file);
            if (text.open(QIODevice::WriteOnly))
                text.write("<html>not found</html>");
        } else {
            test::memePicture(i, sizes[i % sizes.size()]).save(file);
        }
    }
    QFile file(folder + "/db.json");
    if (!file.open(QIODevice::WriteOnly))
        qFatal("The dataset cannot be written.");
    file.write(QJsonDocument(QJsonObject{{"_default", rows}}).toJson());
    return folder + "/db.json";
}

/// A window on a library of its own.
struct Stage {
    QTemporaryDir folder;
    QString db;
    std::shared_ptr<StagedEngine> engine = std::make_shared<StagedEngine>();
    std::unique_ptr<Session> session;
    std::unique_ptr<MainWindow> window;

    Stage()
    {
        db = writeDataset(folder.path() + "/reddit-2018");
        engine->makeSample = [this](const std::filesystem::path &) -> SampleReport {
            return {.rows = kRows, .images = kRows - kMissing, .db = db.toStdString()};
        };
    }
    ~Stage()
    {
        engine->holdOpening = engine->holdSample = false;
        engine->holdExtractAt = engine->holdTrainAt = -1;
        window.reset();
        session.reset();
    }

    void open()
    {
        session = std::make_unique<Session>(Session::Options{.library = (folder.path() + "/library").toStdString(),
                                                             .threads = 2, .engine = engine});
        window = std::make_unique<MainWindow>(*session);
        window->show();
    }
    void openDataset()
    {
        open();
        session->openDataset(db);
        QTRY_VERIFY_WITH_TIMEOUT(session->dataset() && !session->backbones().empty() &&
                                     session->job().state == JobState::Done, kPatience);
    }
    void extract()
    {
        openDataset();
        session->extract();
        QTRY_VERIFY_WITH_TIMEOUT(session->features() && session->job().state == JobState::Done, kPatience);
    }
    /// Trains up to an epoch and stands there.
    void trainTo(int epoch)
    {
        extract();
        engine->holdTrainAt = epoch;
        session->train();
        QTRY_VERIFY_WITH_TIMEOUT(static_cast<int>(session->training().curve.size()) >= epoch - 1, kPatience);
    }
    void trained()
    {
        extract();
        session->train();
        QTRY_VERIFY_WITH_TIMEOUT(session->job().kind == JobKind::Train && session->job().state == JobState::Done &&
                                     session->ratingModel(), kPatience);
    }
    QStringList pictures(int count)
    {
        QStringList files;
        for (int i = 0; i < count; ++i) {
            const QString name = i == 2   ? QStringLiteral("broken.jpg")
                                 : i == 4 ? QStringLiteral("a file name that just does not want to end, not now and "
                                                           "not ever, whatever the window does about it.png")
                                          : QStringLiteral("shower_thought_%1.png").arg(i);
            const QString file = folder.path() + "/" + name;
            test::memePicture(i + 3, {300, 240}).save(file, "PNG");
            files << file;
        }
        return files;
    }
};

bool insideScrollArea(const QWidget *widget)
{
    for (const QWidget *w = widget->parentWidget(); w; w = w->parentWidget())
        if (qobject_cast<const QAbstractScrollArea *>(w))
            return true;
    return false;
}

/// What is cut or sticks out, in words; empty when all is well.
QStringList faults(const QWidget &window)
{
    QStringList found;
    for (const QWidget *widget : window.findChildren<QWidget *>()) {
        if (!widget->isVisible() || widget->isWindow() || widget->size().isEmpty())
            continue;
        const QString name = QString("%1 “%2”").arg(widget->metaObject()->className(), widget->objectName());
        if (!insideScrollArea(widget)) {
            const QRect place(widget->mapTo(&window, QPoint()), widget->size());
            if (!window.rect().contains(place))
                found << QString("%1 sticks out of the window").arg(name);
        }
        if (const auto *area = qobject_cast<const QScrollArea *>(widget);
            area && area->widget() && area->horizontalScrollBarPolicy() == Qt::ScrollBarAlwaysOff &&
            area->widget()->width() > area->viewport()->width())
            found << QString("%1 holds %2 pixels in %3").arg(name).arg(area->widget()->width())
                         .arg(area->viewport()->width());
        if (const auto *label = qobject_cast<const QLabel *>(widget); label && !label->text().isEmpty()) {
            const auto *ours = qobject_cast<const TextLabel *>(label);
            const bool elided = ours && ours->isElided();
            const int needed = label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
            if (!elided && !label->wordWrap() && label->width() < label->sizeHint().width())
                found << QString("label “%1” is cut").arg(label->text().left(60));
            if (label->height() < needed - 1)
                found << QString("label “%1” is %2 high and needs %3").arg(label->text().left(60))
                             .arg(label->height()).arg(needed);
        }
        if (const auto *button = qobject_cast<const QAbstractButton *>(widget);
            button && !button->text().isEmpty() && button->width() < button->minimumSizeHint().width())
            found << QString("button “%1” is squeezed").arg(button->text());
    }
    return found;
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

private:
    void shoot(Stage &stage, const QString &name, const QList<QSize> &sizes);
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
        stage.session->openDataset(stage.db);
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->dataset(), kPatience);
    } else if (state == "loading") {
        engine.holdSample = true;
        stage.open();
        QTest::qWait(100);
        stage.session->openSample();
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->job().done > 100, kPatience);
    } else if (state == "bad") {
        stage.open();
        QFile broken(stage.folder.path() + "/broken.json");
        QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("{\"_default\": {\"1\": ") > 0);
        broken.close();
        stage.session->openDataset(broken.fileName());
        QTRY_COMPARE_WITH_TIMEOUT(stage.session->job().state, JobState::Failed, kPatience);
    } else if (state == "dataset") {
        stage.openDataset();
    } else if (state == "no weights") {
        engine.weightsInstalled = false;
        stage.openDataset();
    } else if (state == "extracting" || state == "extract stopping") {
        engine.holdExtractAt = 38;
        stage.openDataset();
        engine.ignoresCancel = state == "extract stopping";
        stage.session->extract();
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->extraction().done >= 38, kPatience);
        if (state == "extract stopping")
            stage.session->stopAndKeep();
    } else if (state == "extract failed") {
        stage.openDataset();
        engine.onExtract = [] { throw Error(ErrorKind::Disk, "The library cannot be written: the disk is full. Make "
                                                             "room and extract again; what is stored is kept."); };
        stage.session->extract();
        QTRY_COMPARE_WITH_TIMEOUT(stage.session->job().state, JobState::Failed, kPatience);
    } else if (state == "features") {
        stage.extract();
    } else if (state == "training" || state == "train stopping" || state == "paused") {
        stage.trainTo(141);
        if (state == "paused") {
            stage.session->pause();
            engine.holdTrainAt = -1;
            QTRY_COMPARE_WITH_TIMEOUT(stage.session->job().state, JobState::Paused, kPatience);
        } else if (state == "train stopping") {
            stage.session->stopAndKeep();
        }
    } else if (state == "train failed") {
        stage.extract();
        const auto before = engine.onEpoch;
        engine.onEpoch = [before](int epoch) {
            if (epoch > 60)
                throw Error(ErrorKind::Diverged, "The loss became infinite at epoch 61. Lower the learning rate.");
            before(epoch);
        };
        stage.session->train();
        QTRY_COMPARE_WITH_TIMEOUT(stage.session->job().state, JobState::Failed, kPatience);
    } else if (state == "trained") {
        stage.trained();
    } else if (state == "waiting") {
        stage.openDataset();
        stage.session->rate(stage.pictures(5));
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->scores().size() == 5, kPatience);
    } else if (state == "rated" || state == "rated while training") {
        if (state == "rated")
            stage.trained();
        else
            stage.trainTo(141);
        QTRY_VERIFY_WITH_TIMEOUT(stage.session->ratingModel(), kPatience);
        stage.session->rate(stage.pictures(9));
        const auto settled = [&] {
            const auto &items = stage.session->scores();
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
    QStringList wrong;   // told at the end, so that every picture is taken
    for (const bool dark : {false, true}) {
        window.setTheme(dark ? ThemeMode::Dark : ThemeMode::Light);
        for (const QSize &size : sizes) {
            window.resize(size);
            // Thumbnails come from another thread, and charts repaint in their own time.
            for (int i = 0; i < 8; ++i)
                QTest::qWait(25);
            const QImage image = window.grab().toImage();
            const QString file = QString("%1/%2-%3-%4x%5.png").arg(m_folder, name, dark ? "dark" : "light")
                                     .arg(size.width()).arg(size.height());
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
        {Page::Features, "dataset", "features-ready"},
        {Page::Features, "extracting", "features-running"},
        {Page::Features, "extract stopping", "features-stopping"},
        {Page::Features, "extract failed", "features-failed"},
        {Page::Features, "features", "features-done"},
        {Page::Train, "empty", "train-empty"},
        {Page::Train, "dataset", "train-no-features"},
        {Page::Train, "features", "train-ready"},
        {Page::Train, "training", "train-running"},
        {Page::Train, "paused", "train-paused"},
        {Page::Train, "train stopping", "train-stopping"},
        {Page::Train, "train failed", "train-failed"},
        {Page::Train, "trained", "train-done"},
        {Page::Evaluate, "empty", "evaluate-empty"},
        {Page::Evaluate, "training", "evaluate-running"},
        {Page::Evaluate, "trained", "evaluate-done"},
        {Page::Rate, "empty", "rate-empty"},
        {Page::Rate, "waiting", "rate-waiting"},
        {Page::Rate, "trained", "rate-ready"},
        {Page::Rate, "rated while training", "rate-running"},
        {Page::Rate, "rated", "rate-done"},
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
    QList<QSize> sizes{kUsual, kSmall};
    if (name.endsWith("-done"))
        sizes << kLarge;
    shoot(stage, name, sizes);
    if (name == "dataset-done" && !QTest::currentTestFailed()) {
        for (auto *button : stage.window->pageWidget(Page::Dataset)->findChildren<QAbstractButton *>())
            if (button->text() == "Ta&ble")
                button->click();
        shoot(stage, "dataset-table", {kUsual, kSmall});
        DropContent content{.kind = DropContent::Kind::Pictures, .headline = "Drop 12 images to rate",
                            .detail = "1 other file will be listed with a reason"};
        auto *drop = stage.window->findChild<DropTarget *>();
        drop->preview(content);
        shoot(stage, "drop", {kUsual});
    }
}

QTEST_MAIN(ScreensTest)
#include "screens_test.moc"
