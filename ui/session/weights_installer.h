#pragma once

#include "ui/session/rating_board.h"

namespace dank::ui {

/// A download of pretrained weights or the installation of a file, or the last one that ended.
struct WeightsJob : SideJob {
    std::string id;                     ///< the catalogue entry's; empty for a file that the user chose
    std::string backbone;               ///< empty while it is not known whose weights a chosen file holds
    QString file;                       ///< the chosen file's path
    std::string stage;                  ///< empty while bytes arrive, then "verify", "check", "install"
    std::uint64_t done = 0, total = 0;  ///< bytes; total 0: unknown
    double bytesPerSecond = 0;
    std::uint64_t resumedFrom = 0;  ///< bytes that an earlier attempt had fetched
};

/// Downloads and installs pretrained weights, one at a time, on a lane of its own, so that everything else goes on
/// meanwhile.
class WeightsInstaller {
    Q_DECLARE_TR_FUNCTIONS(WeightsInstaller)
public:
    /// `features` and `board` may work with what was installed.
    WeightsInstaller(Workplace &place, EngineDoor &engine, const JobRunner &jobs, FeatureJobs &features,
                     RatingBoard &board);

    const WeightsJob &job() const { return m_job; }
    /// Bytes of it that an earlier, unfinished download left; 0 for none.
    std::uint64_t partialBytes(const WeightsEntry &entry) const;

    /// Installs a row of the catalogue (WeightsEntry::id); goes on where an earlier download ended. The network becomes
    /// the chosen one unless the user has chosen another meanwhile.
    void fetch(const std::string &entry);
    /// Installs a file that the user has; the engine finds out which network's weights it holds.
    void add(const QString &file);
    /// What has arrived is kept.
    void cancel();
    void end();

private:
    void start(WeightsJob job, std::function<void(const DownloadObserver &, const JobContext &)> work);
    void progressed(const std::string &stage, const DownloadProgress &progress);
    void ended(const TaskResult &result, int picksBefore);
    void installed(int picksBefore);

    Workplace &m_place;
    EngineDoor &m_engine;
    const JobRunner &m_jobs;
    FeatureJobs &m_features;
    RatingBoard &m_board;
    WeightsJob m_job;
    std::function<void()> m_retry;
    Lane m_lane;  ///< outlives its task
    std::unique_ptr<Task> m_task;
};

}  // namespace dank::ui
