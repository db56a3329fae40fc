#include "core/http/http_get.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>

#include <cstring>
#include <exception>
#include <memory>
#include <mutex>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/version.h"

namespace dank {

namespace {

constexpr int kTickMilliseconds = 100;
constexpr curl_off_t kAliveBytes = 1024;
constexpr long kBufferBytes = 256l << 10;
constexpr std::size_t kMaxHeaders = std::size_t{128} << 10;
constexpr long kIdleConnections = 4;

using Clock = std::chrono::steady_clock;

template <auto kFree>
struct Freed {
    void operator()(auto *what) const { kFree(what); }
};

[[noreturn]] void failSetup()
{
    throw Error(ErrorKind::Network,
                "The download could not be set up: libcurl refused. There may be too little memory.");
}

using Lines = std::unique_ptr<curl_slist, Freed<curl_slist_free_all>>;

Lines linesOf(const std::vector<std::string> &texts)
{
    Lines lines;
    for (const std::string &text : texts) {
        curl_slist *const longer = curl_slist_append(lines.get(), text.c_str());
        if (!longer)
            failSetup();
        static_cast<void>(lines.release());
        lines.reset(longer);
    }
    return lines;
}

/// Of an address as the library writes it; family AF_UNSPEC for what is none.
sockaddr_storage socketAddress(const char *text, int port)
{
    sockaddr_storage storage{};
    sockaddr_in four{};
    sockaddr_in6 six{};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(std::uint16_t(port));
        std::memcpy(&storage, &four, sizeof four);
    } else if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(std::uint16_t(port));
        std::memcpy(&storage, &six, sizeof six);
    }
    return storage;
}

template <typename Value>
void setOption(CURL *easy, CURLoption option, Value value)
{
    if (curl_easy_setopt(easy, option, value) != CURLE_OK)
        failSetup();
}

std::string header(CURL *easy, const char *name)
{
    curl_header *found = nullptr;
    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : "";
}

/// `location` as seen from `url`, made absolute; empty for what is no address.
std::string resolve(const std::string &url, const std::string &location)
{
    const std::unique_ptr<CURLU, Freed<curl_url_cleanup>> address(curl_url());
    char *text = nullptr;
    if (location.empty() || !address || curl_url_set(address.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK
        || curl_url_set(address.get(), CURLUPART_URL, location.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK
        || curl_url_get(address.get(), CURLUPART_URL, &text, 0) != CURLUE_OK)
        return {};
    const std::unique_ptr<char, Freed<curl_free>> owner(text);
    return text;
}

class Transfer {
public:
    Transfer(const HttpRequest &request, const HttpReceiver &receiver, const CancelToken &cancel, CURLM *multi)
        : m_request(request), m_receiver(receiver), m_cancel(cancel), m_multi(multi), m_easy(curl_easy_init())
    {
        if (!m_easy)
            failSetup();
        CURL *const easy = m_easy.get();
        setOption(easy, CURLOPT_URL, request.url.c_str());
        setOption(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        setOption(easy, CURLOPT_FOLLOWLOCATION, 0L);
        setOption(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        setOption(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
        setOption(easy, CURLOPT_SSLVERSION, long(CURL_SSLVERSION_TLSv1_2));
        if (!request.authorities.empty())
            setOption(easy, CURLOPT_CAINFO, request.authorities.c_str());
        setOption(easy, CURLOPT_USERAGENT, "dank-learning/" DANK_VERSION);
        setOption(easy, CURLOPT_CONNECTTIMEOUT_MS, long(request.connect.count()));
        setOption(easy, CURLOPT_BUFFERSIZE, kBufferBytes);
        setOption(easy, CURLOPT_NOSIGNAL, 1L);
        // A stop must not wait for a name server that does not answer.
        setOption(easy, CURLOPT_QUICK_EXIT, 1L);
        setOption(easy, CURLOPT_ERRORBUFFER, m_message);
        setOption(easy, CURLOPT_HEADERFUNCTION, &Transfer::onHeader);
        setOption(easy, CURLOPT_HEADERDATA, static_cast<void *>(this));
        setOption(easy, CURLOPT_WRITEFUNCTION, &Transfer::onBody);
        setOption(easy, CURLOPT_WRITEDATA, static_cast<void *>(this));
        m_headers = linesOf(request.headers);
        setOption(easy, CURLOPT_HTTPHEADER, m_headers.get());
        if (request.mayConnect) {
            setOption(easy, CURLOPT_PROXY, "");
            setOption(easy, CURLOPT_NOPROXY, "*");
            setOption(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::onSocket);
            setOption(easy, CURLOPT_OPENSOCKETDATA, static_cast<void *>(this));
            setOption(easy, CURLOPT_PREREQFUNCTION, &Transfer::onConnected);
            setOption(easy, CURLOPT_PREREQDATA, static_cast<void *>(this));
        }
        m_names = linesOf(request.names);
        setOption(easy, CURLOPT_RESOLVE, m_names.get());
        if (curl_multi_add_handle(m_multi, easy) != CURLM_OK)
            failSetup();
    }

    ~Transfer() { curl_multi_remove_handle(m_multi, m_easy.get()); }
    Transfer(const Transfer &) = delete;
    Transfer &operator=(const Transfer &) = delete;

    HttpResult run()
    {
        const auto began = Clock::now();
        m_aliveSince = began;
        auto lastTick = began;
        for (;;) {
            m_cancel.check();
            int running = 0;
            if (curl_multi_perform(m_multi, &running) != CURLM_OK)
                failSetup();
            if (m_thrown)
                std::rethrow_exception(m_thrown);
            if (m_headersDone)
                acceptOnce();
            if (m_unwanted)
                return {HttpEnd::Unwanted, {}};
            if (running == 0)
                return finish();
            if (isStalled())
                return {HttpEnd::Stalled, {}};
            if (m_request.whole.count() > 0 && Clock::now() - began > m_request.whole)
                return {HttpEnd::TooLong, {}};
            if (m_receiver.tick && Clock::now() - lastTick >= std::chrono::milliseconds(kTickMilliseconds)) {
                lastTick = Clock::now();
                m_receiver.tick();
            }
            if (curl_multi_poll(m_multi, nullptr, 0, kTickMilliseconds, nullptr) != CURLM_OK)
                failSetup();
        }
    }

private:
    /// The socket for an address that may be connected to: this very address is what is connected to afterwards.
    static curl_socket_t onSocket(void *self, curlsocktype, curl_sockaddr *address)
    {
        Transfer &transfer = *static_cast<Transfer *>(self);
        if (!transfer.m_request.mayConnect(address->addr)) {
            transfer.m_denied = true;
            return CURL_SOCKET_BAD;
        }
        transfer.m_opened = true;
        return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }

    /// Before anything is sent, also on a connection that stood already.
    static int onConnected(void *self, char *address, char *, int port, int)
    {
        Transfer &transfer = *static_cast<Transfer *>(self);
        sockaddr_storage storage = socketAddress(address, port);
        if (storage.ss_family == AF_UNSPEC || !transfer.m_request.mayConnect(reinterpret_cast<sockaddr &>(storage))) {
            transfer.m_denied = true;
            transfer.m_opened = false;
            return CURL_PREREQFUNC_ABORT;
        }
        return CURL_PREREQFUNC_OK;
    }

    /// Notes the end of the headers: a body that does not come must not keep them from being judged.
    static std::size_t onHeader(char *line, std::size_t size, std::size_t count, void *self)
    {
        Transfer &transfer = *static_cast<Transfer *>(self);
        transfer.m_headerBytes += size * count;
        if (transfer.m_headerBytes > kMaxHeaders)
            return 0;
        long status = 0;
        curl_easy_getinfo(transfer.m_easy.get(), CURLINFO_RESPONSE_CODE, &status);
        transfer.m_headersDone = status >= 200 && size * count <= 2 && (line[0] == '\r' || line[0] == '\n');
        return size * count;
    }

    static std::size_t onBody(char *bytes, std::size_t size, std::size_t count, void *self)
    {
        Transfer &transfer = *static_cast<Transfer *>(self);
        // Nothing may be thrown through the library's C frames.
        try {
            if (transfer.m_cancel.isCancelled() || !transfer.acceptOnce())
                return 0;
            transfer.m_receiver.write(std::as_bytes(std::span(bytes, size * count)));
            transfer.m_bytes += curl_off_t(size * count);
            return size * count;
        } catch (...) {
            transfer.m_thrown = std::current_exception();
            return 0;
        }
    }

    bool acceptOnce()
    {
        if (m_accepted)
            return true;
        m_accepted = true;
        m_unwanted = !m_receiver.accept(response());
        return !m_unwanted;
    }

    HttpResponse response() const
    {
        CURL *const easy = m_easy.get();
        HttpResponse answer;
        curl_off_t length = -1;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
        curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        if (length >= 0)
            answer.length = std::uint64_t(length);
        answer.location = header(easy, "Location");
        answer.redirect = resolve(m_request.url, answer.location);
        answer.contentType = header(easy, "Content-Type");
        answer.contentEncoding = header(easy, "Content-Encoding");
        answer.contentRange = header(easy, "Content-Range");
        answer.etag = header(easy, "ETag");
        answer.lastModified = header(easy, "Last-Modified");
        curl_off_t wait = 0;
        if (!header(easy, "Retry-After").empty() && curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK)
            answer.retryAfter = std::chrono::seconds(wait);
        return answer;
    }

    HttpResult finish()
    {
        int left = 0;
        CURLcode code = CURLE_OK;
        while (const CURLMsg *const message = curl_multi_info_read(m_multi, &left))
            if (message->msg == CURLMSG_DONE)
                code = message->data.result;
        m_cancel.check();
        if (code == CURLE_OK)
            return {acceptOnce() ? HttpEnd::Complete : HttpEnd::Unwanted, {}};
        if (m_denied && !m_opened)
            return {HttpEnd::Forbidden, {}};
        const std::string detail = printable(m_message[0] ? m_message : curl_easy_strerror(code));
        return {response().status != 0 ? HttpEnd::Broken : HttpEnd::Unanswered, detail};
    }

    /// Whether it is too long since the connection stood, or since the last whole kibibyte came.
    bool isStalled()
    {
        curl_off_t ready = 0;
        curl_easy_getinfo(m_easy.get(), CURLINFO_PRETRANSFER_TIME_T, &ready);
        if ((!m_connected && ready > 0) || m_bytes - m_aliveBytes >= kAliveBytes) {
            m_connected = m_connected || ready > 0;
            m_aliveBytes = m_bytes;
            m_aliveSince = Clock::now();
        }
        return m_connected && Clock::now() - m_aliveSince > m_request.stall;
    }

    const HttpRequest &m_request;
    const HttpReceiver &m_receiver;
    const CancelToken &m_cancel;
    char m_message[CURL_ERROR_SIZE] = {};
    CURLM *const m_multi;
    Lines m_headers, m_names;
    std::unique_ptr<CURL, Freed<curl_easy_cleanup>> m_easy;
    bool m_headersDone = false, m_accepted = false, m_unwanted = false, m_connected = false;
    bool m_denied = false, m_opened = false;
    std::size_t m_headerBytes = 0;
    std::exception_ptr m_thrown;
    curl_off_t m_bytes = 0, m_aliveBytes = 0;
    Clock::time_point m_aliveSince;
};

}  // namespace

struct HttpConnections::Multi {
    std::unique_ptr<CURLM, Freed<curl_multi_cleanup>> handle;
};

HttpConnections::HttpConnections() : m_multi(std::make_unique<Multi>())
{
    static std::once_flag once;
    std::call_once(once, [] {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            failSetup();
    });
    m_multi->handle.reset(curl_multi_init());
    if (!m_multi->handle
        || curl_multi_setopt(m_multi->handle.get(), CURLMOPT_MAXCONNECTS, kIdleConnections) != CURLM_OK)
        failSetup();
}

HttpConnections::~HttpConnections() = default;

HttpResult httpGet(const HttpRequest &request, const HttpReceiver &receiver, const CancelToken &cancel)
{
    HttpConnections connections;
    return httpGet(request, receiver, cancel, connections);
}

HttpResult httpGet(const HttpRequest &request, const HttpReceiver &receiver, const CancelToken &cancel,
                   HttpConnections &connections)
{
    return Transfer(request, receiver, cancel, connections.multi().handle.get()).run();
}

}  // namespace dank
