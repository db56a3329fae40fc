#include <QAction>
#include <QApplication>
#include <QDir>
#include <QDropEvent>
#include <QFileInfo>
#include <QImage>
#include <QJsonArray>
#include <QMimeData>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <cmath>

#include "dank_process.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/loss_chart.h"
#include "ui/session/session.h"
#include "ui/window/main_window.h"

using namespace dank::ui;

/// The main job in the real window on the real engine, as a new user goes about it: drop a db.json, extract, train,
/// pause, resume, drop pictures, export the chart; and the command line gives the same scores for the same model.
class WindowJobTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_dir;
    QString m_db;

    QString inside(const QString &name) const { return m_dir.filePath(name); }

    static void drop(QWidget &window, const QStringList &paths)
    {
        QMimeData data;
        QList<QUrl> urls;
        for (const QString &path : paths)
            urls << QUrl::fromLocalFile(path);
        data.setUrls(urls);
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &enter);
        QVERIFY2(enter.isAccepted(), "the window refuses the drag");
        QDropEvent event(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &event);
    }

    /// What the window shows, for a failure's message.
    static QString state(Session &session)
    {
        return session.jobs().status().verb + " | " + session.jobs().status().detail + " | "
               + (session.workplace().message() ? session.workplace().message()->text : QString());
    }

    static void trigger(QWidget &window, const char *name)
    {
        auto *action = window.findChild<QAction *>(QLatin1String(name));
        QVERIFY2(action, name);
        QVERIFY2(action->isEnabled(), name);
        action->trigger();
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QVERIFY(m_dir.isValid());
        m_db = makeSample(inside("sample"), 80);
        QVERIFY(!m_db.isEmpty());
    }

    void theMainJobAndTheSameScores()
    {
        Session::Options options;
        options.library = inside("library").toStdString();
        Session session(options);
        dank::BackboneRequest request = session.features().request();
        request.backbone = "inception_v3";
        request.weights = "none";
        request.precision = "fp32";
        session.features().setRequest(request);
        dank::TrainConfig config = session.choices().config();
        config.epochs = 120;
        config.patience = 0;
        session.choices().setConfig(config);
        MainWindow window(session);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));

        drop(window, {m_db});
        QTRY_VERIFY_WITH_TIMEOUT(session.data().dataset(), 60'000);
        QCOMPARE(session.data().dataset()->rows(), std::size_t{80});
        const std::size_t usable = session.data().dataset()->records().size();

        QTRY_VERIFY_WITH_TIMEOUT(session.actions().extract, 60'000);
        trigger(window, "extract");
        QTRY_VERIFY2_WITH_TIMEOUT(session.features().summary(), qPrintable(state(session)), 120'000);
        QCOMPARE(session.features().summary()->rows, usable);
        QVERIFY(session.features().summary()->untrained);

        QTRY_VERIFY_WITH_TIMEOUT(session.actions().train, 60'000);
        trigger(window, "train");
        QTRY_VERIFY_WITH_TIMEOUT(session.chart().shown().curve.size() >= 3, 120'000);
        QTRY_VERIFY_WITH_TIMEOUT(session.actions().pause, 10'000);
        trigger(window, "pause");
        QTRY_VERIFY_WITH_TIMEOUT(!session.chart().shown().pauses.empty(), 30'000);
        const std::size_t paused = session.chart().shown().curve.size();
        QTest::qWait(300);
        QCOMPARE(session.chart().shown().curve.size(), paused);  // it holds still
        QVERIFY2(session.rater().model(), "no snapshot to rate with while paused");
        trigger(window, "pause");  // the same action resumes
        QTRY_VERIFY_WITH_TIMEOUT(session.chart().shown().curve.size() > paused, 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(!session.chart().shown().live, 300'000);
        QCOMPARE(session.chart().shown().curve.size(), std::size_t{120});
        QVERIFY(session.evaluations().evaluation());

        const QString memes = QFileInfo(m_db).dir().filePath("memes");
        const QStringList files = QDir(memes).entryList({"*.jpg", "*.png"}, QDir::Files, QDir::Name).mid(0, 6);
        QStringList paths{inside("text.png")};
        QVERIFY(writeAll(paths.front(), "not a picture"));
        for (const QString &file : files)
            paths << QDir(memes).filePath(file);
        drop(window, paths);
        QTRY_COMPARE_WITH_TIMEOUT(window.currentPage(), Page::Rate, 60'000);  // a lane looks at it first
        const auto settled = [&] {
            return session.board().items().size() == static_cast<std::size_t>(paths.size())
                   && std::none_of(session.board().items().begin(), session.board().items().end(),
                                   [](const RatedItem &item) { return item.state == RatedItem::State::Waiting; });
        };
        QTRY_VERIFY2_WITH_TIMEOUT(settled(), qPrintable(QString::number(session.board().items().size())), 60'000);

        const auto runs = session.runs().all();
        QCOMPARE(runs.size(), std::size_t{1});
        const Outcome outcome =
            runDank(QStringList{"--library", inside("library"), "rate", QString::fromStdString(runs.front().model)}
                    + paths + QStringList{"--format", "json"});
        QCOMPARE(outcome.code, 0);
        const QJsonArray rated = outcome.json().array();
        QCOMPARE(rated.size(), paths.size());
        int scored = 0;
        for (const RatedItem &item : session.board().items()) {
            const auto other = std::find_if(rated.begin(), rated.end(), [&](const QJsonValue &value) {
                return value.toObject()["path"].toString() == item.path;
            });
            QVERIFY2(other != rated.end(), qPrintable(item.path));
            QCOMPARE(item.state == RatedItem::State::Skipped, (*other).toObject()["skipped"].isString());
            if (item.state == RatedItem::State::Skipped)
                continue;
            ++scored;
            QVERIFY(std::abs(item.score.dankness - (*other).toObject()["dankness"].toDouble()) <= 1e-6);
            QVERIFY(std::abs(item.score.percentile - (*other).toObject()["percentile"].toDouble()) <= 1e-6);
            QVERIFY(item.score.dankness >= 0 && item.score.dankness <= 1);
            QVERIFY(item.untrained);
        }
        QVERIFY(scored >= 4);

        window.showPage(Page::Train);
        QTest::qWait(200);
        ChartExportRequest chart;
        chart.chart = "loss";
        chart.run = runs.front().run;
        chart.library = options.library;
        for (const char *format : {"png", "svg", "pdf", "csv"}) {
            chart.out = inside(QStringLiteral("loss.") + format);
            QCOMPARE(exportChartFromCommandLine(chart), 0);
            QVERIFY(QFileInfo(chart.out).size() > 500);
        }
        QVERIFY(!QImage(inside("loss.png")).isNull());
    }

    void closingTheWindowKeepsTheRun()
    {
        const QString library = inside("library");
        {
            Session::Options options;
            options.library = library.toStdString();
            Session session(options);
            dank::BackboneRequest request = session.features().request();
            request.backbone = "inception_v3";
            request.weights = "none";
            request.precision = "fp32";
            session.features().setRequest(request);
            dank::TrainConfig config = session.choices().config();
            config.epochs = 100'000;
            config.patience = 0;
            session.choices().setConfig(config);
            session.data().open(m_db);
            QTRY_VERIFY_WITH_TIMEOUT(session.actions().train, 60'000);
            session.training().train();
            QTRY_VERIFY_WITH_TIMEOUT(session.chart().shown().live && session.chart().shown().curve.size() >= 2,
                                     120'000);
        }
        const auto runs = dank::Library::open(library.toStdString()).runs().list();
        QCOMPARE(runs.front().state, dank::RunState::Interrupted);
        QVERIFY(runs.front().epochs >= 2);
        QVERIFY(QFileInfo::exists(QString::fromStdString(runs.front().model)));
    }
};

QTEST_MAIN(WindowJobTest)
#include "window_job_test.moc"
