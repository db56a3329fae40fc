#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/backbone/backbone_request.h"
#include "core/model/model.h"
#include "core/pipeline/runs/run_data.h"
#include "core/store/run_record.h"
#include "core/store/run_store.h"

namespace dank {

/// Puts into a new run's record its sides and how its features were made, by which rejoinRun() finds them again.
void rememberRun(RunRecord &record, const Dataset &dataset, const RunData &data, const ExtractReport &extracted);

/// The rows, sides and targets that a run began with, whatever has been set aside since; `extracted` without its
/// matrix. Throws Error{Mismatch|Dataset} where the dataset, its pictures, its groups or the features are no longer
/// those, and what extractFeatures() and joinRunData() throw.
RunData rejoinRun(const RunRecord &record, Library &library, const PipelineContext &context,
                  const ExtractObserver &observer, const JobContext &job, ExtractReport &extracted);

/// How the features of a run were asked for, the device chosen anew.
BackboneRequest requestOf(const RunRecord &record);

/// "cpu" where the run was asked to stay on it, else "auto": the machine may have changed.
std::string deviceOf(const RunRecord &record);

/// Deletes a run that ended before it was of use, and gives its lock back; where the user has locked it meanwhile, it
/// stays as interrupted.
void discardRun(Library &library, std::int64_t run, RunLock &lock);

/// What a model says of the run that it is from, its head, its epochs and what its scores rest on aside.
void describeRun(Model &model, const RunRecord &record, const RunData &data, bool untrained,
                 const std::string &splitHash);

/// Does what a run can do without; where that fails, a note says so.
void attempt(std::vector<std::string> &notes, const char *failure, const std::function<void()> &work);

}  // namespace dank
