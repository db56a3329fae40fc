#pragma once

#include <QString>

#include <filesystem>
#include <functional>
#include <future>
#include <string>

#include "core/base/job.h"
#include "ui/lanes/lane.h"

namespace dank::ui {

/// How a task ended: exactly one of three ways.
struct TaskResult {
    enum class Outcome { Finished, Cancelled, Failed } outcome = Outcome::Finished;
    ErrorKind kind = ErrorKind::Shape;  ///< set with Failed, as are the next two
    std::string text;                   ///< a whole sentence for the user
    std::filesystem::path path;
};

/// What is told of a task beside the batch lane, or of the last one that ended.
struct SideJob {
    enum class State { Idle, Running, Stopping, Failed, Done } state = State::Idle;
    QString error;  ///< of Failed

    bool isBusy() const { return state == State::Running || state == State::Stopping; }
    /// Takes how it ended; a stopped one is idle again.
    void end(const TaskResult &result);
};

/// Runs `work` and turns what it throws into an outcome. The one place of the window where exceptions of jobs end.
TaskResult runGuarded(const std::function<void()> &work);

/// One job on a lane. `work` and then `ended` run on the lane's thread; `ended` is called exactly once, and never
/// with Finished for a task that was cancelled before it began. The lane must outlive the task.
class Task {
public:
    using Work = std::function<void(const CancelToken &)>;
    using Ended = std::function<void(const TaskResult &)>;

    Task(Lane &lane, Work work, Ended ended);
    /// Cancels and joins.
    ~Task();
    Task(const Task &) = delete;
    Task &operator=(const Task &) = delete;

    /// Asks the work to stop; returns at once.
    void cancel() noexcept { m_cancel.cancel(); }
    bool isCancelled() const noexcept { return m_cancel.isCancelled(); }
    /// Waits until `ended` has returned.
    void join() { m_over.wait(); }

private:
    CancelToken m_cancel;
    std::future<void> m_over;
};

}  // namespace dank::ui
