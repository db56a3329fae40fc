#pragma once

#include "ui/session/evaluations.h"
#include "ui/session/rating_model.h"
#include "ui/session/train_choices.h"

namespace dank::ui {

/// A training on the batch lane: start, pause, go on, and what arrives while it runs. JobRunner stops it.
class TrainingJob {
    Q_DECLARE_TR_FUNCTIONS(TrainingJob)
public:
    /// What a training takes up and leaves behind.
    struct Parts {
        Workplace &place;
        JobRunner &jobs;
        const DatasetState &data;
        FeatureJobs &features;
        TrainChoices &choices;
        RunChart &chart;
        RunHistory &runs;
        RatingModel &rater;
        Evaluations &evaluations;
    };
    explicit TrainingJob(const Parts &parts) : m_parts(parts) {}

    /// The last one failed or diverged.
    bool hasFailed() const { return m_failed; }

    void train();  ///< extracts first what is missing
    void resumeRun(std::int64_t run);
    /// Lets a network learn with the head of a finished run (Trainer::fineTune()), as a run of its own.
    void fineTune(std::int64_t run, const TuneConfig &tuning);
    /// What the fine-tuning at work takes, once that was measured.
    const std::optional<TuningEstimate> &estimate() const { return m_estimate; }
    void pause();
    void resume();

private:
    struct Link;
    /// What a training begins with: with nothing, or with one of two runs.
    struct Start {
        std::int64_t resumed = 0, tuned = 0;
        TuneConfig tuning;
    };
    void start(const Start &how);
    TrainingObserver observerFor(const JobScope &scope);
    bool keep();

    void started(std::int64_t run, const TrainConfig &used, double meanLoss, std::size_t trainRows,
                 std::size_t heldOutRows);
    void epoch(const EpochStats &stats, int best);
    void tuningGoesOn(const Progress &progress);
    void paused(bool paused, int savedEpoch);
    void beginJudging();
    void comparing(const QString &detail);
    void crossValidating(const CrossValidationStep &step);

    void finished(const TrainReport &report);
    void abandoned();
    bool broke(const TaskResult &result, const Start &how);
    void startClock();

    const Parts m_parts;
    std::shared_ptr<Link> m_link;  ///< shared with the training's thread
    bool m_failed = false;
    std::optional<TuningEstimate> m_estimate;
    QElapsedTimer m_epochClock;  ///< since training proper began, or went on after a pause
    int m_epochsAtClock = 0;
    QElapsedTimer m_crossClock;  ///< since the first step of the cross-validation
};

}  // namespace dank::ui
