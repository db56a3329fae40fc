#pragma once

#include "core/learn/split.h"
#include "ui/lanes/change.h"

namespace dank::ui {

enum class Page { Dataset, Features, Train, Evaluate, Rate };
/// The status dot of a page, always drawn with its own shape.
enum class PageState { Empty, Busy, Warning, Done };

/// What the user can do now.
struct Actions {
    bool open = true, extract = false, read = false, train = false, pause = false, resume = false, stop = false;
    bool rate = false, exportChart = false, exportScores = false, evaluate = false;
    Page next = Page::Dataset;  ///< page of the next sensible step, the one large button
    bool operator==(const Actions &) const = default;
};

/// What exists, as far as the enabled state of anything depends on it. Plain values, so that the table of
/// what may be done when can be tested on its own.
struct Facts {
    JobKind job = JobKind::None;  ///< on the batch lane; None: none has run yet
    JobState state = JobState::Idle;
    bool trainingStarted = false;  ///< the run exists: epochs can be kept, training can pause
    bool judging = false;          ///< and its epochs are over
    bool engineFailed = false;
    bool dataset = false;
    std::size_t usable = 0;       ///< records of the dataset
    bool features = false;        ///< complete for the request
    bool untrained = false;       ///< the request takes seeded random weights
    bool featuresFailed = false;  ///< the last extraction failed
    bool curve = false;           ///< the loss chart shows something
    bool trainingFailed = false;  ///< the last training failed or diverged
    bool model = false;           ///< there is one to rate with
    bool modelHasRun = false;     ///< and the library knows its run
    bool evaluation = false;
    bool convincing = false;    ///< the evaluation says that it learned something
    bool modelBlocked = false;  ///< that one could not be opened for rating
    std::size_t cards = 0, scored = 0, waiting = 0;

    /// Something occupies the batch lane.
    bool busy() const { return state == JobState::Running || state == JobState::Paused || state == JobState::Stopping; }
    bool busyWith(JobKind kind) const { return busy() && job == kind; }
};

/// What the user can do now.
Actions actionsFor(const Facts &facts);
/// The status dot of a page.
PageState pageStateFor(Page page, const Facts &facts);

}  // namespace dank::ui
