#pragma once

#include "core/engine/trainer.h"
#include "core/pipeline/features/extract.h"

namespace dank {

/// Extracts what is missing, splits, trains, records every epoch in the library with a checkpoint, and ends with a
/// model of the best epoch and its evaluation on rows that had no part in it. A run that the user stopped and kept ends
/// Interrupted with a model, so that it can be resumed; a cancelled one is deleted; a diverged one is Failed with the
/// model of its best epoch kept. Where the settings ask for folds or several seeds, the run is Done once it is
/// cross-validated too, so that one killed meanwhile can be resumed; one that is stopped or cancelled meanwhile is Done
/// without.
TrainReport trainRun(const Dataset &dataset, const BackboneRequest &request, const TrainConfig &config,
                     const PipelineContext &context, const TrainingObserver &observer, TrainingControl &control,
                     const JobContext &job);

/// Goes on from a run's last checkpoint with the rows, split and settings that it began with. Throws Error{Mismatch}
/// when the dataset or the features are no longer those, Error{Library} for a run that is finished or in use.
TrainReport resumeRun(std::int64_t run, const PipelineContext &context, const TrainingObserver &observer,
                      TrainingControl &control, const JobContext &job);

}  // namespace dank
