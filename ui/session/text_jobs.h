#pragma once

#include "ui/session/dataset_state.h"

namespace dank::ui {

/// The words in the dataset's pictures: how many pictures have been read, and the job that reads the others. Works on
/// the batch lane, and never unless it is asked to.
class TextJobs {
    Q_DECLARE_TR_FUNCTIONS(TextJobs)
public:
    TextJobs(Workplace &place, EngineDoor &engine, JobRunner &jobs, const DatasetState &data);

    /// Of the dataset; null while it is not known.
    const ReadStatus *status() const { return m_status ? &*m_status : nullptr; }
    /// Why nothing can be read, such as a language that is not installed; empty where it can.
    const QString &problem() const { return m_problem; }
    const ReadRequest &request() const { return m_request; }
    bool areComplete() const { return m_status && m_status->read + m_refused >= m_status->total; }
    /// Pictures that could not be read when it was last tried.
    std::size_t refused() const { return m_refused; }

    void read();
    void end();

private:
    void takeDataset();
    void refresh();

    Workplace &m_place;
    EngineDoor &m_engine;
    JobRunner &m_jobs;
    const DatasetState &m_data;
    std::shared_ptr<const Dataset> m_dataset;  ///< that all of this is about
    const ReadRequest m_request;
    std::optional<ReadStatus> m_status;
    std::size_t m_refused = 0;
    QString m_problem;
    bool m_stale = false;
    std::unique_ptr<Task> m_task;  ///< asks the engine how many there are
};

}  // namespace dank::ui
