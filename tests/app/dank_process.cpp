#include "tests/app/dank_process.h"

#include <signal.h>

#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

namespace {

constexpr int kTimeoutMs = 20 * 60 * 1000;

Outcome finish(QProcess &process)
{
    Outcome outcome;
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(kTimeoutMs)) {
        process.kill();
        process.waitForFinished();
    }
    outcome.code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    outcome.out = process.readAllStandardOutput();
    outcome.err += process.readAllStandardError();
    return outcome;
}

}  // namespace

QJsonDocument Outcome::json() const
{
    QJsonParseError error{};
    const QJsonDocument document = QJsonDocument::fromJson(out, &error);
    if (error.error != QJsonParseError::NoError)
        QTest::qFail(qPrintable(QString("stdout is not one JSON document (%1); exit code %2; stderr: %3")
                                    .arg(error.errorString())
                                    .arg(code)
                                    .arg(QString::fromUtf8(err))),
                     __FILE__, __LINE__);
    return document;
}

Outcome runDank(const QStringList &arguments, const QByteArray &input)
{
    QProcess process;
    process.start(DANK_BIN "/dank", QStringList{"--progress", "none"} + arguments);
    process.write(input);
    process.closeWriteChannel();
    return finish(process);
}

Outcome runDankUntil(const QStringList &arguments, const std::function<bool(const QJsonObject &)> &onEvent, int signal)
{
    QProcess process;
    process.start(DANK_BIN "/dank", QStringList{"--progress", "ndjson"} + arguments);
    process.closeWriteChannel();
    QByteArray seen;
    QElapsedTimer clock;
    clock.start();
    bool sent = false;
    while (!sent && clock.elapsed() < kTimeoutMs) {
        if (!process.waitForReadyRead(100) && process.state() == QProcess::NotRunning)
            break;
        process.setReadChannel(QProcess::StandardError);
        while (!sent && process.canReadLine()) {
            const QByteArray line = process.readLine();
            seen += line;
            if (onEvent(QJsonDocument::fromJson(line).object())) {
                ::kill(static_cast<pid_t>(process.processId()), signal);
                sent = true;
            }
        }
    }
    Outcome outcome = finish(process);
    outcome.err.prepend(seen);
    return outcome;
}

QString makeSample(const QString &folder, int count, int seed)
{
    const Outcome made =
        runDank({"sample", folder, "--count", QString::number(count), "--seed", QString::number(seed)});
    return made.code == 0 ? folder + "/db.json" : QString();
}

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool writeAll(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}
