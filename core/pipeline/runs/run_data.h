#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/dataset/dataset.h"
#include "core/dataset/feature_matrix.h"
#include "core/dataset/grouping.h"
#include "core/learn/split.h"
#include "core/learn/target.h"
#include "core/learn/train_config.h"
#include "core/model/caption.h"
#include "core/pipeline/features/extract.h"

namespace dank {

class Library;

/// Everything a run trains on and is judged by, joined by id: row i of the features is records[i].
struct RunData {
    FeatureMatrix features;
    std::vector<MemeRecord> records;
    std::vector<std::string> groups;    ///< [rows], empty names where unknown; all empty without groups
    std::string groupName;              ///< what one is called, "subreddit"; empty without groups
    std::vector<std::size_t> copies;    ///< [rows], the lowest row that shows the same picture
    std::vector<std::size_t> clusters;  ///< [rows], rows that share a picture or an author share a number
    Split split;
    GroupedTarget target;                     ///< without `within` its `global` alone
    std::vector<float> targets;               ///< [rows]
    std::vector<std::uint32_t> groupIndexes;  ///< [rows], for the pairwise loss; empty without groups
    std::optional<FeatureMatrix> imageStats;  ///< [rows], low-level statistics of the pictures; for a baseline
    std::vector<Caption> captions;   ///< [rows], the words that the head looks at; empty: it looks at pictures alone
    double trainMean = 0;            ///< mean target of the training rows
    double meanPredictorLoss = 0;    ///< validation loss of always answering it, under the run's own loss
    std::vector<std::string> notes;  ///< whole sentences for the user: what was tightened, set aside, optimistic
};

/// The memes as `config` learns them: by upvotes, or by the places of a label's classes (labelled()). Throws
/// Error{Dataset} where the file tells no upvotes and no label is learnt, or no meme has one of the classes.
Dataset learntFrom(const Dataset &memes, const TrainConfig &config);

/// What one group is called in a sentence, "inside each …".
std::string groupWord(const GroupSpec &spec, const Grouping &grouping);

/// Puts into captions, [rows], what was read in their pictures. Returns how many pictures were never read.
std::size_t addTexts(std::span<Caption> captions, std::span<const std::string> pictureHashes, const Library &library);
/// What to tell of them, where there are any.
std::string unreadNote(std::size_t unread, std::size_t pictures);

std::vector<MemeId> idsOf(const FeatureMatrix &features, std::span<const std::size_t> rows);

/// The target that `config` asks for, fitted on the rows `fitted`, and what it makes of all rows. Throws as
/// GroupedTarget::fit() does.
std::pair<GroupedTarget, std::vector<float>> fitTargets(const RunData &data, const TrainConfig &config,
                                                        std::span<const std::size_t> fitted);

/// Keeps of what was extracted the rows that are named, and tells their sides. Names that were not extracted are passed
/// over.
Split keepSides(ExtractReport &extracted, std::span<const MemeId> train, std::span<const MemeId> validation,
                std::span<const MemeId> test);

/// Joins what was extracted with groups, copies, sides and targets as `config` wants them. `split`: the sides of a run
/// that goes on; else they are drawn. Takes the matrix out of `extracted`. Throws Error{Dataset|Format|File|Mismatch}
/// as groupsOf() and makeRunSplit() do, Cancelled.
RunData joinRunData(const Dataset &dataset, ExtractReport &extracted, const TrainConfig &config,
                    const std::optional<Split> &split, Library &library, int threads, const JobContext &job);

}  // namespace dank
