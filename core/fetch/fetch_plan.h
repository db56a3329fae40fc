#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/feeds/feed.h"
#include "core/fetch/web_address.h"

// Which pictures of a feed are missing and could be downloaded. Asks nobody, and needs no libcurl.

namespace dank {

struct WantedPicture {
    std::string id;  ///< the meme's, fit to be a file name
    WebAddress address;
};

/// A picture that is not there, and one clause why.
struct MissedPicture {
    std::string id, reason;
};

struct HostPictures {
    std::string host;
    std::size_t pictures = 0;
};

struct FetchPlan {
    std::filesystem::path folder;        ///< where the pictures go; need not be there yet
    AddressRules rules;                  ///< by which the addresses were judged
    std::vector<WantedPicture> wanted;   ///< in the feed's order
    std::vector<MissedPicture> refused;  ///< missing, and their addresses are not asked
    std::size_t kept = 0;                ///< rows whose picture is there
    std::size_t withoutAddress = 0;      ///< rows whose picture is missing and which name no web address

    /// Of `wanted`, most first.
    std::vector<HostPictures> hosts() const;
};

/// Reads a file of memes and looks for its pictures as a dataset would, in `options.images` where that is given, which
/// need not be there. Rows that a dataset could not use anyway are left out. Throws what readFeed() and PictureFinder
/// throw, and Error{File} where new pictures would go through a link out of the dataset's folder.
FetchPlan planFetch(const std::filesystem::path &file, const FeedOptions &options, const AddressRules &rules,
                    const JobContext &job);

}  // namespace dank
