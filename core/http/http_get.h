#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"

// One request over HTTP, without a view on what it is for. libcurl is used here alone.

struct sockaddr;

namespace dank {

struct HttpRequest {
    std::string url;                    ///< http or https
    std::vector<std::string> headers;   ///< whole lines: "Range: bytes=10-"
    std::filesystem::path authorities;  ///< PEM file of whom to trust instead of the system's; empty: the system's
    std::chrono::milliseconds stall{30'000};    ///< the longest time for which less than 1 KiB may arrive
    std::chrono::milliseconds connect{20'000};  ///< the longest time until a connection stands
    std::chrono::milliseconds whole{0};         ///< the longest time for all of it; 0: as long as it takes
    /// Where set, it is asked about each address before a socket for it is made, and about the one that was connected
    /// to before the request is sent; what it denies is not connected to. No proxy is used then, whatever the
    /// environment says, since a proxy would connect on its own. Must not throw.
    std::function<bool(const sockaddr &)> mayConnect;
    std::vector<std::string> names;  ///< for tests: "host:port:address", instead of asking name servers
};

/// The headers of a final answer. Texts are as the server sent them, empty where it sent none.
struct HttpResponse {
    long status = 0;
    std::optional<std::uint64_t> length;  ///< of the body, where the server tells
    std::string contentType, contentEncoding, contentRange, etag, lastModified;
    std::optional<std::chrono::seconds> retryAfter;  ///< how long the server asks to wait, in either of its forms
    std::string redirect;  ///< where a redirect leads, made absolute; empty where there is none
    std::string location;  ///< the same as the server sent it
};

struct HttpReceiver {
    /// Called once, with the headers, before any of the body and also when there is none. False: the body is not
    /// wanted, the request ends.
    std::function<bool(const HttpResponse &)> accept;
    std::function<void(std::span<const std::byte>)> write;
    /// Called about ten times a second; may be empty.
    std::function<void()> tick;
};

enum class HttpEnd {
    Complete,
    Unwanted,    ///< accept() said so
    Broken,      ///< the connection ended within the body
    Stalled,     ///< nothing came for too long
    Unanswered,  ///< no answer: name not found, no connection, no trust, …
    TooLong,     ///< HttpRequest::whole is over
    Forbidden,   ///< no address of the host may be connected to
};

struct HttpResult {
    HttpEnd end = HttpEnd::Unanswered;
    std::string detail;  ///< what the library says, for Broken and Unanswered
};

/// Connections and found names that several requests have in common, one after the other. For one thread at a time.
class HttpConnections {
public:
    HttpConnections();
    ~HttpConnections();
    HttpConnections(const HttpConnections &) = delete;
    HttpConnections &operator=(const HttpConnections &) = delete;

    struct Multi;
    Multi &multi() const { return *m_multi; }

private:
    std::unique_ptr<Multi> m_multi;
};

/// Fetches, following no redirect, decoding nothing, over http and https only, through the proxy that the usual
/// environment variables name. Sends no cookies and no passwords. Headers of more than 128 KiB end it as Broken. Throws
/// what the receiver's functions throw, and Cancelled at most 100 ms after the stop.
HttpResult httpGet(const HttpRequest &request, const HttpReceiver &receiver, const CancelToken &cancel);
/// The same on connections that may stand already.
HttpResult httpGet(const HttpRequest &request, const HttpReceiver &receiver, const CancelToken &cancel,
                   HttpConnections &connections);

}  // namespace dank
