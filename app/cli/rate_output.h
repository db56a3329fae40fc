#pragma once

#include <memory>
#include <string_view>

#include "app/cli/text.h"
#include "core/model/model.h"
#include "core/model/score.h"

namespace dank::cli {

/// Writes scores to stdout in the order they are given.
class RateOutput {
public:
    virtual ~RateOutput() = default;
    virtual void add(const Score &score) = 0;
    virtual void finish() = 0;
};

/// `format`: table and csv write each score as it comes, json one document at the end. `model` must outlive it.
std::unique_ptr<RateOutput> makeRateOutput(std::string_view format, const Model &model);

/// One score as `dank rate` and `dank demo` print it.
Json toJson(const Score &score, const Model &model);

}  // namespace dank::cli
