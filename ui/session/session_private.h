#pragma once

// What the files of the Session share; nobody else includes this.

#include <QElapsedTimer>
#include <QUndoStack>

#include <map>
#include <set>

#include "ui/session/actions.h"
#include "ui/session/engine_slot.h"
#include "ui/session/lane.h"
#include "ui/session/mailbox.h"
#include "ui/session/session.h"
#include "ui/session/task.h"
#include "ui/session/thumbnails.h"

namespace dank::ui {

/// What a batch job's work gets to see. Used on the lane's thread only.
struct JobScope {
    JobContext context;
    /// Runs on the GUI thread, unless the job was cancelled or replaced by then.
    std::function<void(std::function<void()>)> post;
    /// Waits for the engine. Throws Cancelled or Error{Engine}.
    std::function<std::shared_ptr<Engine>()> engine;
};

/// Shared between the GUI thread and a training's thread.
struct TrainingLink {
    TrainingControl control;
    std::atomic_bool started{false};  ///< the run is recorded: from here a stop can keep something
    bool resumed = false;             ///< goes on with a run, whose backbone is settled
};

struct Session::Private {
    struct Job {
        std::uint64_t number = 0;
        JobKind kind = JobKind::None;
        bool muted = false;           ///< cancelled: what still arrives from it is dropped
        bool discard = false;         ///< of a training: the user wants no trace of it
        std::function<void()> retry;  ///< what was asked, to ask again
        std::shared_ptr<TrainingLink> training;
        std::unique_ptr<Task> task;
    };

    /// What a job's work leaves behind: run on the GUI thread when the job finished.
    using Apply = std::function<void(const Job &)>;

    /// Collects changes and sends them, each once, when the outermost one ends.
    class Telling {
    public:
        explicit Telling(Private &d) : m_d(d) { ++m_d.depth; }
        ~Telling()
        {
            if (--m_d.depth == 0)
                m_d.flush();
        }
        Telling(const Telling &) = delete;
        Telling &operator=(const Telling &) = delete;

    private:
        Private &m_d;
    };
    class ExcludeCommand;
    class ClearCommand;
    class TrashCommand;
    class SettingsCommand;

    Private(Session &session, const Options &opts);
    ~Private();

    // session.cpp
    void notify(Change change);
    void flush();
    Facts facts() const;
    bool withLibrary(const std::function<void(Library &)> &work);
    void say(Message::Severity severity, const QString &text, const QString &actionText = {},
             std::function<void()> action = {});
    void openEngineOnLane();
    void engineReady(const EngineInfo &info);
    void refreshRuns();
    const RunRecord *findRun(std::int64_t run) const;
    bool refuseWhileLocked(const QString &what);
    void pushSettings(const TrainConfig &next);  ///< session_undo.cpp

    // session_jobs.cpp
    void startJob(JobKind kind, const QString &verb, std::function<Apply(JobScope &)> work,
                  std::function<void()> retry = {}, std::shared_ptr<TrainingLink> training = {});
    void jobEnded(std::uint64_t number, const TaskResult &result, const Apply &apply);
    void jobFailed(Job &ended, const TaskResult &result);
    void cancelJob();
    void setProgress(std::size_t done, std::size_t total, const QString &detail);
    void showStage(const Progress &progress);
    void load(JobKind kind, const QString &dbJson);
    void applyDataset(std::shared_ptr<const Dataset> loaded);
    void rebuildDataset();
    void onExtract(const ExtractEvent &event);
    void refreshBackbones();
    void refreshFeatures();
    void resetFeatures();
    bool isFree(JobKind wanted);
    bool featuresComplete() const;
    bool featuresCoverDataset() const;

    // session_weights.cpp
    void startWeights(WeightsJob job, std::function<void(const DownloadObserver &, const JobContext &)> work);
    void weightsProgress(const std::string &stage, const DownloadProgress &progress);
    void weightsEnded(const TaskResult &result, int picksBefore);
    void weightsInstalled(int picksBefore);
    void takeRequest(const BackboneRequest &wanted);
    void settleDefault();
    const BackboneStatus *classic() const;

    // session_training.cpp
    void startTraining(std::int64_t resumed);
    TrainingObserver observerFor(const JobScope &scope, const std::shared_ptr<TrainingLink> &link);
    std::function<void(const Progress &)> otherStages(const JobScope &scope);
    void trainingStarted(std::int64_t run, const TrainConfig &used, double meanLoss, std::size_t trainRows,
                         std::size_t validationRows);
    void trainingEpoch(const EpochStats &stats, int bestEpoch);
    void trainingPaused(bool paused, int savedEpoch);
    void comparing(const QString &detail);
    void crossValidating(const CrossValidationStep &step);
    void beginJudging();
    void trainingSnapshot(std::shared_ptr<const Model> taken);
    void trainingFinished(const Job &ended, const TrainReport &report, bool resumed);
    void trainingAbandoned();
    void trainingBroke();

    // session_runs.cpp
    TrainingView viewOfRun(const RunRecord &record);
    void completeView(std::int64_t run, const std::string &modelFile);
    void evaluateOnLane(const RunRecord &record);
    void runGone(std::int64_t run);

    // session_preview.cpp
    void lookAtTarget();
    void lookAtGroups();

    // session_reproduce.cpp
    void reproductionEnded(const TaskResult &result, std::shared_ptr<const Reproduction> what);

    // session_device.cpp
    void deviceCheckEnded(const TaskResult &result, std::shared_ptr<const BenchReport> measured);

    // session_rating.cpp
    void setModel(std::shared_ptr<const Model> model, bool pin);
    void loadModelOnLane(const std::filesystem::path &file, bool recent);
    void addItem(RatedItem item, const QByteArray &encoded = {});
    std::optional<std::size_t> indexOf(std::uint64_t id) const;
    void pumpRating();
    void itemRated(std::uint64_t id, const TaskResult &result, const Score &score, const QImage &thumbnail,
                   const std::shared_ptr<const Model> &by, bool live);
    void ratingBlocked(const std::shared_ptr<const Model> &by, const TaskResult &result);
    void quietly(std::function<void(const CancelToken &)> work, std::function<void(const TaskResult &)> ended);

    Session &q;
    Options options;
    std::filesystem::path folder;

    // Ways between threads: the mailbox outlives the lanes, the lanes outlive their tasks.
    Mailbox mailbox;
    EngineSlot engine;
    Lane batch;
    Lane interactive;
    Lane shelf;    ///< downloads and installations of weights, nothing else
    Lane looking;  ///< previews of what would be learnt
    Lane study;    ///< the paper's loop, the device's self-test
    Thumbnails thumbnails;
    CancelToken ending;  ///< set when the session goes away

    std::optional<Library> library;
    bool engineAsked = false, engineFailed = false;
    QString device;
    std::optional<EngineInfo> engineInfo;
    std::optional<Message> message;
    QUndoStack undo;

    // Batch lane.
    std::unique_ptr<Job> current;
    std::vector<std::unique_ptr<Job>> retired;  ///< cancelled, still winding down
    std::uint64_t lastNumber = 0;
    JobStatus status;
    QElapsedTimer jobClock, stageClock;
    std::string_view stage;            ///< the one that showStage() told of last
    std::unique_ptr<Task> statusTask;  ///< asks the engine about backbones
    bool statusStale = false;
    std::unique_ptr<Task> featureTask;  ///< reads features that are all stored

    // Weights.
    WeightsJob weights;
    std::unique_ptr<Task> weightsTask;
    std::function<void()> weightsRetry;
    int picks = 0;  ///< how often the user chose a backbone by hand

    // Dataset and features.
    std::shared_ptr<const Dataset> base, dataset;  ///< base: nothing set aside by the user
    std::set<MemeId> excluded;
    std::vector<BackboneStatus> backbones;
    std::shared_ptr<const ExtractReport> features;
    ExtractEvent extraction;
    std::vector<MemeId> arrivals;
    bool featuresFailed = false;

    // Settings.
    BackboneRequest request;
    TrainConfig config;
    QString trainProblem;
    std::unique_ptr<Task> targetTask;
    CancelToken groupsCancel;
    bool targetStale = false;                 ///< the settings have changed since targetTask began
    std::shared_ptr<const Dataset> groupsOf;  ///< whose groups are or will be in `choices`
    std::shared_ptr<const TargetPreview> preview;
    std::vector<GroupChoice> choices;

    // The paper's loop.
    ReproductionJob reproduction;
    std::unique_ptr<Task> reproductionTask;
    QElapsedTimer reproductionClock;

    // The device.
    DeviceCheck deviceCheck;
    std::unique_ptr<Task> deviceTask;

    // Training.
    TrainingView live, shown;
    bool showLive = true;
    bool trainingFailed = false;
    QElapsedTimer epochClock;  ///< since training proper began, or went on after a pause
    int epochsAtClock = 0;
    QElapsedTimer crossClock;  ///< since the first step of the cross-validation
    std::shared_ptr<const Model> snapshot, modelBefore;
    bool pinnedDuring = false;  ///< the user picked a model since the training began
    std::vector<RunRecord> runs, trashed;
    std::shared_ptr<const Evaluation> evaluation;
    std::shared_ptr<const CrossValidation> crossValidation;
    std::shared_ptr<const Model> evaluatedModel;

    // Rating.
    std::shared_ptr<const Model> model;
    bool pinned = false;             ///< the user picked the model: snapshots leave it alone
    std::uint64_t modelRequest = 0;  ///< only the latest asked-for model is taken
    std::vector<RatedItem> items;
    std::vector<std::uint64_t> itemIds;          ///< beside items
    std::map<std::uint64_t, QByteArray> pasted;  ///< encoded pictures without a file
    std::set<std::uint64_t> inFlight;
    std::uint64_t lastItem = 0;
    CancelToken rating;
    std::shared_ptr<const Model> blockedModel;  ///< could not be opened for rating
    struct OpenRating {                         ///< interactive lane only
        std::shared_ptr<const Model> model;
        std::shared_ptr<RatingSession> session;
        std::shared_ptr<const Model> failedModel;  ///< could not be opened with failedWeights: not tried again
        std::string failedWeights;
        TaskResult failure;

        void take(Engine &with, const std::shared_ptr<const Model> &by, const std::string &chosenWeights,
                  const std::string &wantedDevice, const std::filesystem::path &library);
    };
    std::shared_ptr<OpenRating> openRating;

    // Telling.
    std::vector<Change> pending;
    int depth = 0;
    Actions actions;
};

/// "1,204" in the user's locale.
QString number(std::size_t value);

/// Whether a time left is likely to hold: after 3 s and 5 % of the way.
bool isStable(qint64 elapsedMs, std::size_t done, std::size_t total);

}  // namespace dank::ui
