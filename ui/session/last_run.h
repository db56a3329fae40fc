#pragma once

#include "ui/session/evaluations.h"
#include "ui/session/rating_model.h"
#include "ui/session/train_choices.h"

namespace dank::ui {

/// Brings back what the library knows of a dataset that is opened: its last finished run on the chart, that run's
/// model, evaluation and settings, and the features it learnt from. What the user chose meanwhile stays. GUI thread
/// only; files are read on the interactive lane.
class LastRun {
public:
    struct Parts {
        Workplace &place;
        const JobRunner &jobs;
        const DatasetState &data;
        FeatureJobs &features;
        TrainChoices &choices;
        const RunChart &chart;
        RunHistory &runs;
        RatingModel &rater;
        Evaluations &evaluations;
    };
    explicit LastRun(const Parts &parts);

private:
    struct Found;
    /// The newest run of the open dataset that has a model; nullptr where there is none.
    const RunRecord *find() const;
    void look();
    void bringBack(const Found &found);
    void forget();

    const Parts m_parts;
    std::shared_ptr<const Dataset> m_opened;      ///< that was looked for last
    std::shared_ptr<const Found> m_waiting;       ///< until the batch lane is free
    std::optional<BackboneRequest> m_ownRequest;  ///< before the first run was brought back
};

}  // namespace dank::ui
