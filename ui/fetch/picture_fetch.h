#pragma once

#include <QObject>

#include <memory>

#include "core/fetch/fetch_plan.h"
#include "core/fetch/fetch_report.h"
#include "ui/lanes/engine_door.h"

namespace dank::ui {

/// Finds out which pictures of a file of memes are missing, and downloads them once it is told to, on a lane of its
/// own. Nothing is asked of another machine before fetch(). GUI thread only.
class PictureFetch : public QObject {
    Q_OBJECT
public:
    enum class State { Planning, Planned, Fetching, Stopping, Done, Failed };

    /// Begins to look.
    PictureFetch(EngineDoor &engine, std::filesystem::path file, FeedOptions options, QObject *parent = nullptr);
    /// Stops; what was fetched stays.
    ~PictureFetch() override;

    /// What the plan names, after a first time what did not come then.
    void fetch();
    /// A stopped download can be gone on with.
    void stop();
    /// Stops, waits for it, and begins nothing more.
    void end();

    State state() const { return m_state; }
    bool isBusy() const { return m_state == State::Fetching || m_state == State::Stopping; }
    const std::shared_ptr<const FetchPlan> &plan() const { return m_plan; }  ///< null until it is made
    const FetchReport &report() const { return m_report; }                   ///< of Done
    std::size_t done() const { return m_done; }                              ///< pictures asked for, of plan()->wanted
    bool mayHaveCome() const { return m_mayHaveCome; }  ///< some are there, or a stopped download may have brought some
    const QString &error() const { return m_error; }    ///< of Failed

signals:
    void changed();

private:
    void look();
    void planned(const TaskResult &result, std::shared_ptr<const FetchPlan> plan);
    void ended(const TaskResult &result, FetchReport report);
    void failed(const TaskResult &result);

    EngineDoor &m_engine;
    const std::filesystem::path m_file;
    const FeedOptions m_options;
    State m_state = State::Planning;
    std::shared_ptr<const FetchPlan> m_plan;
    FetchReport m_report;
    std::size_t m_done = 0;
    bool m_mayHaveCome = false, m_isEnding = false;
    QString m_error;
    Mailbox m_mailbox;
    Lane m_lane;  ///< outlives its tasks
    std::unique_ptr<Task> m_task;
};

}  // namespace dank::ui
