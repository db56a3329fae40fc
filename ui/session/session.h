#pragma once

#include <QImage>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QUndoStack>
#include <QVector>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/dataset/dataset.h"
#include "core/engine/engine.h"
#include "core/evaluate/cross_validation.h"
#include "core/evaluate/evaluation.h"
#include "core/learn/target_preview.h"
#include "core/model/model.h"
#include "core/model/score.h"
#include "core/store/library.h"

namespace dank::ui {

/// What a Session tells its listeners, in order; each listener reads what it needs from the getters.
enum class Change {
    Engine,        ///< opening, ready or failed; device chip
    Dataset,       ///< loading, loaded, excluded rows, failed
    Features,      ///< statuses, progress, arrivals, done
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
    Message,       ///< the message bar
};

enum class JobKind { None, Sample, Load, Extract, Train, Evaluate };
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
};

/// A download of pretrained weights or the installation of a file, or the last one that ended. It has a lane of its
/// own, so that everything else goes on meanwhile.
struct WeightsJob {
    enum class State { Idle, Running, Stopping, Failed, Done } state = State::Idle;
    std::string id;                     ///< the catalogue entry's; empty for a file that the user chose
    std::string backbone;               ///< empty while it is not known whose weights a chosen file holds
    QString file;                       ///< the chosen file's path
    std::string stage;                  ///< empty while bytes arrive, then "verify", "check", "install"
    std::uint64_t done = 0, total = 0;  ///< bytes; total 0: unknown
    double bytesPerSecond = 0;
    std::uint64_t resumedFrom = 0;  ///< bytes that an earlier attempt had fetched
    QString error;                  ///< of Failed

    bool isBusy() const { return state == State::Running || state == State::Stopping; }
};

/// The paper's loop, or the last one that ended. It has a lane of its own.
struct ReproductionJob {
    enum class State { Idle, Running, Stopping, Failed, Done } state = State::Idle;
    bool seededTargets = true;
    QString datasetName;                         ///< empty on seeded targets
    int epochs = 0, seeds = 0;                   ///< as asked
    std::size_t done = 0, total = 0;             ///< epochs of all seeds
    std::optional<double> secondsLeft;           ///< set only once stable
    std::vector<std::vector<double>> curves;     ///< [seeds], as far as they have come
    std::shared_ptr<const Reproduction> result;  ///< of Done
    QString error;                               ///< of Failed

    bool isBusy() const { return state == State::Running || state == State::Stopping; }
};

/// The device's self-test and then what the machine was measured at, or the last of both. They have the lane of the
/// paper's loop.
struct DeviceCheck {
    enum class State { Idle, Running, Stopping, Failed, Done } state = State::Idle;
    bool measuring = false;                       ///< the self-test is over, its checks are there
    std::size_t done = 0, total = 0;              ///< steps of the self-test, or things measured; total 0: unknown
    std::vector<SelfCheck> checks;                ///< they stay when what follows is stopped
    std::shared_ptr<const BenchReport> measured;  ///< of Done
    QString error;                                ///< of Failed

    bool isBusy() const { return state == State::Running || state == State::Stopping; }
};

/// The status dot of a page, always drawn with its own shape.
enum class PageState { Empty, Busy, Warning, Done };
enum class Page { Dataset, Features, Train, Evaluate, Rate };

/// What the user can do now; a pure function of what exists (see actionsFor() in session/actions.h).
struct Actions {
    bool open = true, extract = false, train = false, pause = false, resume = false, stop = false;
    bool rate = false, exportChart = false, exportScores = false, evaluate = false;
    Page next = Page::Dataset;  ///< page of the next sensible step, the one large button
};

/// A line in the message bar. `action` names a fix the Session knows how to do; empty for none.
struct Message {
    enum class Severity { Info, Warning, Error } severity = Severity::Info;
    QString text;
    QString actionText;
    std::function<void()> action;
};

/// The run being trained or shown on the loss chart.
struct TrainingView {
    std::int64_t run = 0;  ///< 0: none
    TrainConfig config;
    std::vector<EpochStats> curve;
    int bestEpoch = 0;
    double meanPredictorLoss = 0;             ///< 0 while unknown
    std::vector<std::pair<int, int>> pauses;  ///< epochs at which it was paused (shaded bands)
    std::size_t trainRows = 0, validationRows = 0;
    std::string datasetName, datasetHash, backbone;
    bool live = false;
    bool untrained = false;
};

/// One dropped file on the board.
struct RatedItem {
    enum class State { Waiting, Scored, Skipped } state = State::Waiting;
    QString path;  ///< empty for a pasted picture
    QString name;  ///< shown
    Score score;
    QImage thumbnail;   ///< may be null while loading
    QString modelName;  ///< "run 7"
    int epoch = 0;
    bool live = false;  ///< scored by a snapshot of a run that was still training
    bool untrained = false;
};

/// The one state of the window: everything that exists, what runs, and what may be done. GUI thread only; long
/// work goes to its lanes (batch: load, extract, train, evaluate; interactive: rating, thumbnails; weights: downloads)
/// and comes back through a mailbox drained every 33 ms.
class Session : public QObject {
    Q_OBJECT
public:
    struct Options {
        std::filesystem::path library;  ///< empty: the default
        int threads = 0;
        /// Used in place of the shared library's (tests); empty: openEngine().
        std::shared_ptr<Engine> engine = {};
        /// Leave the engine closed until startEngine() or the first job that needs it, instead of opening it in the
        /// first turn of the event loop.
        bool engineWaits = false;
    };
    explicit Session(const Options &options, QObject *parent = nullptr);
    /// Cancels and joins all lanes. A training in progress is stopped and kept.
    ~Session() override;
    /// Opens the engine on a lane now, unless it is open or opening.
    void startEngine();

    // What exists.
    std::shared_ptr<const Dataset> dataset() const;  ///< null while none; excluded rows are in skipped()
    const std::vector<BackboneStatus> &backbones() const;
    /// The status that the request is about; nullptr while none is known or the request names a file.
    const BackboneStatus *requested() const;
    /// A backbone's name for people; of an unknown one, the id.
    QString backboneTitle(const std::string &id) const;
    const WeightsJob &weightsJob() const;
    /// Bytes of it that an earlier, unfinished download left; 0 for none.
    std::uint64_t partialBytes(const WeightsEntry &entry) const;
    std::shared_ptr<const ExtractReport> features() const;  ///< null until extracted with the current request
    const ExtractEvent &extraction() const;                 ///< live figures of the current or last extraction
    const std::vector<MemeId> &arrivals() const;            ///< newest last, at most 40
    const TrainingView &training() const;
    const std::vector<RunRecord> &runs() const;  ///< newest first, without those in the trash
    const std::vector<RunRecord> &trashedRuns() const;
    std::vector<EpochStats> runCurve(std::int64_t run) const;  ///< empty where there is none
    std::shared_ptr<const Model> ratingModel() const;          ///< latest snapshot, chosen run, or opened file
    std::shared_ptr<const Evaluation> evaluation() const;
    std::shared_ptr<const CrossValidation> crossValidation() const;  ///< beside evaluation(); null where there is none
    std::shared_ptr<const Model> evaluatedModel() const;
    const std::vector<RatedItem> &scores() const;
    const JobStatus &job() const;
    const Actions &actions() const;
    PageState pageState(Page page) const;
    const BackboneRequest &request() const;
    const TrainConfig &trainConfig() const;
    /// What the settings would make of the dataset; null while none is known. It may be behind the settings: it says
    /// itself which ones it is about.
    std::shared_ptr<const TargetPreview> targetPreview() const;
    /// How the dataset's memes can be grouped; empty until that is counted.
    const std::vector<GroupChoice> &groupChoices() const;
    const ReproductionJob &reproduction() const;
    QString deviceText() const;            ///< "CPU · 2 threads", "engine starting…"
    const EngineInfo *engineInfo() const;  ///< nullptr until the engine is open
    const DeviceCheck &deviceCheck() const;
    QString deviceCheckHindrance() const;  ///< why checkDevice() would do nothing now; empty: it would
    const std::optional<Message> &message() const;
    QStringList recentDatasets() const;
    QUndoStack *undoStack();
    std::filesystem::path libraryFolder() const;

    // What the user can do.
    void openDataset(const QString &dbJson);
    void openSample();  ///< writes it to the data folder once, then opens it
    void openModel(const QString &file);
    void setRequest(const BackboneRequest &request);
    void setTrainConfig(const TrainConfig &config);  ///< undoable
    /// Why the fields of the settings cannot be used as they stand, a whole sentence; train() then says so instead of
    /// training with the last settings that could. Empty: they can.
    void setTrainProblem(const QString &problem);
    /// Runs the paper's loop on the dataset, or on seeded targets, one at a time and only while nothing trains.
    void reproduce(bool seededTargets, int epochs, int seeds);
    void cancelReproduction();
    /// Tests the device that the request names, then measures it, one at a time and only while nothing else is
    /// computed.
    void checkDevice();
    void cancelDeviceCheck();
    /// Downloads and installs a row of the catalogue (WeightsEntry::id), one at a time; goes on where an earlier one
    /// ended. The network becomes the chosen one unless the user has chosen another meanwhile.
    void fetchWeights(const std::string &entry);
    /// Stops it; what has arrived is kept.
    void cancelWeights();
    /// Installs a file that the user has; the engine finds out which network's weights it holds.
    void addWeights(const QString &file);
    void extract();
    void train();  ///< extracts first what is missing
    void resumeRun(std::int64_t run);
    void pause();
    void resume();
    void stopAndKeep();  ///< also stops an extraction (what is stored stays)
    void stopAndDiscard();
    void showRun(std::int64_t run);  ///< its curve on the chart
    void rateWithRun(std::int64_t run);
    /// Shows the run's stored evaluation where it is of the open dataset, else has the engine evaluate.
    void evaluateRun(std::int64_t run);
    void trashRun(std::int64_t run);    ///< undoable; refused for a locked run and one at work
    void restoreRun(std::int64_t run);  ///< from the trash; undoable
    void emptyTrash();                  ///< for good
    void deleteRun(std::int64_t run);   ///< for good
    void setRunLocked(std::int64_t run, bool locked);
    /// The run's settings become those of the next training; the message offers to undo it.
    void cloneSettings(std::int64_t run);
    void setRunNote(std::int64_t run, const QString &note);
    void setExcluded(const std::vector<MemeId> &ids, bool excluded);  ///< undoable
    void rate(const QStringList &paths);                              ///< files and folders; waits for a model if none
    void rateImage(const QByteArray &encoded, const QString &name);   ///< pasted or dragged from a browser
    void clearScores();                                               ///< undoable
    void dismissMessage();
    void postMessage(const Message &message);

    /// A picture's thumbnail (fits 160 × 160 device-independent pixels): null until it is there, then
    /// thumbnailReady() is sent. Kept in a bounded cache; decoded off the GUI thread.
    QImage thumbnail(const std::filesystem::path &image);

    /// The same action as a command for a terminal ("Copy as command").
    QString commandFor(JobKind kind) const;
    QString reproduceCommand(bool seededTargets, int epochs, int seeds) const;

signals:
    void changed(dank::ui::Change change);
    void thumbnailReady(const QString &image);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

}  // namespace dank::ui
