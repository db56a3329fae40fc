// The window with a large dataset whose features are stored: bench_window LIBRARY DB [EPOCHS] loads it, presses Train,
// and prints what large_rows.py reads: the steps that the run bar named until the first epoch, each with its seconds,
// and the most memory that the process took.

#include <QAction>
#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>
#include <QTimer>

#include <cstdio>
#include <functional>

#include "ui/session/session.h"
#include "ui/window/main_window.h"

using namespace dank::ui;

namespace {

/// A line of /proc/self/status in MB: VmRSS now, VmHWM at most.
double megabytes(const QByteArray &key)
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : status.readAll().split('\n'))
        if (line.startsWith(key + ':'))
            return line.mid(key.size() + 1).trimmed().split(' ').first().toDouble() / 1024;
    return 0;
}

/// Runs the event loop until `done`, looking every few milliseconds.
void waitFor(const std::function<bool()> &done)
{
    QEventLoop loop;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        if (done())
            loop.quit();
    });
    timer.start(5);
    loop.exec();
}

}  // namespace

int main(int argc, char **argv)
{
    if (argc < 3) {
        std::fputs("Usage: bench_window LIBRARY DB [EPOCHS]\n", stderr);
        return 2;
    }
    QStandardPaths::setTestModeEnabled(true);
    QApplication application(argc, argv);
    Session::Options options;
    options.library = argv[1];
    Session session(options);
    dank::BackboneRequest request = session.features().request();
    request.backbone = "classic";
    session.features().setRequest(request);
    dank::TrainConfig config = session.choices().config();
    config.epochs = argc > 3 ? QByteArray(argv[3]).toInt() : 5;
    config.split = dank::SplitKind::Random;  // copies of few pictures tie all authors together
    session.choices().setConfig(config);
    MainWindow window(session);
    window.show();

    QElapsedTimer clock;
    clock.start();
    session.data().open(QString::fromLocal8Bit(argv[2]));
    waitFor([&] { return session.data().dataset() && session.actions().train; });
    QJsonObject said{{"load", double(clock.elapsed()) / 1000}, {"loaded_mb", megabytes("VmRSS")}};

    const auto failed = [&] {
        return session.workplace().message() && session.workplace().message()->severity == Message::Severity::Error;
    };
    QJsonArray steps;
    QString step;
    double since = 0;
    const auto watch = [&] {
        const QString now = session.jobs().status().verb;
        const double at = double(clock.elapsed()) / 1000;
        if (now != step) {
            if (!step.isEmpty())
                steps << QJsonObject{{"step", step}, {"seconds", at - since}};
            step = now;
            since = at;
        }
    };
    clock.restart();
    session.training().train();
    waitFor([&] {
        watch();
        return !session.chart().shown().curve.empty() || failed();
    });
    watch();
    said["first_epoch"] = double(clock.elapsed()) / 1000;
    said["first_epoch_mb"] = megabytes("VmHWM");
    said["steps"] = steps;
    waitFor([&] { return session.evaluations().evaluation() != nullptr || failed(); });
    said["judged"] = double(clock.elapsed()) / 1000;
    if (failed())
        said["message"] = session.workplace().message()->text;
    said["peak_mb"] = megabytes("VmHWM");
    waitFor([wait = 0]() mutable { return ++wait > 200; });  // a second for what is given back
    said["after_mb"] = megabytes("VmRSS");
    std::puts(QJsonDocument(said).toJson(QJsonDocument::Compact).constData());
    return 0;
}
