#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/feeds/columns.h"

namespace dank {

using MemeId = std::string;

/// One usable post: a picture that is there and its upvotes.
struct MemeRecord {
    MemeId id;                    ///< unique within its dataset
    std::filesystem::path image;  ///< absolute, inside the dataset's folder
    std::int64_t upvotes = 0;     ///< ≥ 0; or the place of its class, see Dataset::withClasses()
    std::string title;            ///< UTF-8
    std::string author;           ///< empty where unknown ("None", "[deleted]")
    std::string url;              ///< where the picture was posted; may be empty
    double created = 0;           ///< seconds since 1970 UTC, 0 where unknown
    int width = 0;                ///< of the picture itself, in pixels, before any EXIF rotation
    int height = 0;
    /// Its number in the file: TinyDB's row number, or its place in a list, from 1; 0 where its key is not a number.
    std::uint64_t row = 0;
    RowColumns columns;  ///< the row's other columns, such as "subreddit"
};

/// Why a row or a picture cannot be used.
enum class SkipReason {
    RowMalformed,     ///< the row is not an object, or a field has the wrong type
    UpvotesMissing,   ///< no "ups"
    UpvotesInvalid,   ///< "ups" is not a whole number, negative or beyond 2^31 - 1
    DuplicateId,      ///< an earlier row has this id
    ImageMissing,     ///< no file for this id
    ImageOutside,     ///< its path leaves the dataset's folder
    ImageUnreadable,  ///< the file cannot be read, is empty or over the size limit
    NotAnImage,       ///< its bytes are not JPEG, PNG, WebP, BMP or GIF
    ImageTruncated,   ///< it ends before its picture does
    ImageTooLarge,    ///< more pixels than a picture may have (a decompression bomb)
    ImageCorrupt,     ///< the decoder refused it
    Excluded,         ///< set aside by the user
    LabelMissing,     ///< it has none of the classes that are to be learnt
};

/// The stable name used in JSON and the store, e.g. "image_missing".
const char *skipReasonName(SkipReason reason) noexcept;
/// The reason with that stable name; empty for any other text.
std::optional<SkipReason> skipReasonFromName(std::string_view name) noexcept;
/// A few plain words, e.g. "image missing".
const char *skipReasonText(SkipReason reason) noexcept;

/// A bad item is data, not an exception.
struct Skipped {
    MemeId id;  ///< the meme's id, or the row's key where it has none
    SkipReason reason;
    std::string detail;  ///< one sentence for this very row: which file, what was found

    bool operator==(const Skipped &) const = default;
};

}  // namespace dank
