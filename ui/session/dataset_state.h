#pragma once

#include <QStringList>

#include <set>

#include "core/dataset/dataset.h"
#include "ui/lanes/job_runner.h"

namespace dank::ui {

/// A file of memes, and how it would be read.
struct FeedQuestion {
    std::filesystem::path file;
    FeedOptions options;
    QString why;  ///< one sentence: why it is asked; may be empty
};

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

    /// As was said for files of these columns, or as it is guessed; where the guess is not certain, it asks.
    void open(const QString &dbJson);
    /// As the user says, which is remembered.
    void open(const FeedQuestion &answered);
    /// The open dataset anew, read as it was: its pictures have changed.
    void reopen();
    /// Who asks the user how a file is to be read. Without it, files are read as guessed.
    void setAsker(std::function<void(const FeedQuestion &)> ask) { m_ask = std::move(ask); }
    /// Asks about the open dataset.
    void askColumns();
    /// Writes the sample to the data folder once, then opens it.
    void openSample(SampleQuestion alongside);
    void setExcluded(const std::vector<MemeId> &ids, bool excluded);  ///< undoable

private:
    class ExcludeCommand;
    struct Opening;
    void load(JobPlan plan);
    void ask(const FeedQuestion &question);
    /// `remember`: what is said, for files of these columns.
    void openWith(const std::filesystem::path &path, std::optional<FeedOptions> said, bool remember);
    void apply(std::shared_ptr<const Dataset> loaded);

    Workplace &m_place;
    JobRunner &m_jobs;
    std::shared_ptr<const Dataset> m_opened, m_dataset;
    std::set<MemeId> m_excluded;
    std::function<void(const FeedQuestion &)> m_ask;
};

}  // namespace dank::ui
