#include "core/dataset/meme.h"

#include "core/base/names.h"

namespace dank {

namespace {

constexpr const char *kNames[] = {"row_malformed",   "upvotes_missing", "upvotes_invalid",  "duplicate_id",
                                  "image_missing",   "image_outside",   "image_unreadable", "not_an_image",
                                  "image_truncated", "image_too_large", "image_corrupt",    "excluded",
                                  "label_missing"};
constexpr const char *kTexts[] = {"row malformed",    "no upvotes",    "upvotes invalid",
                                  "duplicate id",     "image missing", "image outside the folder",
                                  "image unreadable", "not an image",  "image cut off",
                                  "image too large",  "image corrupt", "excluded by you",
                                  "no label"};

}  // namespace

const char *skipReasonName(SkipReason reason) noexcept
{
    return nameIn(kNames, reason);
}

const char *skipReasonText(SkipReason reason) noexcept
{
    return nameIn(kTexts, reason);
}

std::optional<SkipReason> skipReasonFromName(std::string_view name) noexcept
{
    return valueIn<SkipReason>(kNames, name);
}

}  // namespace dank
