#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/fetch/web_address.h"

// Pictures that hosts send in place of ones that are gone. They look like an answer, and would be learnt from as memes.

namespace dank {

/// What an answer from `address`, where all redirects ended, stands for: "imgur's picture for removed ones"; empty
/// where nothing is known. `etag` as the server sent it.
std::string_view knownPlaceholder(const WebAddress &address, std::string_view etag);

/// Finds the placeholders that no table knows: the same bytes for several addresses of one host.
class RepeatedAnswers {
public:
    /// That many addresses make a placeholder of what they answer. In the memes of a real feed the same bytes are
    /// hardly met twice: who posts a picture again uploads it, and hosts encode it anew.
    static constexpr std::size_t kMost = 5;

    /// Notes what came for a meme. Empty, or all memes of the host that got these bytes: the first time that there are
    /// `kMost` addresses all of them, later the one alone.
    std::vector<std::string> add(const std::string &id, const WebAddress &address, const std::string &hash);

private:
    struct Answer {
        std::set<std::string> addresses;
        std::vector<std::string> ids;
    };
    std::unordered_map<std::string, Answer> m_answers;  ///< by host and hash
};

}  // namespace dank
