#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/image_probe.h"
#include "core/fetch/fetch_report.h"
#include "core/http/http_get.h"

namespace dank {

/// What one address gave.
struct PictureAnswer {
    enum class Kind {
        Picture,  ///< `bytes` pass the decode rule's checks
        Refused,  ///< it would not be taken, whenever it is asked for
        Failed,   ///< it did not come
        Silent,   ///< no server answered
        Busy,     ///< the server asks to come later
    };
    Kind kind = Kind::Failed;
    std::string reason;  ///< one clause; empty for Picture
    std::vector<std::byte> bytes;
    ImageFormat format = ImageFormat::Jpeg;
    std::optional<std::chrono::milliseconds> wait;  ///< for Busy, where the server says how long
};

/// Asks for one picture. At most 5 redirects are followed, each judged as the first address was, none from https to
/// http. What may be connected to is decided for the very address of each connection, after its name was looked up and
/// before a socket is made (AddressRules::mayConnect), so that no later answer of a name server can change it.
/// Throws Cancelled, and Error{Network} where libcurl cannot be set up.
PictureAnswer fetchPicture(const WebAddress &address, const AddressRules &rules, const FetchSettings &settings,
                           HttpConnections &connections, const CancelToken &cancel);

}  // namespace dank
