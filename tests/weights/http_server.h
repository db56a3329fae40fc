#pragma once

#include <QByteArray>
#include <QtGlobal>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

class QSslSocket;

/// One request and the connection to answer it on, in the connection's own thread.
class Exchange {
public:
    Exchange(QSslSocket &socket, const std::atomic_bool &stop, std::atomic_llong &sent, int holdAfter)
        : m_socket(socket), m_stop(stop), m_sent(sent), m_holdAfter(holdAfter)
    {
    }

    QByteArray path;
    std::map<QByteArray, QByteArray> headers;  ///< names in lower case

    /// The first byte of a "Range: bytes=N-", or -1.
    qint64 rangeStart() const;
    /// False once the client is gone or the server stops.
    bool send(const QByteArray &bytes);
    /// Status line and headers; `lines` end with "\r\n" each.
    bool head(const QByteArray &status, const QByteArray &lines);
    /// A whole answer, with its length.
    bool answer(const QByteArray &status, const QByteArray &lines, const QByteArray &body);
    /// The file as a good server gives it: whole, or from the range's start if `If-Range` allows; in pieces of
    /// `piece` bytes with `pause` milliseconds between them.
    void file(const QByteArray &body, const QByteArray &etag, int piece = 1 << 20, int pause = 0);
    /// Waits until the client goes or the server stops.
    void hold();

private:
    QSslSocket &m_socket;
    const std::atomic_bool &m_stop;
    std::atomic_llong &m_sent;
    const int m_holdAfter;
};

/// An HTTP server on 127.0.0.1, in its own thread, with a thread for each connection; it closes each after its answer.
/// With a certificate and a key (PEM) it speaks TLS.
class HttpServer {
public:
    using Script = std::function<void(Exchange &)>;

    HttpServer() = default;
    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;
    ~HttpServer();

    /// Before start().
    void on(const QByteArray &path, Script script) { m_scripts[path] = std::move(script); }
    void useTls(const QByteArray &certificate, const QByteArray &key);
    void start();

    std::string url(const QByteArray &path) const;
    int port() const { return m_port; }
    int requestCount() const;
    /// The headers of the last request.
    std::map<QByteArray, QByteArray> lastHeaders() const;
    /// Bytes given to the system in answer to the last request, so far.
    long long lastSent() const;
    /// From now on Exchange::file() stops after that many bytes and holds; -1: it does not.
    void holdAfter(int bytes) { m_holdAfter = bytes; }

private:
    void serve(qintptr descriptor);

    std::map<QByteArray, Script> m_scripts;
    QByteArray m_certificate, m_key;
    std::atomic_bool m_stop{false};
    std::atomic_int m_holdAfter{-1};
    int m_port = 0;
    std::thread m_thread;
    mutable std::mutex m_mutex;
    int m_requests = 0;
    std::map<QByteArray, QByteArray> m_lastHeaders;
    std::shared_ptr<std::atomic_llong> m_lastSent;
};
