#include "core/weights/fetch/http_get.h"

#include <curl/curl.h>

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
constexpr long kConnectMilliseconds = 20'000;

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
    Transfer(const HttpRequest &request, const HttpReceiver &receiver, const CancelToken &cancel)
        : m_request(request), m_receiver(receiver), m_cancel(cancel)
    {
        static std::once_flag once;
        std::call_once(once, [] {
            if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                failSetup();
        });
        m_easy.reset(curl_easy_init());
        m_multi.reset(curl_multi_init());
        if (!m_easy || !m_multi)
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
        setOption(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectMilliseconds);
        setOption(easy, CURLOPT_BUFFERSIZE, kBufferBytes);
        setOption(easy, CURLOPT_NOSIGNAL, 1L);
        // A stop must not wait for a name server that does not answer.
        setOption(easy, CURLOPT_QUICK_EXIT, 1L);
        setOption(easy, CURLOPT_ERRORBUFFER, m_message);
        setOption(easy, CURLOPT_HEADERFUNCTION, &Transfer::onHeader);
        setOption(easy, CURLOPT_HEADERDATA, static_cast<void *>(this));
        setOption(easy, CURLOPT_WRITEFUNCTION, &Transfer::onBody);
        setOption(easy, CURLOPT_WRITEDATA, static_cast<void *>(this));
        for (const std::string &line : request.headers) {
            curl_slist *const longer = curl_slist_append(m_headers.get(), line.c_str());
            if (!longer)
                failSetup();
            static_cast<void>(m_headers.release());
            m_headers.reset(longer);
        }
        setOption(easy, CURLOPT_HTTPHEADER, m_headers.get());
        if (curl_multi_add_handle(m_multi.get(), easy) != CURLM_OK)
            failSetup();
    }

    ~Transfer() { curl_multi_remove_handle(m_multi.get(), m_easy.get()); }
    Transfer(const Transfer &) = delete;
    Transfer &operator=(const Transfer &) = delete;

    HttpResult run()
    {
        m_aliveSince = Clock::now();
        auto lastTick = m_aliveSince;
        for (;;) {
            m_cancel.check();
            int running = 0;
            if (curl_multi_perform(m_multi.get(), &running) != CURLM_OK)
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
            if (Clock::now() - lastTick >= std::chrono::milliseconds(kTickMilliseconds)) {
                lastTick = Clock::now();
                m_receiver.tick();
            }
            if (curl_multi_poll(m_multi.get(), nullptr, 0, kTickMilliseconds, nullptr) != CURLM_OK)
                failSetup();
        }
    }

private:
    /// Notes the end of the headers: a body that does not come must not keep them from being judged.
    static std::size_t onHeader(char *line, std::size_t size, std::size_t count, void *self)
    {
        Transfer &transfer = *static_cast<Transfer *>(self);
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
        answer.redirect = resolve(m_request.url, header(easy, "Location"));
        answer.contentType = header(easy, "Content-Type");
        answer.contentEncoding = header(easy, "Content-Encoding");
        answer.contentRange = header(easy, "Content-Range");
        answer.etag = header(easy, "ETag");
        answer.lastModified = header(easy, "Last-Modified");
        return answer;
    }

    HttpResult finish()
    {
        int left = 0;
        CURLcode code = CURLE_OK;
        while (const CURLMsg *const message = curl_multi_info_read(m_multi.get(), &left))
            if (message->msg == CURLMSG_DONE)
                code = message->data.result;
        m_cancel.check();
        if (code == CURLE_OK)
            return {acceptOnce() ? HttpEnd::Complete : HttpEnd::Unwanted, {}};
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
    std::unique_ptr<curl_slist, Freed<curl_slist_free_all>> m_headers;
    std::unique_ptr<CURL, Freed<curl_easy_cleanup>> m_easy;
    std::unique_ptr<CURLM, Freed<curl_multi_cleanup>> m_multi;
    bool m_headersDone = false, m_accepted = false, m_unwanted = false, m_connected = false;
    std::exception_ptr m_thrown;
    curl_off_t m_bytes = 0, m_aliveBytes = 0;
    Clock::time_point m_aliveSince;
};

}  // namespace

HttpResult httpGet(const HttpRequest &request, const HttpReceiver &receiver, const CancelToken &cancel)
{
    return Transfer(request, receiver, cancel).run();
}

}  // namespace dank
