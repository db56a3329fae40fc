#pragma once

#include <QElapsedTimer>

#include "ui/lanes/engine_door.h"

namespace dank::ui {

/// What a batch job's work gets to see. Used on the lane's thread only.
struct JobScope {
    JobContext context;
    /// Runs on the GUI thread, unless the job was cancelled or replaced by then.
    std::function<void(std::function<void()>)> post;
    /// Waits for the engine. Throws Cancelled or Error{Engine}.
    std::function<std::shared_ptr<Engine>()> engine;
};

/// A job for the batch lane. All but `work` runs on the GUI thread.
struct JobPlan {
    /// What the work leaves behind, run when it has finished. `discarded`: the user wanted no trace of it, and the stop
    /// came too late.
    using Apply = std::function<void(bool discarded)>;

    JobKind kind = JobKind::None;
    QString verb;
    std::function<Apply(JobScope &)> work;
    std::function<void()> retry = {};  ///< asks for the same again
    /// Has the work end in its own time and keep what it has; false: there is nothing to keep yet, cancel it.
    std::function<bool()> keep = {};
    std::function<void()> abandoned = {};  ///< it was cancelled
    /// It failed; true: the user has been told.
    std::function<bool(const TaskResult &)> failed = {};
    std::function<void()> over = {};  ///< last, however it ended
};

/// The batch lane (load, extract, train, evaluate, read): one job at a time, and what the run bar says about it.
class JobRunner {
    Q_DECLARE_TR_FUNCTIONS(JobRunner)
public:
    JobRunner(Workplace &place, EngineDoor &engine);
    /// After end().
    ~JobRunner();

    const JobStatus &status() const { return m_status; }
    bool isRunning() const { return m_current != nullptr; }
    bool isRunning(JobKind kind) const { return m_current && m_current->plan.kind == kind; }
    /// A training or an extraction runs, so what it works with stays as it is.
    bool isLocked() const { return isRunning(JobKind::Train) || isRunning(JobKind::Extract); }
    /// Whether `what` cannot change now; says so.
    bool refuseWhileLocked(const QString &what);
    /// Whether a new job of the kind may start; says why not.
    bool isFree(JobKind wanted);

    /// Starts the only job.
    void start(JobPlan plan);
    /// Starts a load in place of the one in progress.
    void replace(JobPlan plan);
    void stopAndKeep();  ///< also stops an extraction (what is stored stays)
    void stopAndDiscard();

    /// For the part whose job runs: changes what the run bar says.
    void amend(const std::function<void(JobStatus &)> &change);
    void setProgress(std::size_t done, std::size_t total, const QString &detail = {});
    qint64 elapsedMs() const { return m_clock.elapsed(); }

    /// For small questions between the jobs.
    Lane &lane() { return m_lane; }
    /// Asks all to end, at once: a training that can be kept is kept, the rest is cancelled.
    void end();
    void join();

private:
    struct Job {
        std::uint64_t number = 0;
        JobPlan plan;
        bool muted = false;    ///< cancelled: what still arrives from it is dropped
        bool discard = false;  ///< of a training: the user wants no trace of it
        std::unique_ptr<Task> task;
    };

    void ended(std::uint64_t number, const TaskResult &result, const JobPlan::Apply &apply);
    void failed(const Job &job, const TaskResult &result);
    void cancel();
    void showStage(const Progress &progress);
    void told() { m_place.notify({Change::Job, m_status}); }

    Workplace &m_place;
    EngineDoor &m_engine;
    JobStatus m_status;
    QElapsedTimer m_clock, m_stageClock;
    std::string_view m_stage;      ///< the one that showStage() told of last
    std::size_t m_stageBegan = 0;  ///< how far it was when it began: what is kept from before took no time
    std::uint64_t m_last = 0;
    Lane m_lane;  ///< outlives its tasks
    std::unique_ptr<Job> m_current;
    std::vector<std::unique_ptr<Job>> m_retired;  ///< cancelled, still winding down
};

/// Whether a time left is likely to hold: after 3 s and 5 % of the way.
bool isStable(qint64 elapsedMs, std::size_t done, std::size_t total);

/// What the run bar calls a step of the engine's jobs, such as "hash" (Progress::stage). Empty for one that its job
/// tells more about itself ("train", "load").
QString stageText(std::string_view stage);

}  // namespace dank::ui
