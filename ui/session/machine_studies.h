#pragma once

#include "core/learn/reproduction.h"
#include "ui/session/feature_jobs.h"

namespace dank::ui {

/// The paper's loop, or the last one that ended.
struct ReproductionJob : SideJob {
    bool seededTargets = true;
    QString datasetName;                         ///< empty on seeded targets
    int epochs = 0, seeds = 0;                   ///< as asked
    std::size_t done = 0, total = 0;             ///< epochs of all seeds
    std::optional<double> secondsLeft;           ///< set only once stable
    std::vector<std::vector<double>> curves;     ///< [seeds], as far as they have come
    std::shared_ptr<const Reproduction> result;  ///< of Done
};

/// The device's self-test and then what the machine was measured at, or the last of both.
struct DeviceCheck : SideJob {
    bool measuring = false;                       ///< the self-test is over, its checks are there
    std::size_t done = 0, total = 0;              ///< steps of the self-test, or things measured; total 0: unknown
    std::vector<SelfCheck> checks;                ///< they stay when what follows is stopped
    std::shared_ptr<const BenchReport> measured;  ///< of Done
};

/// What is run to learn about the machine and the method, not about the user's memes: the paper's loop and the device's
/// check. Both have one lane of their own.
class MachineStudies {
    Q_DECLARE_TR_FUNCTIONS(MachineStudies)
public:
    /// `features`: measurements change what they are told to take.
    MachineStudies(Workplace &place, EngineDoor &engine, const JobRunner &jobs, const DatasetState &data,
                   FeatureJobs &features);

    const ReproductionJob &reproduction() const { return m_reproduction; }
    /// Runs the paper's loop on the dataset, or on seeded targets, one at a time and only while nothing trains.
    void reproduce(bool seededTargets, int epochs, int seeds);
    void cancelReproduction();

    const DeviceCheck &deviceCheck() const { return m_check; }
    QString checkHindrance() const;  ///< why checkDevice() would do nothing now; empty: it would
    /// Tests the device that the request names, then measures it, one at a time and only while nothing else is
    /// computed.
    void checkDevice();
    void cancelCheck();
    void end();

private:
    void epochEnded(std::size_t seed, double loss);
    void reproductionEnded(const TaskResult &result, std::shared_ptr<const Reproduction> what);
    void checkEnded(const TaskResult &result, std::shared_ptr<const BenchReport> measured);

    Workplace &m_place;
    EngineDoor &m_engine;
    const JobRunner &m_jobs;
    const DatasetState &m_data;
    FeatureJobs &m_features;
    ReproductionJob m_reproduction;
    QElapsedTimer m_clock;  ///< since the paper's loop began
    DeviceCheck m_check;
    Lane m_lane;  ///< outlives its tasks
    std::unique_ptr<Task> m_reproductionTask, m_checkTask;
};

}  // namespace dank::ui
