#include "ui/session/machine_studies.h"

#include <algorithm>
#include <utility>

namespace dank::ui {

namespace {

/// The rate of the first epochs says little about the rest.
constexpr qint64 kStableMs = 1500;

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
    job.total = static_cast<std::size_t>(epochs) * static_cast<std::size_t>(seeds);
    job.curves.resize(static_cast<std::size_t>(seeds));
    m_reproduction = std::move(job);
    m_clock.start();

    const auto observe = [this](std::size_t seed, int, double loss) {
        m_place.mailbox().post([this, seed, loss] { epochEnded(seed, loss); });
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

void MachineStudies::epochEnded(std::size_t seed, double loss)
{
    ReproductionJob &job = m_reproduction;
    if (seed < job.curves.size())
        job.curves[seed].push_back(loss);
    ++job.done;
    const qint64 elapsed = m_clock.elapsed();
    if (job.state == ReproductionJob::State::Running && elapsed > kStableMs)
        job.secondsLeft = double(elapsed) / 1000 / double(job.done) * double(job.total - std::min(job.done, job.total));
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
