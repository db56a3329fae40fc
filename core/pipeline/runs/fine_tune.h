#pragma once

#include "core/engine/trainer.h"
#include "core/pipeline/backbones/backbone_cache.h"
#include "core/store/library.h"
#include "core/store/run_record.h"

namespace dank {

/// Goes on from a finished run whose network stood still (Trainer::fineTune()), as a run of its own: measures what it
/// will take, computes once what goes into the blocks that learn, trains, makes all features anew with the tuned
/// network, and holds both runs' models against each other on the memes that had no part in either. Its epochs and its
/// checkpoints are as a training's; one that is stopped ends Interrupted with the frozen run's model, one that is
/// cancelled is deleted.
TrainReport fineTuneRun(std::int64_t from, const TuneConfig &tuning, const PipelineContext &context,
                        const TrainingObserver &observer, TrainingControl &control, const JobContext &job);

/// resumeRun() for one (isFineTuning()); its lock is taken.
TrainReport resumeFineTuning(RunRecord record, Library &library, const PipelineContext &context,
                             const TrainingObserver &observer, TrainingControl &control, const JobContext &job);

}  // namespace dank
