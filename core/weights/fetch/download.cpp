#include "core/weights/fetch/download.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <deque>
#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/http/http_get.h"
#include "core/weights/fetch/download_part.h"
#include "core/weights/fetch/sha256.h"

namespace fs = std::filesystem;

namespace dank {
namespace {

constexpr int kMaxRedirects = 5;
constexpr std::size_t kMaxMark = 1000;

using Clock = std::chrono::steady_clock;

/// Bytes a second over the last few seconds.
class Speed {
public:
    double add(std::uint64_t done)
    {
        const auto now = Clock::now();
        m_samples.push_back({now, done});
        while (m_samples.size() > 2 && now - m_samples.front().at > std::chrono::seconds(3))
            m_samples.pop_front();
        const double seconds = std::chrono::duration<double>(now - m_samples.front().at).count();
        return seconds > 0 && done > m_samples.front().done ? double(done - m_samples.front().done) / seconds : 0;
    }
    void clear() { m_samples.clear(); }

private:
    struct Sample {
        Clock::time_point at;
        std::uint64_t done;
    };
    std::deque<Sample> m_samples;
};

std::string lower(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return result;
}

std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// "bytes 10-99/100", "bytes 10-99/*" and "bytes */100" (RFC 9110, 14.4).
struct ContentRange {
    std::optional<std::uint64_t> first, last, total;
};

std::optional<ContentRange> parseContentRange(const std::string &value)
{
    const std::string text = lower(value);
    const std::size_t slash = text.find('/');
    if (!text.starts_with("bytes ") || slash == std::string::npos)
        return std::nullopt;
    ContentRange range;
    const std::string_view span = std::string_view(text).substr(6, slash - 6);
    const std::string_view total = std::string_view(text).substr(slash + 1);
    if (total != "*" && !(range.total = number(total)))
        return std::nullopt;
    if (span == "*")
        return range;
    const std::size_t dash = span.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    range.first = number(span.substr(0, dash));
    range.last = number(span.substr(dash + 1));
    if (!range.first || !range.last || *range.last < *range.first || (range.total && *range.last >= *range.total))
        return std::nullopt;
    return range;
}

/// A mark from a server or from a note on disk that may be sent back in a header; else nothing.
std::string usableMark(const std::string &mark)
{
    const bool usable =
        mark.size() <= kMaxMark && std::all_of(mark.begin(), mark.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    return usable ? mark : std::string();
}

std::string shownUrl(const std::string &url)
{
    std::string shown = "'";
    shown += printable(url.substr(0, 300));
    shown += url.size() > 300 ? "…'" : "'";
    return shown;
}

class Download {
public:
    Download(const DownloadRequest &request, const std::function<void(const DownloadProgress &)> &progress,
             const JobContext &context)
        : m_request(request), m_progress(progress), m_context(context),
          m_part(request.target, request.url, request.sha256)
    {
    }

    void run()
    {
        if (isThere()) {  // by an earlier call whose caller did not come to use it
            m_part.discard();
            return;
        }
        if (m_part.size() > cap())
            m_part.restart({}, {});
        // A part that is whole needs no server, if it is right.
        if (m_request.bytes != 0 && m_part.size() == m_request.bytes) {
            m_resumedFrom = m_part.size();
            if (isRight(m_part.sha256(m_context)))
                return install();
            m_part.restart({}, {});
        }
        if (m_request.bytes != 0)
            m_part.needSpace(m_request.bytes - m_part.size());
        fetch();
        const std::string hash = m_part.sha256(m_context);
        if (!isRight(hash)) {
            m_part.discard();
            throw Error(ErrorKind::Weights,
                        "What " + shownUrl(m_url) + " sent is not the file it should be: its SHA-256 is " + hash
                            + " and should be " + m_request.sha256 + (m_request.sha256.size() < 64 ? "…" : "")
                            + ". It was deleted. Try again; if that does not help, get the file elsewhere.",
                        m_request.target);
        }
        install();
    }

private:
    enum class Verdict { Take, Redirect, Again, Whole };

    std::uint64_t cap() const { return m_request.bytes != 0 ? m_request.bytes : m_request.limit; }
    bool isRight(const std::string &hash) const { return hash.starts_with(m_request.sha256); }

    bool isThere() const
    {
        std::error_code error;
        const std::uintmax_t size = fs::file_size(m_request.target, error);
        return !error && fs::is_regular_file(m_request.target, error) && size <= cap()
               && (m_request.bytes == 0 || size == m_request.bytes) && isRight(sha256File(m_request.target, m_context));
    }

    void install()
    {
        m_context.cancel.check();
        m_part.install();
        m_total = m_part.size();
        report();
    }

    void report()
    {
        if (m_progress)
            m_progress({m_part.size(), m_total, m_speed.add(m_part.size()), m_resumedFrom});
    }

    void fetch()
    {
        m_url = m_request.url;
        bool began = false;
        for (int redirects = 0;;) {
            const std::uint64_t from = m_part.size();
            m_resumedFrom = from;
            m_total = m_request.bytes;
            m_speed.clear();
            HttpRequest get;
            get.url = m_url;
            get.headers = headers();
            get.authorities = m_request.authorities;
            get.stall = std::chrono::milliseconds(std::int64_t(m_request.stallSeconds * 1000));
            Verdict verdict = Verdict::Take;
            std::string next;
            HttpReceiver receiver;
            receiver.accept = [&](const HttpResponse &response) {
                verdict = judge(response);
                next = response.redirect;
                return verdict == Verdict::Take;
            };
            receiver.write = [this](std::span<const std::byte> bytes) { take(bytes); };
            receiver.tick = [this] { report(); };
            const HttpResult result = httpGet(get, receiver, m_context.cancel);

            switch (result.end) {
            case HttpEnd::Complete:
                if (m_total == 0 || m_part.size() == m_total)
                    return;
                fail("ended too early", "");
            case HttpEnd::Unwanted: break;
            case HttpEnd::Broken: fail("broke off", result.detail);
            case HttpEnd::Stalled: fail("stopped answering", "");
            case HttpEnd::Unanswered:
                throw Error(ErrorKind::Network,
                            "Nothing came from " + shownUrl(m_url) + ": " + result.detail
                                + ". Check the connection and any proxy, then try again.",
                            m_request.target);
            case HttpEnd::TooLong:
            case HttpEnd::Forbidden: fail("was not allowed", result.detail);  // neither is asked for
            }
            if (verdict == Verdict::Whole)
                return;
            if (verdict == Verdict::Again) {
                if (began)
                    fail("does not send what it was asked for", "");
                began = true;
                m_part.restart({}, {});
            } else {
                if (++redirects > kMaxRedirects)
                    refuse("redirects more than 5 times");
                follow(next);
            }
        }
    }

    std::vector<std::string> headers() const
    {
        std::vector<std::string> lines{"Accept: */*", "Accept-Encoding: identity"};
        if (m_part.size() == 0)
            return lines;
        lines.push_back("Range: bytes=" + std::to_string(m_part.size()) + "-");
        // Only a strong mark may stand in If-Range. Without one, the hash tells whether the halves belong together.
        const std::string etag = usableMark(m_part.origin().etag);
        const std::string date = usableMark(m_part.origin().lastModified);
        if (etag.starts_with('"'))
            lines.push_back("If-Range: " + etag);
        else if (!date.empty())
            lines.push_back("If-Range: " + date);
        return lines;
    }

    Verdict judge(const HttpResponse &response)
    {
        const std::uint64_t from = m_part.size();
        switch (response.status) {
        case 301:
        case 302:
        case 303:
        case 307:
        case 308: return Verdict::Redirect;
        case 416:
            if (from != 0) {
                const auto range = parseContentRange(response.contentRange);
                return range && !range->first && range->total == from && m_request.bytes == 0 ? Verdict::Whole
                                                                                              : Verdict::Again;
            }
            break;
        case 206:
        case 200: break;
        default: refuseStatus(response.status);
        }
        if (response.status != 200 && from == 0)
            refuseStatus(response.status);

        const std::string type = lower(response.contentType);
        if (type.starts_with("text/html") || type.starts_with("application/xhtml"))
            refuse("sends a web page instead of the file; a log-in page of the network may be in between");
        const std::string encoding = lower(response.contentEncoding);
        if (!encoding.empty() && encoding != "identity")
            refuse("sends the file compressed, which was not asked for");

        std::optional<std::uint64_t> total = response.length;
        if (response.status == 206) {
            const auto range = parseContentRange(response.contentRange);
            const bool sameFile =
                (m_part.origin().etag.empty() || response.etag.empty() || m_part.origin().etag == response.etag)
                && (m_part.origin().lastModified.empty() || response.lastModified.empty()
                    || m_part.origin().lastModified == response.lastModified);
            if (!range || range->first != from || !sameFile)
                return Verdict::Again;
            total = range->total ? range->total : total ? std::optional(from + *total) : std::nullopt;
        }
        if (total && (*total > cap() || (m_request.bytes != 0 && *total != m_request.bytes)))
            throw Error(ErrorKind::Weights,
                        shownUrl(m_url) + " has a file of " + std::to_string(*total) + " bytes; it should have "
                            + (m_request.bytes != 0 ? "" : "at most ") + std::to_string(cap())
                            + ". Nothing was fetched. Get the file elsewhere.",
                        m_request.target);
        if (response.status == 200) {
            m_resumedFrom = 0;
            m_speed.clear();
            m_part.restart(usableMark(response.etag), usableMark(response.lastModified));
        }
        if (total) {
            m_total = *total;
            m_part.needSpace(m_total - m_part.size());
        }
        report();
        return Verdict::Take;
    }

    void take(std::span<const std::byte> bytes)
    {
        const std::uint64_t most = m_total != 0 ? m_total : cap();
        if (bytes.size() > most - m_part.size()) {
            // It is not the file, so there is nothing to go on from.
            m_part.discard();
            throw Error(ErrorKind::Weights,
                        shownUrl(m_url) + " sends more than the " + std::to_string(most)
                            + " bytes that the file may have. It was stopped and nothing kept. Get the file elsewhere.",
                        m_request.target);
        }
        m_part.append(bytes);
    }

    void follow(const std::string &next)
    {
        if (next.empty())
            refuse("redirects to nowhere");
        const bool secure = next.starts_with("https://");
        const bool plain = next.starts_with("http://") && m_url.starts_with("http://") && m_request.allowHttp;
        if (!secure && !plain)
            refuse("redirects to " + shownUrl(next) + ", which is not followed: only https is");
        m_url = next;
    }

    [[noreturn]] void refuse(const std::string &what) const
    {
        throw Error(ErrorKind::Network,
                    shownUrl(m_url) + " " + what
                        + ". Nothing was fetched. Try again on another connection, or get the "
                          "file elsewhere.",
                    m_request.target);
    }

    [[noreturn]] void fail(const std::string &how, const std::string &detail) const
    {
        throw Error(ErrorKind::Network,
                    "The download from " + shownUrl(m_url) + " " + how + " after " + std::to_string(m_part.size())
                        + (m_total != 0 ? " of " + std::to_string(m_total) : std::string()) + " bytes"
                        + (detail.empty() ? "" : " (" + detail + ")") + ". Start it again: it goes on from there.",
                    m_request.target);
    }

    [[noreturn]] void refuseStatus(long status) const
    {
        std::string advice = "Try again later.";
        if (status == 404 || status == 410)
            advice = "The file is not there any more: get it elsewhere, or name a mirror in DANK_WEIGHTS_BASE.";
        else if (status == 401 || status == 403 || status == 407)
            advice = status == 407 ? "The proxy wants a name and a password: put them into the proxy's address."
                                   : "The server does not give it to everyone: get it elsewhere.";
        else if (status == 429 || status == 503)
            advice = "The server is busy: try again in some minutes.";
        else if (status < 400)
            advice = "That is no answer to what was asked: get the file elsewhere.";
        throw Error(ErrorKind::Network,
                    shownUrl(m_url) + " answers with HTTP status " + std::to_string(status) + ". " + advice,
                    m_request.target);
    }

    const DownloadRequest &m_request;
    const std::function<void(const DownloadProgress &)> &m_progress;
    const JobContext &m_context;
    DownloadPart m_part;
    Speed m_speed;
    std::string m_url;
    std::uint64_t m_total = 0, m_resumedFrom = 0;
};

void check(const DownloadRequest &request)
{
    if (request.sha256.find_first_not_of("0123456789abcdef") != std::string::npos || request.sha256.size() < 8
        || request.sha256.size() > 64)
        throw Error(ErrorKind::Shape, "A download needs 8 to 64 lower-case hex digits of its SHA-256.");
    if (!request.url.starts_with("https://") && !(request.allowHttp && request.url.starts_with("http://")))
        throw Error(ErrorKind::Network,
                    "Weights are fetched over https only, and " + shownUrl(request.url)
                        + " is not such an address. To use a mirror over plain http, name it in DANK_WEIGHTS_BASE.",
                    request.target);
    std::error_code ignored;
    if (fs::exists(request.target, ignored) && !fs::is_regular_file(request.target, ignored))
        throw Error(ErrorKind::File,
                    "Cannot download to '" + displayPath(request.target) + "': it is not a regular file.",
                    request.target);
}

}  // namespace

DownloadRequest downloadRequest(const WeightsEntry &entry, const WeightsSources &sources, const fs::path &folder)
{
    DownloadRequest request;
    request.url = entry.url;
    request.target = folder / entry.file;
    request.sha256 = entry.sha256;
    request.bytes = entry.bytes;
    request.limit = entry.limit();
    request.allowHttp = sources.allowHttp();
    return request;
}

void download(const DownloadRequest &request, const std::function<void(const DownloadProgress &)> &progress,
              const JobContext &context)
{
    check(request);
    context.cancel.check();
    Download(request, progress, context).run();
}

}  // namespace dank
