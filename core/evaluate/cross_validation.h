#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/evaluate/evaluation.h"
#include "core/evaluate/metrics.h"

namespace dank {

/// A figure over the seeds. Absent where no seed has one.
using SeedFigures = std::map<Figure, MeanAndSd>;

/// Every meme judged by a model that had no part of it, once for each seed: in k folds, or on the run's own held-out
/// memes where there are none.
struct CrossValidation {
    int folds = 0;                     ///< 0: on the run's own held-out memes
    std::vector<std::uint64_t> seeds;  ///< in order
    /// As of a run. The model's figures are means over the seeds and JudgedMeme::predicted is the meme's mean answer.
    /// The intervals draw authors and pictures anew and take another seed's answers each time, so they say where one
    /// training's figures would lie with other memes and another seed.
    Evaluation evaluation;
    SeedFigures metrics;             ///< pooled
    SeedFigures within;              ///< inside the groups; empty without
    std::vector<std::string> notes;  ///< whole sentences: trainings that diverged, baselines that were left out

    bool operator==(const CrossValidation &) const = default;
};

/// Judges what was answered: `input.bySeed` has one list for each seed. Throws as evaluate() does, and Error{Shape} for
/// another number of seeds.
CrossValidation judgeSeeds(EvaluationInput input, int folds, std::vector<std::uint64_t> seeds,
                           const JobContext &job = {});

}  // namespace dank
