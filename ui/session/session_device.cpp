// The device's self-test, and what the machine does, on the lane of the paper's loop.

#include <utility>

#include "ui/session/session_private.h"

namespace dank::ui {

const EngineInfo *Session::engineInfo() const
{
    return d->engineInfo ? &*d->engineInfo : nullptr;
}
const DeviceCheck &Session::deviceCheck() const
{
    return d->deviceCheck;
}

QString Session::deviceCheckHindrance() const
{
    if (d->engineFailed)
        return tr("The engine could not be opened, so nothing can be computed.");
    if (d->current || d->reproductionTask)
        return tr("It wants the processor for itself: wait until what is running has ended, or stop it.");
    return {};
}

void Session::checkDevice()
{
    if (d->deviceTask || !deviceCheckHindrance().isEmpty())
        return;
    const Private::Telling telling(*d);
    d->openEngineOnLane();
    d->deviceCheck = {};
    d->deviceCheck.state = DeviceCheck::State::Running;
    const auto measured = std::make_shared<std::shared_ptr<const BenchReport>>();
    d->deviceTask = std::make_unique<Task>(
        d->study,
        [this, measured, device = d->request.device](const CancelToken &cancel) {
            const JobContext context{cancel, [this](const Progress &progress) {
                                         d->mailbox.post([this, measuring = progress.stage == "bench",
                                                          done = progress.done, total = progress.total] {
                                             DeviceCheck &check = d->deviceCheck;
                                             check.measuring = measuring;
                                             check.done = done;
                                             check.total = total;
                                             d->notify(Change::DeviceCheck);
                                         });
                                     }};
            const auto engine = d->engine.wait(cancel);
            auto checks = engine->machine().selfTest(device, context);
            cancel.check();
            d->mailbox.post([this, checks = std::move(checks)] {
                d->deviceCheck.checks = checks;
                d->notify(Change::DeviceCheck);
            });
            *measured = std::make_shared<const BenchReport>(engine->machine().bench("all", device, d->folder, context));
        },
        [this, measured](const TaskResult &result) {
            d->mailbox.post([this, measured, result] { d->deviceCheckEnded(result, *measured); });
        });
    d->notify(Change::DeviceCheck);
}

void Session::cancelDeviceCheck()
{
    if (!d->deviceTask || d->deviceCheck.state == DeviceCheck::State::Stopping)
        return;
    const Private::Telling telling(*d);
    d->deviceTask->cancel();
    d->deviceCheck.state = DeviceCheck::State::Stopping;
    d->notify(Change::DeviceCheck);
}

void Session::Private::deviceCheckEnded(const TaskResult &result, std::shared_ptr<const BenchReport> measured)
{
    deviceTask.reset();
    switch (result.outcome) {
    case TaskResult::Outcome::Finished:
        deviceCheck.state = DeviceCheck::State::Done;
        deviceCheck.measured = std::move(measured);
        refreshBackbones();  // the pictures a second that they are told to take
        break;
    case TaskResult::Outcome::Cancelled: deviceCheck.state = DeviceCheck::State::Idle; break;
    case TaskResult::Outcome::Failed:
        deviceCheck.state = DeviceCheck::State::Failed;
        deviceCheck.error = QString::fromStdString(result.text);
        break;
    }
    notify(Change::DeviceCheck);
}

}  // namespace dank::ui
