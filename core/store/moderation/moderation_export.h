#pragma once

#include <span>
#include <string>

#include "core/dataset/dataset.h"
#include "core/evaluate/evaluation.h"
#include "core/store/moderation/decision_store.h"

namespace dank {

/// The decided memes of a dataset as CSV, in its order: id, title, decision, class (what the decision says it is),
/// label (what the file says), probability (empty where it was not judged), image. `label` has two classes.
std::string decisionsAsCsv(const Dataset &dataset, const Label &label, std::span<const JudgedMeme> judged,
                           const Decisions &decisions);

/// The whole dataset as a CSV file that Dataset::load() reads, to learn from: decisions in place of the labels that
/// were there, none for the unsure ones; beside them id, image, title, and author, upvotes and `groupColumn` where the
/// dataset has such. Its pictures are found where it lies beside them, or where their folder is said.
std::string decisionsAsFeed(const Dataset &dataset, const Label &label, const std::string &groupColumn,
                            const Decisions &decisions);

}  // namespace dank
