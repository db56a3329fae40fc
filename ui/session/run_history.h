#pragma once

#include "core/engine/engine.h"
#include "ui/session/run_chart.h"

namespace dank::ui {

/// How a run's features were made; device and batch as in `request`.
BackboneRequest requestOfRun(const RunRecord &record, BackboneRequest request);

/// The library's runs and what is done with them. GUI thread only.
class RunHistory {
    Q_DECLARE_TR_FUNCTIONS(RunHistory)
public:
    RunHistory(Workplace &place, RunChart &chart) : m_place(place), m_chart(chart) {}

    const std::vector<RunRecord> &all() const { return m_runs; }  ///< newest first, without those in the trash
    const std::vector<RunRecord> &trashed() const { return m_trashed; }
    const RunRecord *find(std::int64_t run) const;  ///< of all(); nullptr where there is none
    /// The same, but nullptr for a run that this version cannot read, which is told.
    const RunRecord *findReadable(std::int64_t run) const;
    std::vector<EpochStats> curve(std::int64_t run) const;  ///< empty where there is none
    TrainingView viewOf(const RunRecord &record) const;
    void refresh();

    /// Its curve on the chart. `model`: the run's, where it was read already.
    void show(std::int64_t run, const Model *model = nullptr);
    void trash(std::int64_t run);    ///< undoable; refused for a locked run and one at work
    void restore(std::int64_t run);  ///< from the trash; undoable
    void emptyTrash();               ///< for good
    void purgeTrash();               ///< of what has lain there long
    void remove(std::int64_t run);   ///< for good
    void setLocked(std::int64_t run, bool locked);
    void setNote(std::int64_t run, const QString &note);

private:
    class TrashCommand;
    bool refuseLive(std::int64_t run);
    void completeView(const RunRecord &record);
    void setRows(std::int64_t run, const Model &model);
    bool change(const std::function<void(Library &)> &work);

    Workplace &m_place;
    RunChart &m_chart;
    std::vector<RunRecord> m_runs, m_trashed;
};

}  // namespace dank::ui
