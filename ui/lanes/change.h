#pragma once

#include <QString>

#include <optional>
#include <variant>
#include <vector>

#include "core/dataset/meme.h"

namespace dank::ui {

/// What the parts of a Session tell their listeners of.
enum class Change {
    Engine,        ///< opening, ready or failed; device chip
    Dataset,       ///< loading, loaded, excluded rows, failed
    Found,         ///< what was looked for in it
    Features,      ///< statuses, progress, arrivals, done
    Texts,         ///< how many pictures have been read; what was read, at the end of a reading
    Weights,       ///< a download or an installation: progress, end
    Training,      ///< started, paused, resumed, stopping, ended
    Epochs,        ///< the live curve grew (at most 30 times a second)
    Runs,          ///< the runs table
    Model,         ///< the model that rates
    Evaluation,    ///< computed or cleared
    Scores,        ///< the rating board
    Job,           ///< what the run bar shows
    Settings,      ///< backbone request or train settings
    Target,        ///< what would be learnt with them: preview, ways to group
    Reproduction,  ///< the paper's loop: progress, end
    DeviceCheck,   ///< the self-test and the measurements: progress, end
    Explanation,   ///< why a score is what it is: progress, a map, end
    Message,       ///< the message bar
};

enum class JobKind { None, Sample, Load, Extract, Train, Evaluate, Read };
enum class JobState { Idle, Running, Paused, Stopping, Failed, Done };

/// The run bar's contents: the job on the batch lane, or the last one that ended.
struct JobStatus {
    JobKind kind = JobKind::None;
    JobState state = JobState::Idle;
    QString verb;                       ///< "Extracting features"
    QString detail;                     ///< "1,204 of 3,500 images · 85/s"
    std::size_t done = 0, total = 0;    ///< total 0: unknown
    std::optional<double> secondsLeft;  ///< set only once stable
    bool judging = false;               ///< of a training: its epochs are over; nothing pauses any more

    bool isBusy() const
    {
        return state == JobState::Running || state == JobState::Paused || state == JobState::Stopping;
    }
};

/// The memes whose features arrived.
struct MemeIds {
    std::vector<MemeId> ids;
};

/// The items [first, last) of the rating board.
struct ItemRange {
    std::size_t first = 0, last = 0;
    bool contains(std::size_t item) const { return item >= first && item < last; }
};

/// Which part of its kind a change is about, so that a listener need not ask for all of it anew. std::monostate:
/// anything of the kind may have changed. A change of the kind Job always has a JobStatus.
using ChangeDetail = std::variant<std::monostate, JobStatus, MemeIds, ItemRange>;

/// One thing that a Session tells. What takes only the kind takes it for one.
struct ChangeEvent {
    ChangeEvent(Change changed, ChangeDetail about = {}) : kind(changed), detail(std::move(about)) {}
    operator Change() const { return kind; }

    /// Takes in a later change of the same kind, so that one event tells both.
    void merge(const ChangeEvent &later);

    /// The detail, nullptr where it is another.
    template <typename Detail>
    const Detail *as() const
    {
        return std::get_if<Detail>(&detail);
    }

    Change kind;
    ChangeDetail detail;
};

}  // namespace dank::ui
