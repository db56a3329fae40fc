#include "core/dataset/meme.h"

namespace dank {

const char *skipReasonName(SkipReason reason) noexcept
{
    switch (reason) {
    case SkipReason::RowMalformed: return "row_malformed";
    case SkipReason::UpvotesMissing: return "upvotes_missing";
    case SkipReason::UpvotesInvalid: return "upvotes_invalid";
    case SkipReason::DuplicateId: return "duplicate_id";
    case SkipReason::ImageMissing: return "image_missing";
    case SkipReason::ImageOutside: return "image_outside";
    case SkipReason::ImageUnreadable: return "image_unreadable";
    case SkipReason::NotAnImage: return "not_an_image";
    case SkipReason::ImageTruncated: return "image_truncated";
    case SkipReason::ImageTooLarge: return "image_too_large";
    case SkipReason::ImageCorrupt: return "image_corrupt";
    case SkipReason::Excluded: return "excluded";
    }
    return "unknown";
}

const char *skipReasonText(SkipReason reason) noexcept
{
    switch (reason) {
    case SkipReason::RowMalformed: return "row malformed";
    case SkipReason::UpvotesMissing: return "no upvotes";
    case SkipReason::UpvotesInvalid: return "upvotes invalid";
    case SkipReason::DuplicateId: return "duplicate id";
    case SkipReason::ImageMissing: return "image missing";
    case SkipReason::ImageOutside: return "image outside the folder";
    case SkipReason::ImageUnreadable: return "image unreadable";
    case SkipReason::NotAnImage: return "not an image";
    case SkipReason::ImageTruncated: return "image cut off";
    case SkipReason::ImageTooLarge: return "image too large";
    case SkipReason::ImageCorrupt: return "image corrupt";
    case SkipReason::Excluded: return "excluded by you";
    }
    return "unknown";
}

}  // namespace dank
