#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/cli/text.h"
#include "core/model/model.h"
#include "core/model/score.h"
#include "core/templates/known_templates.h"

namespace dank::cli {

/// What stood beside a picture, what the order of several is worth: captionsVerdict(), and which known template the
/// picture is.
struct RatedCaption {
    std::string text, comparison;
    std::optional<TemplateMatch> match = {};
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
/// What is told beside the scores: `captioned`: captions; `matched`: known templates.
std::unique_ptr<RateOutput> makeRateOutput(std::string_view format, const Model &model, bool captioned, bool matched);

/// One score as `dank rate` and `dank demo` print it.
Json toJson(const Score &score, const Model &model);

}  // namespace dank::cli
