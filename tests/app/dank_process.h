#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>

#include <functional>

/// What a run of `dank` left behind.
struct Outcome {
    int code = -1;  ///< exit code, -1 when it was killed
    QByteArray out, err;

    /// Stdout as its one JSON document; fails the running test, naming stderr, when it is not one.
    QJsonDocument json() const;
    QJsonObject object() const { return json().object(); }
};

/// Runs the command line that was built, with English messages and no progress line.
Outcome runDank(const QStringList &arguments, const QByteArray &input = {});

/// Runs it with `--progress ndjson` and calls `onEvent` with every progress object while it runs, until that returns
/// true; then sends `signal` and waits for the end.
Outcome runDankUntil(const QStringList &arguments, const std::function<bool(const QJsonObject &)> &onEvent, int signal);

/// A sample dataset's db.json, made by `dank sample` in `folder`. Empty when that failed.
QString makeSample(const QString &folder, int count, int seed = 1);

QByteArray readAll(const QString &path);
bool writeAll(const QString &path, const QByteArray &bytes);
