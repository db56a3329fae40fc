#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"

// One request over HTTP, without a view on what it is for; for core/weights alone.

namespace dank {

struct HttpRequest {
    std::string url;                    ///< http or https
    std::vector<std::string> headers;   ///< whole lines: "Range: bytes=10-"
    std::filesystem::path authorities;  ///< PEM file of whom to trust instead of the system's; empty: the system's
    std::chrono::milliseconds stall{30'000};  ///< the longest time for which less than 1 KiB may arrive
};

/// The headers of a final answer. Texts are as the server sent them, empty where it sent none.
struct HttpResponse {
    long status = 0;
    std::optional<std::uint64_t> length;  ///< of the body, where the server tells
    std::string contentType, contentEncoding, contentRange, etag, lastModified;
    std::string redirect;  ///< where a redirect leads, made absolute; empty where there is none
};

struct HttpReceiver {
    /// Called once, with the headers, before any of the body and also when there is none. False: the body is not
    /// wanted, the request ends.
    std::function<bool(const HttpResponse &)> accept;
    std::function<void(std::span<const std::byte>)> write;
    /// Called about ten times a second.
    std::function<void()> tick;
};

enum class HttpEnd {
    Complete,
    Unwanted,    ///< accept() said so
    Broken,      ///< the connection ended within the body
    Stalled,     ///< nothing came for too long
    Unanswered,  ///< no answer: name not found, no connection, no trust, …
};

struct HttpResult {
    HttpEnd end = HttpEnd::Unanswered;
    std::string detail;  ///< what the library says, for Broken and Unanswered
};

/// Fetches, following no redirect, decoding nothing, over http and https only, through the proxy that the usual
/// environment variables name. Throws what the receiver's functions throw, and Cancelled at most 100 ms after the stop.
HttpResult httpGet(const HttpRequest &request, const HttpReceiver &receiver, const CancelToken &cancel);

}  // namespace dank
