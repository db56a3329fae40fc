#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/label.h"
#include "core/evaluate/baselines.h"
#include "core/evaluate/bootstrap.h"
#include "core/evaluate/classes/class_metrics.h"

namespace dank {

/// What stands beside the model, as a finder of classes.
struct ClassBaseline {
    std::string name, title;
    ClassMetrics metrics;
    std::optional<Interval> interval;  ///< of AUC, or of Spearman's rho where there are more than two classes

    bool operator==(const ClassBaseline &) const = default;
};

/// Of the memes of one group, how many are called wrongly at the threshold: whose posts are flagged more often.
struct GroupErrors {
    std::string group;
    std::size_t positive = 0, negative = 0;  ///< memes of the higher and of the lower class
    std::size_t missed = 0;                  ///< of the higher class, called the lower
    std::size_t flagged = 0;                 ///< of the lower class, called the higher

    bool operator==(const GroupErrors &) const = default;
};

/// How well a model finds the classes that it learned, on memes it did not learn from.
struct ClassEvaluation {
    Label label;           ///< with its classes
    double threshold = 0;  ///< of two classes: from this probability on, the higher one's share among the training
                           ///< memes, it is called so; it is what balanced accuracy asks for
    ClassMetrics model;
    std::map<ClassFigure, Interval> intervals;
    std::vector<ClassBaseline> baselines;  ///< in the evaluation's order
    std::vector<GroupErrors> groups;       ///< of two classes, the largest first; empty without groups

    bool operator==(const ClassEvaluation &) const = default;
};

/// What evaluateClasses() judges: rows of one order.
struct ClassRowsJudged {
    std::span<const double> predicted;
    std::span<const std::int64_t> places;
    std::span<const std::string> groups;  ///< may be empty
};

/// Throws Error{Shape} as ClassRows does, and Cancelled. Each baseline has a prediction for each row.
ClassEvaluation evaluateClasses(const Label &label, double threshold, const ClassRowsJudged &rows,
                                std::span<const Baseline> baselines, const Resamples &resamples,
                                const JobContext &job = {});

/// One threshold of two classes, and what it would mean.
struct ThresholdFigures {
    std::size_t flagged = 0;          ///< rows at or above it
    std::optional<double> precision;  ///< the share of those that are of the higher class
    std::optional<double> recall;     ///< the share of the higher class that is among them
    double flaggedPerThousand = 0, wrongPerThousand = 0, missedPerThousand = 0;  ///< of a thousand rows like these
};
ThresholdFigures atThreshold(std::span<const double> predicted, std::span<const std::int64_t> places, double threshold);

}  // namespace dank
