#pragma once

#include <QObject>

#include "ui/lanes/thumbnails.h"
#include "ui/session/actions.h"
#include "ui/session/explanations.h"
#include "ui/session/last_run.h"
#include "ui/session/machine_studies.h"
#include "ui/session/meme_finder.h"
#include "ui/session/rating_board.h"
#include "ui/session/text_jobs.h"
#include "ui/session/training_job.h"
#include "ui/session/weights_installer.h"

namespace dank::ui {

/// Everything that exists in the window, what runs, and what may be done: the owner of the parts, each of which has its
/// own state and, where it works long, its own lane. A part knows those declared above it and no others; what follows
/// in one from a change in another is a reaction to what that tells. GUI thread only; what the lanes make comes back
/// through a mailbox drained every 33 ms.
class Session : public QObject {
    Q_OBJECT
public:
    struct Options {
        std::filesystem::path library;  ///< empty: the default
        int threads = 0;
        /// Used in place of the shared library's (tests); empty: openEngine().
        std::shared_ptr<Engine> engine = {};
        /// Leave the engine closed until EngineDoor::open() or the first job that needs it, instead of opening it in
        /// the first turn of the event loop.
        bool engineWaits = false;
    };
    explicit Session(const Options &options, QObject *parent = nullptr);
    /// Cancels and joins all lanes. A training in progress is stopped and kept.
    ~Session() override;

    Workplace &workplace() { return m_place; }
    EngineDoor &engine() { return m_engine; }
    Thumbnails &thumbnails() { return m_thumbnails; }
    JobRunner &jobs() { return m_jobs; }
    DatasetState &data() { return m_data; }
    MemeFinder &finder() { return m_finder; }
    FeatureJobs &features() { return m_features; }
    TextJobs &texts() { return m_texts; }
    TrainChoices &choices() { return m_choices; }
    RunChart &chart() { return m_chart; }
    RunHistory &runs() { return m_runs; }
    RatingModel &rater() { return m_rater; }
    RatingBoard &board() { return m_board; }
    Evaluations &evaluations() { return m_evaluations; }
    TrainingJob &training() { return m_training; }
    WeightsInstaller &weights() { return m_weights; }
    MachineStudies &studies() { return m_studies; }
    Explanations &explanations() { return m_explanations; }

    const Actions &actions() const { return m_actions; }
    PageState pageState(Page page) const { return pageStateFor(page, facts()); }
    /// With the features that need nothing where the requested ones lack their weights.
    void openSample() { m_data.openSample(m_features.standInForSample()); }

signals:
    /// In order; what was told while something was going on comes at its end, each kind once.
    void changed(const dank::ui::ChangeEvent &change);

private:
    void settle();
    Facts facts() const;

    Workplace m_place;
    EngineDoor m_engine;
    Thumbnails m_thumbnails;
    JobRunner m_jobs;
    DatasetState m_data;
    MemeFinder m_finder;
    FeatureJobs m_features;
    TextJobs m_texts;
    RunChart m_chart;
    RunHistory m_runs;
    TrainChoices m_choices;
    RatingModel m_rater;
    RatingBoard m_board;
    Evaluations m_evaluations;
    TrainingJob m_training;
    LastRun m_lastRun;
    WeightsInstaller m_weights;
    MachineStudies m_studies;
    Explanations m_explanations;
    Actions m_actions;
};

}  // namespace dank::ui
