// What the settings would make of the dataset: worked out on a lane, since a side file may be large and slow.

#include "ui/session/session_private.h"

namespace dank::ui {

std::shared_ptr<const TargetPreview> Session::targetPreview() const
{
    return d->preview;
}
const std::vector<GroupChoice> &Session::groupChoices() const
{
    return d->choices;
}

/// One at a time, and once more at the end where the settings have changed meanwhile.
void Session::Private::lookAtTarget()
{
    if (!dataset) {
        targetStale = false;
        if (preview) {
            preview.reset();
            notify(Change::Target);
        }
        return;
    }
    if (targetTask) {
        targetStale = true;
        return;
    }
    const auto made = std::make_shared<std::shared_ptr<const TargetPreview>>();
    targetTask = std::make_unique<Task>(
        looking,
        [about = dataset, used = config, made](const CancelToken &) {
            *made = std::make_shared<const TargetPreview>(previewTarget(*about, used));
        },
        [this, about = dataset, made](const TaskResult &result) {
            mailbox.post([this, about, made, result] {
                targetTask.reset();
                const bool again = std::exchange(targetStale, false);
                if (result.outcome == TaskResult::Outcome::Finished && about == dataset) {
                    preview = *made;
                    notify(Change::Target);
                }
                if (again || about != dataset)
                    lookAtTarget();
            });
        });
}

void Session::Private::lookAtGroups()
{
    if (groupsOf == dataset)
        return;
    groupsOf = dataset;
    groupsCancel.cancel();
    groupsCancel = {};
    if (!choices.empty() || preview) {
        choices.clear();
        preview.reset();
        notify(Change::Target);
    }
    if (!dataset)
        return;
    // No Task: ending one waits for it, and it may stand behind a side file that is slow to read.
    looking.post([this, about = dataset, cancel = groupsCancel] {
        std::vector<GroupChoice> made;
        const TaskResult result = runGuarded([&] { made = dank::groupChoices(*about, cancel); });
        if (result.outcome != TaskResult::Outcome::Finished)
            return;
        mailbox.post([this, about, made = std::move(made)] {
            if (about != groupsOf)
                return;
            choices = made;
            notify(Change::Target);
        });
    });
}

}  // namespace dank::ui
