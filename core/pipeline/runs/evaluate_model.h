#pragma once

#include "core/engine/trainer.h"
#include "core/pipeline/features/extract.h"

namespace dank {

/// Judges a model on the rows of a dataset that it did not learn from; on all of them, and saying so, when it learned
/// from every one.
/// On the dataset that it was trained on that is what its run was judged by: the test side, beside everything simpler
/// but the controls, which would have to be trained. On another one it is judged beside always answering the mean and
/// the group's median; its training pictures are known there by their bytes, since other datasets may use the same ids.
/// Groups are those that its configuration names, where the dataset has them, and the verdict says where it has not. A
/// target within the group is the one it was trained on: groups that it does not know, and memes without one, are
/// measured against all. Only for a model from before targets of groups were kept is it fitted among these rows. The
/// model's side file and its ranges of rows mean something in its own dataset only. `group`: see Engine::evaluate().
/// Throws Error{Mismatch} for other features, what groupsOf() throws for `group`, and Cancelled.
Evaluation evaluateModel(const Model &model, const Dataset &dataset, const BackboneRequest &request,
                         const std::string *group, const PipelineContext &context, const JobContext &job);

}  // namespace dank
