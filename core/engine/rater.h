#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/explain/explanation.h"
#include "core/model/model.h"
#include "core/model/score.h"

namespace dank {

/// Scores files with one model; features that the library has are not computed again. Thread-safe; keeps its network
/// alive; must not outlive its engine.
class RatingSession {
public:
    virtual ~RatingSession() = default;
    virtual const Model &model() const = 0;
    /// Loads the network now; otherwise the first picture does whose features the library does not have.
    virtual void prepare() const {}
    /// `caption`: words that someone typed for the picture, as Scorer::score() has them; empty for nothing. Models that
    /// read none pass it over.
    virtual Score rate(const std::filesystem::path &file, const std::string &caption = {}) const = 0;
    /// A picture that has no file (pasted). `name` goes into Score::path.
    virtual Score rate(std::span<const std::byte> encoded, const std::string &name,
                       const std::string &caption = {}) const = 0;
    /// Why the picture of a file has its score. `observer`, on the calling thread, gets what is known so far: a coarse
    /// map, then a map without its checks. Reports stage "explain". Throws Error{Format} for a picture that is refused,
    /// Error{Mismatch} for Grad-CAM where the backbone's numbers are no means over places, Error{Engine} where the
    /// engine explains nothing, Cancelled.
    virtual Explanation explain(std::span<const std::byte> /*encoded*/, const ExplainRequest & /*request*/,
                                const ExplainObserver & /*observer*/, const JobContext & /*job*/) const
    {
        throw Error(ErrorKind::Engine, "This engine does not explain scores.");
    }
};

/// Opens models for rating. Thread-safe.
class Rater {
public:
    virtual ~Rater() = default;

    /// Finds the model's backbone. `weights`: as in BackboneRequest, empty for the model's own hint and then the
    /// library's. Throws Error{Weights|Mismatch} when they are not the ones the model was made with.
    virtual std::unique_ptr<RatingSession> openRating(std::shared_ptr<const Model> model, const std::string &weights,
                                                      const std::string &device,
                                                      const std::filesystem::path &library) = 0;
};

}  // namespace dank
