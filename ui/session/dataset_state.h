#pragma once

#include <QStringList>

#include <set>

#include "core/dataset/dataset.h"
#include "ui/lanes/job_runner.h"

namespace dank::ui {

/// The open dataset and the memes that the user has set aside. Loads on the batch lane.
class DatasetState {
    Q_DECLARE_TR_FUNCTIONS(DatasetState)
public:
    DatasetState(Workplace &place, JobRunner &jobs) : m_place(place), m_jobs(jobs) {}

    /// What else is asked of the engine beside a sample, on the lane; returns what then happens to it.
    using SampleQuestion = std::function<std::function<void()>(Engine &, const JobContext &)>;

    /// Null while none; excluded rows are in its skipped().
    std::shared_ptr<const Dataset> dataset() const { return m_dataset; }
    /// As it was opened: nothing set aside by the user.
    std::shared_ptr<const Dataset> opened() const { return m_opened; }
    QStringList recents() const;

    void open(const QString &dbJson);
    /// Writes the sample to the data folder once, then opens it.
    void openSample(SampleQuestion alongside);
    void setExcluded(const std::vector<MemeId> &ids, bool excluded);  ///< undoable

private:
    class ExcludeCommand;
    void load(JobPlan plan);
    void apply(std::shared_ptr<const Dataset> loaded);

    Workplace &m_place;
    JobRunner &m_jobs;
    std::shared_ptr<const Dataset> m_opened, m_dataset;
    std::set<MemeId> m_excluded;
};

}  // namespace dank::ui
