#include "ui/lanes/job_runner.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

/// Passes on at most a hundred reports a second, and always a stage's first and last one.
std::function<void(const Progress &)> throttled(std::function<void(const Progress &)> report)
{
    using Clock = std::chrono::steady_clock;
    return [report = std::move(report), last = Clock::time_point{},
            stage = std::string_view()](const Progress &progress) mutable {
        const auto now = Clock::now();
        if (progress.stage == stage && progress.done < progress.total && now - last < std::chrono::milliseconds(10))
            return;
        last = now;
        stage = progress.stage;
        report(progress);
    };
}

/// What a page shows of a job's state changes with its end.
Change changeOf(JobKind kind)
{
    switch (kind) {
    case JobKind::Train: return Change::Training;
    case JobKind::Extract: return Change::Features;
    case JobKind::Evaluate: return Change::Evaluation;
    case JobKind::Read: return Change::Texts;
    default: return Change::Dataset;
    }
}

}  // namespace

bool isStable(qint64 elapsedMs, std::size_t done, std::size_t total)
{
    return elapsedMs >= 3000 && static_cast<double>(done) >= 0.05 * static_cast<double>(total);
}

QString stageText(std::string_view stage)
{
    static constexpr std::pair<std::string_view, const char *> kTexts[] = {
        {"hash", QT_TRANSLATE_NOOP("Session", "Hashing pictures")},
        {"precision", QT_TRANSLATE_NOOP("Session", "Comparing precisions")},
        {"network", QT_TRANSLATE_NOOP("Session", "Loading the network")},
        {"estimate", QT_TRANSLATE_NOOP("Session", "Timing three batches")},
        {"activations", QT_TRANSLATE_NOOP("Session", "Computing what does not learn")},
        {"extract", QT_TRANSLATE_NOOP("Session", "Extracting features")},
        {"read", QT_TRANSLATE_NOOP("Session", "Reading stored features")},
        {"text", QT_TRANSLATE_NOOP("Session", "Reading the text")},
        {"look", QT_TRANSLATE_NOOP("Session", "Looking at pictures for copies")},
        {"duplicates", QT_TRANSLATE_NOOP("Session", "Finding copies")},
        {"blend", QT_TRANSLATE_NOOP("Session", "Blending with straight lines")},
        {"controls", QT_TRANSLATE_NOOP("Session", "Comparing with simpler guesses")},
        {"baselines", QT_TRANSLATE_NOOP("Session", "Comparing with simpler guesses")},
        {"judge", QT_TRANSLATE_NOOP("Session", "Judging the answers")},
    };
    const auto *const found = std::ranges::find(kTexts, stage, &std::pair<std::string_view, const char *>::first);
    return found == std::end(kTexts) ? QString() : QCoreApplication::translate("Session", found->second);
}

JobRunner::JobRunner(Workplace &place, EngineDoor &engine) : m_place(place), m_engine(engine) {}

JobRunner::~JobRunner() = default;

void JobRunner::end()
{
    for (const auto &job : m_retired)
        job->task->cancel();
    // Closing the window is no reason to lose a training.
    if (m_current && (m_current->discard || !m_current->plan.keep || !m_current->plan.keep()))
        m_current->task->cancel();
}

void JobRunner::join()
{
    if (m_current)
        m_current->task->join();
    m_retired.clear();
}

bool JobRunner::refuseWhileLocked(const QString &what)
{
    if (isLocked())
        m_place.say(Message::Severity::Info,
                    isRunning(JobKind::Train)
                        ? tr("%1 cannot change while training. Stop the training first.").arg(what)
                        : tr("%1 cannot change while features are extracted. Stop the extraction first.").arg(what));
    return isLocked();
}

bool JobRunner::isFree(JobKind wanted)
{
    if (!m_current)
        return true;
    // A second click on the same button is not worth a message.
    if (!isRunning(wanted))
        m_place.say(Message::Severity::Info, tr("Wait until this has ended, or stop it first: %1.").arg(m_status.verb));
    return false;
}

void JobRunner::start(JobPlan plan)
{
    if (plan.kind != JobKind::Load)
        m_engine.open();
    m_current = std::make_unique<Job>();
    m_current->plan = std::move(plan);
    const std::uint64_t n = m_current->number = ++m_last;
    m_status = {};
    m_status.kind = m_current->plan.kind;
    m_status.state = JobState::Running;
    m_status.verb = m_current->plan.verb;
    m_stage = {};
    m_clock.start();
    auto left = std::make_shared<JobPlan::Apply>();
    m_current->task = std::make_unique<Task>(
        m_lane,
        [this, n, work = std::move(m_current->plan.work), left](const CancelToken &cancel) {
            JobScope scope;
            scope.context.cancel = cancel;
            scope.post = [this, n](std::function<void()> item) {
                m_place.mailbox().post([this, n, item = std::move(item)] {
                    if (m_current && m_current->number == n && !m_current->muted)
                        item();
                });
            };
            scope.context.progress = throttled([this, post = scope.post](const Progress &progress) {
                post([this, progress] { showStage(progress); });
            });
            scope.engine = [this, cancel] { return m_engine.wait(cancel); };
            *left = work(scope);
        },
        [this, n, left](const TaskResult &result) {
            m_place.mailbox().post([this, n, left, result] { ended(n, result, *left); });
        });
    told();
}

void JobRunner::replace(JobPlan plan)
{
    if (m_current) {
        cancel();
        m_retired.push_back(std::move(m_current));
    }
    start(std::move(plan));
}

void JobRunner::ended(std::uint64_t number, const TaskResult &result, const JobPlan::Apply &apply)
{
    if (!m_current || m_current->number != number) {
        std::erase_if(m_retired, [number](const auto &job) { return job->number == number; });
        return;
    }
    const Workplace::Telling telling(m_place);
    const auto job = std::move(m_current);
    m_status.secondsLeft.reset();
    told();
    switch (result.outcome) {
    case TaskResult::Outcome::Finished:
        // What a stop came too late for is still of use where it took long to make.
        if (job->muted && job->plan.kind != JobKind::Extract && job->plan.kind != JobKind::Train) {
            m_status = {};
        } else {
            m_status.state = JobState::Done;
            apply(job->discard);
        }
        break;
    case TaskResult::Outcome::Cancelled:
        m_status = {};
        if (job->plan.abandoned)
            job->plan.abandoned();
        break;
    case TaskResult::Outcome::Failed: failed(*job, result); break;
    }
    if (job->plan.over)
        job->plan.over();
    told();
    m_place.notify(changeOf(job->plan.kind));
}

void JobRunner::failed(const Job &job, const TaskResult &result)
{
    m_status.state = JobState::Failed;
    m_status.detail = QString::fromStdString(result.text);
    if (job.plan.failed && job.plan.failed(result))
        return;
    const bool passing = result.kind == ErrorKind::Disk || result.kind == ErrorKind::Library
                         || result.kind == ErrorKind::Device || result.kind == ErrorKind::Memory;
    if (job.plan.retry && passing)
        m_place.say(Message::Severity::Error, m_status.detail, tr("Try again"), job.plan.retry);
    else
        m_place.say(Message::Severity::Error, m_status.detail);
}

void JobRunner::cancel()
{
    m_current->muted = true;
    m_current->task->cancel();
    m_status.state = JobState::Stopping;
    m_status.secondsLeft.reset();
    told();
}

void JobRunner::stopAndKeep()
{
    if (!m_current || m_status.state == JobState::Stopping)
        return;
    const Workplace::Telling telling(m_place);
    if (!m_current->plan.keep || !m_current->plan.keep()) {
        cancel();
        return;
    }
    m_status.state = JobState::Stopping;
    m_status.secondsLeft.reset();
    told();
    m_place.notify(changeOf(m_current->plan.kind));
}

void JobRunner::stopAndDiscard()
{
    if (!m_current || m_current->muted)
        return;
    const Workplace::Telling telling(m_place);
    m_current->discard = isRunning(JobKind::Train);
    cancel();
    if (m_current->discard)
        m_place.notify(Change::Training);
}

void JobRunner::amend(const std::function<void(JobStatus &)> &change)
{
    change(m_status);
    told();
}

/// A step that its job tells no more about.
void JobRunner::showStage(const Progress &progress)
{
    if (m_status.state != JobState::Running)
        return;  // what the stopping says stays
    if (progress.stage != m_stage) {
        m_stage = progress.stage;
        m_stageBegan = progress.done;
        m_stageClock.start();
        m_status.detail.clear();
    }
    if (const QString text = stageText(m_stage); !text.isEmpty())
        m_status.verb = text;
    m_status.secondsLeft.reset();
    const qint64 elapsed = m_stageClock.elapsed();
    const std::size_t done = progress.done - std::min(m_stageBegan, progress.done);
    if (done > 0 && progress.done <= progress.total && isStable(elapsed, done, progress.total - m_stageBegan))
        m_status.secondsLeft = static_cast<double>(elapsed) / 1000 * static_cast<double>(progress.total - progress.done)
                               / static_cast<double>(done);
    setProgress(progress.done, progress.total);
}

void JobRunner::setProgress(std::size_t done, std::size_t total, const QString &detail)
{
    amend([&](JobStatus &status) {
        status.done = done;
        status.total = total;
        if (!detail.isEmpty())
            status.detail = detail;
        else if (total > 0)
            status.detail = tr("%1 of %2").arg(groupedNumber(qint64(done)), groupedNumber(qint64(total)));
    });
}

}  // namespace dank::ui
