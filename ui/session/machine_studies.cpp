#include "ui/session/machine_studies.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace dank::ui {

namespace {

/// The rate of the first epochs says little about the rest.
constexpr qint64 kStableMs = 1500;

/// Losses on their way to the GUI thread, at most one delivery at a time.
struct Arrivals {
    struct Loss {
        std::size_t seed;
        double loss;
    };
    std::mutex mutex;
    std::vector<Loss> losses;  ///< guarded by mutex
    bool onTheWay = false;     ///< guarded by mutex
};

}  // namespace

MachineStudies::MachineStudies(Workplace &place, EngineDoor &engine, const JobRunner &jobs, const DatasetState &data,
                               FeatureJobs &features)
    : m_place(place), m_engine(engine), m_jobs(jobs), m_data(data), m_features(features)
{
}

void MachineStudies::end()
{
    for (Task *task : {m_reproductionTask.get(), m_checkTask.get()})
        if (task)
            task->cancel();
}

// ---- The paper's loop ----

void MachineStudies::reproduce(bool seededTargets, int epochs, int seeds)
{
    if (m_reproductionTask || (!seededTargets && !m_data.dataset()))
        return;
    if (m_jobs.isRunning(JobKind::Train)) {
        m_place.say(Message::Severity::Info,
                    tr("The paper's loop wants the processor for itself. Stop the training, or wait "
                       "until it has ended."));
        return;
    }
    m_engine.open();
    ReproductionJob job;
    job.state = ReproductionJob::State::Running;
    job.seededTargets = seededTargets;
    job.datasetName = seededTargets ? QString() : QString::fromStdString(m_data.dataset()->name());
    job.epochs = epochs;
    job.seeds = seeds;
    job.total = static_cast<std::size_t>(std::max(epochs, 0)) * static_cast<std::size_t>(std::max(seeds, 0));
    job.curves.resize(static_cast<std::size_t>(std::max(seeds, 0)));
    m_reproduction = std::move(job);
    m_clock.start();

    const auto arrivals = std::make_shared<Arrivals>();
    const auto take = [this, arrivals] {
        std::vector<Arrivals::Loss> losses;
        {
            std::lock_guard lock(arrivals->mutex);
            losses.swap(arrivals->losses);
            arrivals->onTheWay = false;
        }
        ReproductionJob &running = m_reproduction;
        for (const auto &[seed, loss] : losses)
            if (seed < running.curves.size())
                running.curves[seed].push_back(loss);
        running.done += losses.size();
        const qint64 elapsed = m_clock.elapsed();
        if (running.state == ReproductionJob::State::Running && elapsed > kStableMs && running.done > 0)
            running.secondsLeft = double(elapsed) / 1000 / double(running.done)
                                  * double(running.total - std::min(running.done, running.total));
        m_place.notify(Change::Reproduction);
    };
    const auto observe = [this, arrivals, take](std::size_t seed, int, double loss) {
        bool first = false;
        {
            std::lock_guard lock(arrivals->mutex);
            arrivals->losses.push_back({seed, loss});
            first = !std::exchange(arrivals->onTheWay, true);
        }
        if (first)
            m_place.mailbox().post(take);
    };
    const auto made = std::make_shared<std::shared_ptr<const Reproduction>>();
    m_reproductionTask = std::make_unique<Task>(
        m_lane,
        [this, made, observe, epochs, seeds,
         about = seededTargets ? nullptr : m_data.dataset()](const CancelToken &cancel) {
            const JobContext context{cancel, {}};
            *made = std::make_shared<const Reproduction>(
                m_engine.wait(cancel)->trainer().reproduce(about.get(), epochs, seeds, observe, context));
        },
        [this, made](const TaskResult &result) {
            m_place.mailbox().post([this, made, result] { reproductionEnded(result, *made); });
        });
    m_place.notify(Change::Reproduction);
}

void MachineStudies::cancelReproduction()
{
    if (!m_reproductionTask || m_reproduction.state == ReproductionJob::State::Stopping)
        return;
    m_reproductionTask->cancel();
    m_reproduction.state = ReproductionJob::State::Stopping;
    m_reproduction.secondsLeft.reset();
    m_place.notify(Change::Reproduction);
}

void MachineStudies::reproductionEnded(const TaskResult &result, std::shared_ptr<const Reproduction> what)
{
    m_reproductionTask.reset();
    m_reproduction.end(result);
    m_reproduction.secondsLeft.reset();
    if (m_reproduction.state == SideJob::State::Done) {
        m_reproduction.curves = what->curves;
        m_reproduction.result = std::move(what);
    }
    m_place.notify(Change::Reproduction);
}

// ---- The device ----

QString MachineStudies::checkHindrance() const
{
    if (m_engine.hasFailed())
        return tr("The engine could not be opened, so nothing can be computed.");
    if (m_jobs.isRunning() || m_reproductionTask)
        return tr("It wants the processor for itself: wait until what is running has ended, or stop it.");
    return {};
}

void MachineStudies::checkDevice()
{
    if (m_checkTask || !checkHindrance().isEmpty())
        return;
    m_engine.open();
    m_check = {};
    m_check.state = DeviceCheck::State::Running;
    const auto measured = std::make_shared<std::shared_ptr<const BenchReport>>();
    m_checkTask = std::make_unique<Task>(
        m_lane,
        [this, measured, device = m_features.request().device](const CancelToken &cancel) {
            const JobContext context{cancel, [this](const Progress &progress) {
                                         m_place.mailbox().post([this, measuring = progress.stage == "bench",
                                                                 done = progress.done, total = progress.total] {
                                             m_check.measuring = measuring;
                                             m_check.done = done;
                                             m_check.total = total;
                                             m_place.notify(Change::DeviceCheck);
                                         });
                                     }};
            const auto engine = m_engine.wait(cancel);
            auto checks = engine->machine().selfTest(device, context);
            cancel.check();
            m_place.mailbox().post([this, checks = std::move(checks)] {
                m_check.checks = checks;
                m_place.notify(Change::DeviceCheck);
            });
            *measured =
                std::make_shared<const BenchReport>(engine->machine().bench("all", device, m_place.folder(), context));
        },
        [this, measured](const TaskResult &result) {
            m_place.mailbox().post([this, measured, result] { checkEnded(result, *measured); });
        });
    m_place.notify(Change::DeviceCheck);
}

void MachineStudies::cancelCheck()
{
    if (!m_checkTask || m_check.state == DeviceCheck::State::Stopping)
        return;
    m_checkTask->cancel();
    m_check.state = DeviceCheck::State::Stopping;
    m_place.notify(Change::DeviceCheck);
}

void MachineStudies::checkEnded(const TaskResult &result, std::shared_ptr<const BenchReport> measured)
{
    m_checkTask.reset();
    m_check.end(result);
    m_check.measured = std::move(measured);
    if (m_check.state == SideJob::State::Done)
        m_features.refreshStatuses();  // the pictures a second that they are told to take
    m_place.notify(Change::DeviceCheck);
}

}  // namespace dank::ui
