#pragma once

#include "core/model/model.h"
#include "ui/session/run_history.h"

namespace dank::ui {

/// The model that rates: the latest snapshot of a training, a run's, or an opened file. GUI thread only; files are read
/// on the interactive lane.
class RatingModel {
    Q_DECLARE_TR_FUNCTIONS(RatingModel)
public:
    RatingModel(Workplace &place, const RunChart &chart, const RunHistory &runs)
        : m_place(place), m_chart(chart), m_runs(runs)
    {
    }

    std::shared_ptr<const Model> model() const { return m_model; }  ///< null while there is none
    /// It is a snapshot of a run that is still training.
    bool isLive() const { return m_model && !m_pinned && m_chart.isLive(m_model->run); }

    void open(const QString &file);
    void useRun(std::int64_t run);  ///< of the run in training: its snapshots, as they come

    /// A model of earlier, unless the user has picked one or a training makes one.
    void recall(std::shared_ptr<const Model> earlier);

    // For the training, whose snapshots leave a model alone that the user has picked.
    void trainingBegins();
    void takeSnapshot(std::shared_ptr<const Model> taken);
    /// `made`: null where it failed.
    void trainingEnds(const std::shared_ptr<const Model> &made);
    void trainingAbandoned(std::int64_t run);  ///< 0: it had not begun

private:
    void load(const std::filesystem::path &file, bool recent);
    void set(std::shared_ptr<const Model> next, bool pin);

    Workplace &m_place;
    const RunChart &m_chart;
    const RunHistory &m_runs;
    std::shared_ptr<const Model> m_model;
    std::shared_ptr<const Model> m_snapshot;  ///< of the run in training
    std::shared_ptr<const Model> m_before;    ///< before it
    bool m_pinned = false;                    ///< the user picked the model
    bool m_pinnedDuring = false;              ///< since the training began
    std::uint64_t m_request = 0;              ///< only the latest asked-for model is taken
};

}  // namespace dank::ui
