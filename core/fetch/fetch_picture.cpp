#include "core/fetch/fetch_picture.h"

#include <algorithm>
#include <string_view>

#include "core/base/file.h"
#include "core/dataset/foreign_file.h"
#include "core/fetch/placeholders.h"
#include "core/fetch/redirect.h"

namespace dank {

namespace {

constexpr int kMaxRedirects = 5;
constexpr std::size_t kShownType = 60;

using Kind = PictureAnswer::Kind;

PictureAnswer answer(Kind kind, std::string reason)
{
    PictureAnswer told;
    told.kind = kind;
    told.reason = std::move(reason);
    return told;
}

/// Thrown out of a body that is too long.
struct TooLarge {};

bool isRedirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string megabytesOf(std::uint64_t bytes)
{
    return bytes >= 1 << 20 ? std::to_string(bytes >> 20) + " MB" : std::to_string(bytes) + " bytes";
}

/// "image/png; charset=x" as "image/png".
std::string mediaType(std::string_view header)
{
    std::string type(header.substr(0, header.find(';')));
    while (!type.empty() && type.back() == ' ')
        type.pop_back();
    std::ranges::transform(type, type.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return type;
}

std::string typeRefusal(const std::string &header)
{
    const std::string type = mediaType(header);
    if (type.starts_with("image/") || type == "application/octet-stream" || type == "binary/octet-stream")
        return {};
    if (type.empty())
        return "the server does not say what it sends";
    if (type == "text/html" || type == "application/xhtml+xml")
        return "the server sends a web page instead of a picture";
    return "the server sends " + printable(type.substr(0, kShownType)) + " instead of a picture";
}

std::string statusReason(long status)
{
    const std::string number = std::to_string(status);
    switch (status) {
    case 401:
    case 403: return "the server does not give it to everyone (" + number + ')';
    case 404:
    case 410: return "the server has no such picture (" + number + ')';
    default: return "the server answers " + number;
    }
}

/// The answer of one server, before anything is followed.
class Hop {
public:
    Hop(const WebAddress &address, const AddressRules &rules, const FetchSettings &settings) : m_settings(settings)
    {
        m_get.url = address.text();
        m_get.headers = {"Accept: image/jpeg, image/png, image/webp, image/gif, image/bmp"};
        m_get.authorities = settings.authorities;
        m_get.stall = settings.stall;
        m_get.connect = settings.connect;
        m_get.whole = settings.whole;
        m_get.mayConnect = [&rules](const sockaddr &peer) { return rules.mayConnect(peer); };
        if (settings.names)
            m_get.names = settings.names(address);
    }

    /// Fills `head` and `bytes`; a reason where the answer is none.
    std::optional<PictureAnswer> ask(HttpConnections &connections, const CancelToken &cancel)
    {
        HttpReceiver receiver;
        receiver.accept = [this](const HttpResponse &response) {
            head = response;
            if (response.status != 200)
                return false;
            m_refused = refusal();
            return m_refused.empty();
        };
        receiver.write = [this](std::span<const std::byte> piece) {
            if (piece.size() > m_settings.limit - bytes.size())
                throw TooLarge{};
            bytes.insert(bytes.end(), piece.begin(), piece.end());
        };
        HttpResult result;
        try {
            result = httpGet(m_get, receiver, cancel, connections);
        } catch (const TooLarge &) {
            return answer(Kind::Refused, tooLarge());
        }
        if (!m_refused.empty())
            return answer(Kind::Refused, m_refused);
        const Kind late = head.status == 0 ? Kind::Silent : Kind::Failed;
        switch (result.end) {
        case HttpEnd::Complete:
        case HttpEnd::Unwanted: return std::nullopt;
        case HttpEnd::Broken: return answer(Kind::Failed, "the answer broke off: " + result.detail);
        case HttpEnd::Stalled: return answer(late, "the server stopped sending");
        case HttpEnd::TooLong: return answer(late, "the server took too long");
        case HttpEnd::Forbidden: return answer(Kind::Refused, "its host leads to an address that is not a public one");
        case HttpEnd::Unanswered: break;
        }
        return answer(Kind::Silent, "there is no answer: " + result.detail);
    }

    HttpResponse head;
    std::vector<std::byte> bytes;

private:
    std::string tooLarge() const { return "it has more than " + megabytesOf(m_settings.limit); }

    std::string refusal() const
    {
        if (std::string type = typeRefusal(head.contentType); !type.empty())
            return type;
        if (const std::string packed = mediaType(head.contentEncoding); !packed.empty() && packed != "identity")
            return "the server packs it, though nobody asked for that";
        return head.length && *head.length > m_settings.limit ? tooLarge() : std::string();
    }

    const FetchSettings &m_settings;
    HttpRequest m_get;
    std::string m_refused;
};

/// A host that others lead to and that is silent or busy says nothing of the host that is asked.
PictureAnswer ofFirstHost(PictureAnswer got, int followed)
{
    if (followed > 0 && (got.kind == Kind::Silent || got.kind == Kind::Busy)) {
        got.kind = Kind::Failed;
        got.reason = "where it leads, " + got.reason;
    }
    return got;
}

PictureAnswer judge(const WebAddress &address, Hop &hop)
{
    if (const std::string_view is = knownPlaceholder(address, hop.head.etag); !is.empty())
        return answer(Kind::Refused, "it is " + std::string(is));
    const ImageProbe probe = probeImage(hop.bytes);
    if (probe.problem)
        return answer(Kind::Refused, "what comes cannot be used: " + probe.detail);
    PictureAnswer picture;
    picture.kind = Kind::Picture;
    picture.bytes = std::move(hop.bytes);
    picture.format = probe.format;
    return picture;
}

}  // namespace

PictureAnswer fetchPicture(const WebAddress &first, const AddressRules &rules, const FetchSettings &settings,
                           HttpConnections &connections, const CancelToken &cancel)
{
    WebAddress address = first;
    for (int followed = 0;; ++followed) {
        // Where a redirect leads is enough to tell a placeholder; it need not be fetched.
        if (const std::string_view is = knownPlaceholder(address, {}); !is.empty())
            return answer(Kind::Refused, "it is " + std::string(is));
        Hop hop(address, rules, settings);
        if (std::optional<PictureAnswer> none = hop.ask(connections, cancel))
            return ofFirstHost(std::move(*none), followed);
        const long status = hop.head.status;
        if (status == 200)
            return judge(address, hop);
        if (status == 429 || status == 503) {
            PictureAnswer busy = answer(Kind::Busy, status == 429 ? "the server has had too many requests (429)"
                                                                  : "the server has no time now (503)");
            if (hop.head.retryAfter)
                busy.wait =
                    std::max(std::chrono::milliseconds(0),
                             std::chrono::milliseconds(std::min(*hop.head.retryAfter, std::chrono::seconds(86'400))));
            return ofFirstHost(std::move(busy), followed);
        }
        if (!isRedirect(status))
            return answer(Kind::Failed, statusReason(status));
        if (followed == kMaxRedirects)
            return answer(Kind::Refused, "it leads from one address to the next, more than 5 times");
        if (hop.head.location.empty())
            return answer(Kind::Failed, "the server leads elsewhere, and does not say where");
        std::string refusal;
        const bool wasSecure = address.isSecure;
        address = readRedirect(address, hop.head.location, rules, refusal);
        if (refusal.empty() && wasSecure && !address.isSecure)
            refusal = "its address is not https, as the one before was";
        if (!refusal.empty())
            return answer(Kind::Refused, "the server leads elsewhere, and there " + refusal);
    }
}

}  // namespace dank
