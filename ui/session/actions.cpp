#include "ui/session/actions.h"

namespace dank::ui {

namespace {

Page nextPage(const Facts &f)
{
    if (f.busyWith(JobKind::Extract))
        return Page::Features;
    if (f.busyWith(JobKind::Train))
        return Page::Train;
    if (f.busyWith(JobKind::Evaluate))
        return Page::Evaluate;
    if (!f.dataset)
        return f.model ? Page::Rate : Page::Dataset;
    if (f.model)
        return f.evaluation || f.usable == 0 || !f.modelHasRun ? Page::Rate : Page::Evaluate;
    if (f.usable == 0)
        return Page::Dataset;
    return f.features ? Page::Train : Page::Features;
}

}  // namespace

Actions actionsFor(const Facts &f)
{
    const bool free = !f.busy() && !f.engineFailed;
    Actions a;
    // Another dataset may replace one that is still loading, but never under a job that works on it.
    a.open = !f.busyWith(JobKind::Extract) && !f.busyWith(JobKind::Train) && !f.busyWith(JobKind::Evaluate)
             && !f.busyWith(JobKind::Read);
    a.extract = free && f.dataset && f.usable > 0;
    a.read = free && f.dataset && f.usable > 0;
    a.train = free && f.dataset && f.usable >= kMinRowsToTrain;
    a.pause = f.job == JobKind::Train && f.state == JobState::Running && f.trainingStarted && !f.judging;
    a.resume = f.job == JobKind::Train && f.state == JobState::Paused;
    a.stop = f.state == JobState::Running || f.state == JobState::Paused;
    a.rate = !f.engineFailed;
    a.exportChart = f.curve;
    a.exportScores = f.scored > 0;
    a.evaluate = free && f.dataset && f.usable > 0 && f.model && f.modelHasRun;
    a.next = nextPage(f);
    return a;
}

PageState pageStateFor(Page page, const Facts &f)
{
    switch (page) {
    case Page::Dataset:
        if (f.busyWith(JobKind::Load) || f.busyWith(JobKind::Sample))
            return PageState::Busy;
        if (!f.dataset)
            return PageState::Empty;
        return f.usable > 0 ? PageState::Done : PageState::Warning;
    case Page::Features:
        if (f.busyWith(JobKind::Extract) || (f.busyWith(JobKind::Train) && !f.trainingStarted))
            return PageState::Busy;
        if (f.busyWith(JobKind::Read))
            return PageState::Busy;
        if (f.dataset && f.featuresFailed)
            return PageState::Warning;
        if (!f.dataset || !f.features)
            return PageState::Empty;
        return f.untrained ? PageState::Warning : PageState::Done;
    case Page::Train:
        if (f.busyWith(JobKind::Train))
            return PageState::Busy;
        if (f.trainingFailed)
            return PageState::Warning;
        return f.curve ? PageState::Done : PageState::Empty;
    case Page::Evaluate:
        if (f.busyWith(JobKind::Evaluate))
            return PageState::Busy;
        if (!f.evaluation)
            return PageState::Empty;
        return f.convincing ? PageState::Done : PageState::Warning;
    case Page::Rate:
        if (f.waiting > 0)
            return f.model && !f.modelBlocked && !f.engineFailed ? PageState::Busy : PageState::Warning;
        return f.cards > 0 ? PageState::Done : PageState::Empty;
    }
    return PageState::Empty;
}

}  // namespace dank::ui
