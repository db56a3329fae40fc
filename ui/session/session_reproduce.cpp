// The paper's loop, run again on a lane of its own.

#include <algorithm>
#include <mutex>
#include <utility>

#include "ui/session/session_private.h"

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

const ReproductionJob &Session::reproduction() const
{
    return d->reproduction;
}

void Session::reproduce(bool seededTargets, int epochs, int seeds)
{
    const Private::Telling telling(*d);
    if (d->reproductionTask || (!seededTargets && !d->dataset))
        return;
    if (d->current && d->current->kind == JobKind::Train) {
        d->say(Message::Severity::Info,
               tr("The paper's loop wants the processor for itself. Stop the training, or wait "
                  "until it has ended."));
        return;
    }
    d->openEngineOnLane();
    ReproductionJob job;
    job.state = ReproductionJob::State::Running;
    job.seededTargets = seededTargets;
    job.datasetName = seededTargets ? QString() : QString::fromStdString(d->dataset->name());
    job.epochs = epochs;
    job.seeds = seeds;
    job.total = static_cast<std::size_t>(std::max(epochs, 0)) * static_cast<std::size_t>(std::max(seeds, 0));
    job.curves.resize(static_cast<std::size_t>(std::max(seeds, 0)));
    d->reproduction = std::move(job);
    d->reproductionClock.start();

    const auto arrivals = std::make_shared<Arrivals>();
    const auto take = [this, arrivals] {
        std::vector<Arrivals::Loss> losses;
        {
            std::lock_guard lock(arrivals->mutex);
            losses.swap(arrivals->losses);
            arrivals->onTheWay = false;
        }
        ReproductionJob &running = d->reproduction;
        for (const auto &[seed, loss] : losses)
            if (seed < running.curves.size())
                running.curves[seed].push_back(loss);
        running.done += losses.size();
        const qint64 elapsed = d->reproductionClock.elapsed();
        if (running.state == ReproductionJob::State::Running && elapsed > kStableMs && running.done > 0)
            running.secondsLeft = double(elapsed) / 1000 / double(running.done)
                                  * double(running.total - std::min(running.done, running.total));
        d->notify(Change::Reproduction);
    };
    const auto observe = [this, arrivals, take](std::size_t seed, int, double loss) {
        bool first = false;
        {
            std::lock_guard lock(arrivals->mutex);
            arrivals->losses.push_back({seed, loss});
            first = !std::exchange(arrivals->onTheWay, true);
        }
        if (first)
            d->mailbox.post(take);
    };
    const auto made = std::make_shared<std::shared_ptr<const Reproduction>>();
    d->reproductionTask = std::make_unique<Task>(
        d->study,
        [this, made, observe, epochs, seeds, about = seededTargets ? nullptr : d->dataset](const CancelToken &cancel) {
            const JobContext context{cancel, {}};
            *made = std::make_shared<const Reproduction>(
                d->engine.wait(cancel)->trainer().reproduce(about.get(), epochs, seeds, observe, context));
        },
        [this, made](const TaskResult &result) {
            d->mailbox.post([this, made, result] { d->reproductionEnded(result, *made); });
        });
    d->notify(Change::Reproduction);
}

void Session::cancelReproduction()
{
    if (!d->reproductionTask || d->reproduction.state == ReproductionJob::State::Stopping)
        return;
    const Private::Telling telling(*d);
    d->reproductionTask->cancel();
    d->reproduction.state = ReproductionJob::State::Stopping;
    d->reproduction.secondsLeft.reset();
    d->notify(Change::Reproduction);
}

void Session::Private::reproductionEnded(const TaskResult &result, std::shared_ptr<const Reproduction> what)
{
    reproductionTask.reset();
    reproduction.secondsLeft.reset();
    switch (result.outcome) {
    case TaskResult::Outcome::Finished:
        reproduction.state = ReproductionJob::State::Done;
        reproduction.curves = what->curves;
        reproduction.result = std::move(what);
        break;
    case TaskResult::Outcome::Cancelled: reproduction.state = ReproductionJob::State::Idle; break;
    case TaskResult::Outcome::Failed:
        reproduction.state = ReproductionJob::State::Failed;
        reproduction.error = QString::fromStdString(result.text);
        break;
    }
    notify(Change::Reproduction);
}

}  // namespace dank::ui
