#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "app/cli/text.h"
#include "core/model/model.h"
#include "core/model/score.h"

namespace dank::cli {

/// What stood beside a picture, and what the order of several is worth: captionsVerdict().
struct RatedCaption {
    std::string text, comparison;
};

/// Writes scores to stdout in the order they are given.
class RateOutput {
public:
    virtual ~RateOutput() = default;
    virtual void add(const Score &score, const RatedCaption &caption) = 0;
    /// After the scores of one picture: what they say of its captions, empty for nothing.
    virtual void compared(const std::string &) {}
    virtual void finish() = 0;
};

/// `format`: table and csv write each score as it comes, json one document at the end. `model` must outlive it.
/// `captioned`: captions are told beside the scores.
std::unique_ptr<RateOutput> makeRateOutput(std::string_view format, const Model &model, bool captioned);

/// One score as `dank rate` and `dank demo` print it.
Json toJson(const Score &score, const Model &model);

}  // namespace dank::cli
