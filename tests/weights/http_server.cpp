#include "http_server.h"

#include <QSslCertificate>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>

#include <chrono>
#include <future>
#include <vector>

qint64 Exchange::rangeStart() const
{
    const auto found = headers.find("range");
    if (found == headers.end() || !found->second.startsWith("bytes=") || !found->second.endsWith('-'))
        return -1;
    return found->second.mid(6).chopped(1).toLongLong();
}

bool Exchange::send(const QByteArray &bytes)
{
    if (m_stop || m_socket.state() != QAbstractSocket::ConnectedState || m_socket.write(bytes) != bytes.size())
        return false;
    while (m_socket.bytesToWrite() > 0) {
        if (m_stop || m_socket.state() != QAbstractSocket::ConnectedState)
            return false;
        m_socket.waitForBytesWritten(20);
    }
    m_sent += bytes.size();
    return true;
}

bool Exchange::head(const QByteArray &status, const QByteArray &lines)
{
    return send("HTTP/1.1 " + status + "\r\nConnection: close\r\n" + lines + "\r\n");
}

bool Exchange::answer(const QByteArray &status, const QByteArray &lines, const QByteArray &body)
{
    return head(status, lines + "Content-Length: " + QByteArray::number(body.size()) + "\r\n") && send(body);
}

void Exchange::file(const QByteArray &body, const QByteArray &etag, int piece, int pause)
{
    const auto condition = headers.find("if-range");
    qint64 from = rangeStart();
    if (from >= body.size()) {
        answer("416 Range Not Satisfiable", "Content-Range: bytes */" + QByteArray::number(body.size()) + "\r\n", "");
        return;
    }
    if (condition != headers.end() && condition->second != etag)
        from = -1;
    QByteArray lines = "Content-Type: application/octet-stream\r\nAccept-Ranges: bytes\r\nETag: " + etag
                       + "\r\nContent-Length: " + QByteArray::number(body.size() - std::max<qint64>(from, 0)) + "\r\n";
    if (from > 0)
        lines += "Content-Range: bytes " + QByteArray::number(from) + "-" + QByteArray::number(body.size() - 1) + "/"
                 + QByteArray::number(body.size()) + "\r\n";
    if (!head(from > 0 ? "206 Partial Content" : "200 OK", lines))
        return;
    const qint64 begin = std::max<qint64>(from, 0);
    const qint64 end = m_holdAfter < 0 ? body.size() : std::min<qint64>(begin + m_holdAfter, body.size());
    for (qint64 at = begin; at < end; at += piece) {
        if (!send(body.mid(at, std::min<qint64>(piece, end - at))))
            return;
        if (pause > 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(pause));
    }
    if (end < body.size())
        hold();
}

void Exchange::hold()
{
    while (!m_stop && m_socket.state() == QAbstractSocket::ConnectedState)
        m_socket.waitForReadyRead(20);
}

HttpServer::~HttpServer()
{
    m_stop = true;
    if (m_thread.joinable())
        m_thread.join();
}

void HttpServer::useTls(const QByteArray &certificate, const QByteArray &key)
{
    m_certificate = certificate;
    m_key = key;
}

void HttpServer::start()
{
    std::promise<int> port;
    std::future<int> known = port.get_future();
    m_thread = std::thread([this, &port] {
        // Lives here: a Qt object belongs to the thread that uses it.
        struct Listener : QTcpServer {
            std::function<void(qintptr)> accept;
            void incomingConnection(qintptr descriptor) override { accept(descriptor); }
        } listener;
        std::vector<std::thread> connections;
        listener.accept = [&](qintptr descriptor) {
            connections.emplace_back([this, descriptor] { serve(descriptor); });
        };
        listener.listen(QHostAddress::LocalHost, 0);
        port.set_value(listener.serverPort());
        while (!m_stop)
            listener.waitForNewConnection(20);
        for (std::thread &connection : connections)
            connection.join();
    });
    m_port = known.get();
}

std::string HttpServer::url(const QByteArray &path) const
{
    return (QByteArray(m_key.isEmpty() ? "http" : "https") + "://127.0.0.1:" + QByteArray::number(m_port) + path)
        .toStdString();
}

int HttpServer::requestCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_requests;
}

std::map<QByteArray, QByteArray> HttpServer::lastHeaders() const
{
    const std::lock_guard lock(m_mutex);
    return m_lastHeaders;
}

long long HttpServer::lastSent() const
{
    const std::lock_guard lock(m_mutex);
    return m_lastSent ? m_lastSent->load() : 0;
}

void HttpServer::serve(qintptr descriptor)
{
    QSslSocket socket;
    if (!socket.setSocketDescriptor(descriptor))
        return;
    if (!m_key.isEmpty()) {
        socket.setLocalCertificate(QSslCertificate(m_certificate));
        socket.setPrivateKey(QSslKey(m_key, QSsl::Ec));
        socket.startServerEncryption();
        while (!m_stop && !socket.isEncrypted() && socket.state() == QAbstractSocket::ConnectedState)
            socket.waitForEncrypted(20);
    }
    QByteArray request;
    while (!m_stop && !request.contains("\r\n\r\n") && socket.state() == QAbstractSocket::ConnectedState) {
        socket.waitForReadyRead(20);
        request += socket.readAll();
    }
    const auto sent = std::make_shared<std::atomic_llong>(0);
    Exchange exchange(socket, m_stop, *sent, m_holdAfter);
    const QList<QByteArray> lines = request.split('\n');
    exchange.path = lines.first().split(' ').value(1);
    for (const QByteArray &line : lines.mid(1))
        if (const qsizetype colon = line.indexOf(':'); colon > 0)
            exchange.headers[line.left(colon).toLower()] = line.mid(colon + 1).trimmed();
    {
        const std::lock_guard lock(m_mutex);
        ++m_requests;
        m_lastHeaders = exchange.headers;
        m_lastSent = sent;
    }
    const auto script = m_scripts.find(exchange.path);
    if (script == m_scripts.end())
        exchange.answer("404 Not Found", "Content-Type: text/plain\r\n", "There is nothing here.\n");
    else
        script->second(exchange);
    socket.disconnectFromHost();
    while (!m_stop && socket.state() != QAbstractSocket::UnconnectedState)
        socket.waitForDisconnected(20);
}
