#pragma once

#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/weights/fetch/download.h"
#include "http_server.h"

/// Bytes that do not repeat, so that a part put in the wrong place shows.
inline QByteArray bodyOf(int size, quint32 seed = 1)
{
    QByteArray body(size, 0);
    for (char &byte : body) {
        seed = seed * 1664525U + 1013904223U;
        byte = char(seed >> 24);
    }
    return body;
}

inline std::string hashOf(const QByteArray &body)
{
    return QCryptographicHash::hash(body, QCryptographicHash::Sha256).toHex().toStdString();
}

inline QByteArray contents(const std::filesystem::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return QByteArray::fromStdString(std::string(std::istreambuf_iterator<char>(file), {}));
}

/// A folder with a target, and what became of it.
class TargetFolder {
public:
    std::filesystem::path target() const { return path() / "weights.pth"; }
    std::filesystem::path part() const { return path() / "weights.pth.part"; }
    std::filesystem::path note() const { return path() / "weights.pth.part.json"; }
    std::filesystem::path path() const { return m_folder.path().toStdString(); }
    bool hasTarget() const { return std::filesystem::exists(target()); }
    /// Bytes of the part, -1 where there is none.
    qint64 partSize() const
    {
        return std::filesystem::exists(part()) ? qint64(std::filesystem::file_size(part())) : -1;
    }
    int files() const { return int(std::distance(std::filesystem::directory_iterator(path()), {})); }

    dank::DownloadRequest request(const std::string &url, const QByteArray &body) const
    {
        dank::DownloadRequest request;
        request.url = url;
        request.target = target();
        request.sha256 = hashOf(body);
        request.bytes = std::uint64_t(body.size());
        request.allowHttp = true;
        return request;
    }

private:
    QTemporaryDir m_folder;
};

/// The error that a download ends with; nothing when it succeeds.
inline std::optional<dank::Error> failure(const dank::DownloadRequest &request)
{
    try {
        dank::download(request, {}, {});
        return std::nullopt;
    } catch (const dank::Error &error) {
        return error;
    }
}

/// A part of `body` as a stopped download leaves it; `last` is where redirects from `server` end.
inline void leavePart(const TargetFolder &folder, HttpServer &server, const QByteArray &path, const QByteArray &body,
                      HttpServer &last, int size)
{
    dank::JobContext context;
    last.holdAfter(size);
    try {
        dank::download(
            folder.request(server.url(path), body),
            [&](const dank::DownloadProgress &progress) {
                if (progress.done == std::uint64_t(size))
                    context.cancel.cancel();
            },
            context);
    } catch (const dank::Cancelled &) {
    }
    last.holdAfter(-1);
}

inline void leavePart(const TargetFolder &folder, HttpServer &server, const QByteArray &path, const QByteArray &body,
                      int size)
{
    leavePart(folder, server, path, body, server, size);
}

#define VERIFY_FAILURE(failed, expectedKind, words)                                                                    \
    do {                                                                                                               \
        const std::optional<dank::Error> &shown = (failed);                                                            \
        QVERIFY2(shown, "It succeeded.");                                                                              \
        QVERIFY2(shown->kind() == (expectedKind), shown->what());                                                      \
        QVERIFY2(QByteArray(shown->what()).contains(words), shown->what());                                            \
    } while (false)
