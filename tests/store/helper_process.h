#pragma once

#include <QProcess>

#include <filesystem>
#include <memory>

/// A second process that works on a library until it is killed.
inline std::unique_ptr<QProcess> startHelper(const char *job, const std::filesystem::path &folder)
{
    auto process = std::make_unique<QProcess>();
    process->start(QStringLiteral(DANK_BIN "/store_helper"), {job, QString::fromStdString(folder.string())});
    QByteArray said;
    while (!said.contains("ready") && process->waitForReadyRead(20000))
        said += process->readLine();
    return process;
}

/// SIGKILL; returns the lines printed before.
inline QList<QByteArray> killHelper(QProcess &process)
{
    process.kill();
    process.waitForFinished();
    QByteArray said = process.readAllStandardOutput();
    return said.left(said.lastIndexOf('\n') + 1).trimmed().split('\n');
}
