#pragma once

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "core/fetch/fetch_pictures.h"
#include "tests/weights/http_server.h"

/// The bytes of a small real picture.
inline QByteArray pictureBytes(const QByteArray &name = "rgb_13x7.png")
{
    QFile file(QByteArray(DANK_TEST_DATA "/../dataset/images/") + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Listens where nobody may connect to, and counts who did all the same: the system takes connections in by itself.
class Trap {
public:
    /// Of 127.0.0.2 and ::1 at this port, as far as this machine has them, and one of 127.0.0.1 at another.
    explicit Trap(int port)
    {
        listen("127.0.0.2", port);
        listen("::1", port);
        m_otherPort = listen("127.0.0.1", 0);
    }
    ~Trap()
    {
        for (const int socket : m_sockets)
            ::close(socket);
    }
    Trap(const Trap &) = delete;
    Trap &operator=(const Trap &) = delete;

    int otherPort() const { return m_otherPort; }
    std::size_t places() const { return m_sockets.size(); }
    /// How many connections there were since the last call.
    int caught()
    {
        int count = 0;
        for (const int socket : m_sockets)
            for (int peer = -1; (peer = ::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ++count)
                ::close(peer);
        return count;
    }

private:
    int listen(const char *address, int port)
    {
        sockaddr_in four{};
        sockaddr_in6 six{};
        four.sin_family = AF_INET;
        six.sin6_family = AF_INET6;
        four.sin_port = six.sin6_port = htons(std::uint16_t(port));
        const bool isFour = inet_pton(AF_INET, address, &four.sin_addr) == 1;
        if (!isFour)
            inet_pton(AF_INET6, address, &six.sin6_addr);
        const int socket = ::socket(isFour ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        auto *const name = isFour ? reinterpret_cast<sockaddr *>(&four) : reinterpret_cast<sockaddr *>(&six);
        socklen_t size = isFour ? sizeof four : sizeof six;
        if (socket < 0 || ::bind(socket, name, size) != 0 || ::listen(socket, 200) != 0) {
            if (socket >= 0)
                ::close(socket);
            return 0;
        }
        m_sockets.push_back(socket);
        getsockname(socket, name, &size);
        return ntohs(four.sin_port);
    }

    std::vector<int> m_sockets;
    int m_otherPort = 0;
};

/// Quick enough for a test.
inline dank::FetchSettings quick()
{
    dank::FetchSettings settings;
    settings.pause = std::chrono::milliseconds(0);
    settings.busyPause = std::chrono::milliseconds(1);
    settings.stall = std::chrono::milliseconds(300);
    settings.whole = std::chrono::milliseconds(2000);
    settings.limit = 200'000;
    return settings;
}

/// A feed in a folder of its own, and what fetching its pictures leaves behind.
class FetchedFeed {
public:
    explicit FetchedFeed(const std::vector<std::pair<QString, QString>> &idsAndAddresses)
    {
        QJsonArray rows;
        for (const auto &[id, address] : idsAndAddresses)
            rows.append(QJsonObject{{"id", id}, {"ups", 5}, {"media", address}});
        QFile file(m_folder.filePath("feed.json"));
        if (file.open(QIODevice::WriteOnly))
            file.write(QJsonDocument(rows).toJson());
    }

    std::filesystem::path path(const char *name) const { return (m_folder.path() + '/' + name).toStdString(); }
    QByteArray contents(const char *name) const
    {
        QFile file(m_folder.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    /// Files beside the feed, of any depth.
    int files() const
    {
        int count = -1;
        for (const auto &entry : std::filesystem::recursive_directory_iterator(m_folder.path().toStdString()))
            count += entry.is_regular_file() ? 1 : 0;
        return count;
    }

    dank::FetchPlan plan(int testPort, const dank::FeedOptions &options = {}) const
    {
        return dank::planFetch(path("feed.json"), options, {std::uint16_t(testPort)}, {});
    }
    dank::FetchReport fetch(int testPort, const dank::FetchSettings &settings = quick()) const
    {
        return dank::fetchPictures(plan(testPort), settings, {});
    }

private:
    QTemporaryDir m_folder;
};

/// "fetched", "refused: why", "failed: why" or "no address", of a feed with one missing picture.
inline QByteArray outcome(const FetchedFeed &feed, const dank::FetchReport &report)
{
    if (!report.fetched.empty())
        return report.bytes > 0 && feed.files() == 1 ? "fetched" : "fetched, but not one file";
    if (feed.files() != 0)
        return "something was left behind";
    if (!report.refused.empty())
        return "refused: " + QByteArray::fromStdString(report.refused.front().reason);
    if (!report.failed.empty())
        return "failed: " + QByteArray::fromStdString(report.failed.front().reason);
    return "no address";
}

inline QByteArray fetchOne(const QString &address, int testPort, const dank::FetchSettings &settings = quick())
{
    const FetchedFeed feed({{"one", address}});
    return outcome(feed, feed.fetch(testPort, settings));
}
