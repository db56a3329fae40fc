#include "ui/session/session.h"

#include <QLocale>
#include <QTimer>

#include <algorithm>
#include <thread>
#include <utility>

#include "core/engine/loader.h"
#include "ui/session/session_private.h"

namespace dank::ui {

QString number(std::size_t value)
{
    return QLocale().toString(static_cast<qulonglong>(value));
}

Session::Private::Private(Session &session, const Options &opts)
    : q(session), options(opts), folder(opts.library.empty() ? Library::defaultFolder() : opts.library),
      mailbox([this](const Mailbox::Item &runAll) {
          const Telling telling(*this);
          runAll();
      }),
      thumbnails(interactive, mailbox, engine, [this](const QString &image) { emit q.thumbnailReady(image); }),
      device(Session::tr("engine starting…")), openRating(std::make_shared<OpenRating>())
{
}

Session::Private::~Private()
{
    // Ask everything to end before waiting for anything.
    ending.cancel();
    rating.cancel();
    groupsCancel.cancel();
    interactive.clearLow();
    const auto end = [](Job &job) {
        // Closing the window is no reason to lose a training.
        if (job.training && job.training->started && !job.discard)
            job.training->control.stopAndKeep();
        else
            job.task->cancel();
    };
    for (const auto &job : retired)
        end(*job);
    if (current)
        end(*current);
    for (Task *task : {statusTask.get(), featureTask.get(), weightsTask.get(), targetTask.get(), reproductionTask.get(),
                       deviceTask.get()})
        if (task)
            task->cancel();
    if (current && current->training && current->training->started && !current->discard)
        current->task->join();
}

// ---- Telling ----

void Session::Private::notify(Change change)
{
    if (std::find(pending.begin(), pending.end(), change) == pending.end())
        pending.push_back(change);
    if (depth == 0)
        flush();
}

void Session::Private::flush()
{
    if (pending.empty())
        return;
    const auto pendingHas = [this](Change change) {
        return std::find(pending.begin(), pending.end(), change) != pending.end();
    };
    ++depth;  // what these have to tell goes out with the rest
    if (pendingHas(Change::Dataset))
        lookAtGroups();
    if (pendingHas(Change::Dataset) || pendingHas(Change::Settings))
        lookAtTarget();
    --depth;
    const Actions now = actionsFor(facts());
    if (!sameActions(now, actions)) {
        actions = now;
        if (!pendingHas(Change::Job))
            pending.push_back(Change::Job);
    }
    for (const Change change : std::exchange(pending, {}))
        emit q.changed(change);
}

Facts Session::Private::facts() const
{
    Facts f;
    f.job = status.kind;
    f.state = status.state;
    f.trainingStarted = current && current->training && live.live;
    f.judging = status.judging;
    f.engineFailed = engineFailed;
    f.dataset = dataset != nullptr;
    f.usable = dataset ? dataset->records().size() : 0;
    f.features = featuresComplete();
    f.untrained = features ? features->untrained : request.weights == "none";
    f.featuresFailed = featuresFailed;
    f.curve = !(showLive ? live : shown).curve.empty();
    f.trainingFailed = trainingFailed;
    f.model = model != nullptr;
    f.modelBlocked = model && model == blockedModel;
    f.modelHasRun = model && findRun(model->run);
    f.evaluation = evaluation != nullptr;
    f.convincing = evaluation && evaluation->verdict.kind == VerdictKind::LearnedSomething;
    f.cards = items.size();
    for (const RatedItem &item : items) {
        f.scored += item.state == RatedItem::State::Scored;
        f.waiting += item.state == RatedItem::State::Waiting;
    }
    return f;
}

void Session::Private::say(Message::Severity severity, const QString &text, const QString &actionText,
                           std::function<void()> action)
{
    Message said{severity, text, actionText, {}};
    if (action)
        said.action = [this, action = std::move(action)] {
            // Dismissing destroys this very function: go on with copies.
            const auto fix = action;
            q.dismissMessage();
            fix();
        };
    message = std::move(said);
    notify(Change::Message);
}

// ---- Library and engine ----

bool Session::Private::withLibrary(const std::function<void(Library &)> &work)
{
    if (!library)
        return false;
    const TaskResult result = runGuarded([&] { work(*library); });
    if (result.outcome == TaskResult::Outcome::Failed)
        say(Message::Severity::Error, QString::fromStdString(result.text));
    return result.outcome == TaskResult::Outcome::Finished;
}

void Session::Private::refreshRuns()
{
    withLibrary([this](Library &l) {
        runs = l.runs();
        trashed = l.runs(Library::Which::Trashed);
    });
    notify(Change::Runs);
}

const RunRecord *Session::Private::findRun(std::int64_t run) const
{
    const auto found = std::find_if(runs.begin(), runs.end(), [run](const RunRecord &r) { return r.run == run; });
    return run == 0 || found == runs.end() ? nullptr : &*found;
}

void Session::Private::openEngineOnLane()
{
    if (std::exchange(engineAsked, true))
        return;
    interactive.post([this, given = options.engine, threads = options.threads] {
        EngineInfo info;
        const TaskResult result = runGuarded([&] {
            auto opened = given ? given : openEngine({.threads = threads});
            info = opened->machine().info();
            engine.set(std::move(opened));
        });
        if (result.outcome == TaskResult::Outcome::Failed)
            engine.fail(result.text);
        mailbox.post([this, info, result] {
            if (result.outcome == TaskResult::Outcome::Finished) {
                engineReady(info);
                return;
            }
            engineFailed = true;
            device = Session::tr("no engine");
            notify(Change::Engine);
            say(Message::Severity::Error, Session::tr("%1 Datasets and runs can be browsed; nothing can be computed.")
                                              .arg(QString::fromStdString(result.text)));
        });
    });
}

void Session::Private::engineReady(const EngineInfo &info)
{
    engineInfo = info;
    if (info.autoDevice.empty() || info.autoDevice == "cpu") {
        const int threads =
            options.threads > 0 ? options.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
        device = Session::tr("CPU · %n thread(s)", nullptr, threads);
        device.replace(QStringLiteral("thread(s)"),
                       threads == 1 ? QStringLiteral("thread") : QStringLiteral("threads"));
    } else {
        device = QString::fromStdString(info.autoDevice);
        for (const auto &[name, description] : info.devices)
            if (name == info.autoDevice && !description.empty())
                device = QString::fromStdString(description);
    }
    thumbnails.start();
    notify(Change::Engine);
    refreshBackbones();
    pumpRating();
}

bool Session::Private::refuseWhileLocked(const QString &what)
{
    const bool locked = current && (current->kind == JobKind::Train || current->kind == JobKind::Extract);
    if (locked)
        say(Message::Severity::Info,
            current->kind == JobKind::Train
                ? Session::tr("%1 cannot change while training. Stop the training first.").arg(what)
                : Session::tr("%1 cannot change while features are extracted. Stop the extraction first.").arg(what));
    return locked;
}

// ---- Session ----

Session::Session(const Options &options, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(*this, options))
{
    const TaskResult opened = runGuarded([this] {
        d->library.emplace(Library::open(d->folder));
        d->runs = d->library->runs();
        d->trashed = d->library->runs(Library::Which::Trashed);
    });
    d->actions = actionsFor(d->facts());
    if (opened.outcome == TaskResult::Outcome::Failed)
        d->say(Message::Severity::Error,
               tr("%1 Datasets can be browsed, but nothing will be kept.").arg(QString::fromStdString(opened.text)));
    if (!d->trashed.empty() && d->withLibrary([](Library &library) { library.purgeTrash(); }))
        d->refreshRuns();
    if (!options.engineWaits)
        QTimer::singleShot(0, this, [this] { startEngine(); });
}

Session::~Session() = default;

void Session::startEngine()
{
    d->openEngineOnLane();
}

std::shared_ptr<const Dataset> Session::dataset() const
{
    return d->dataset;
}
const std::vector<BackboneStatus> &Session::backbones() const
{
    return d->backbones;
}
std::shared_ptr<const ExtractReport> Session::features() const
{
    return d->features;
}
const ExtractEvent &Session::extraction() const
{
    return d->extraction;
}
const std::vector<MemeId> &Session::arrivals() const
{
    return d->arrivals;
}
const TrainingView &Session::training() const
{
    return d->showLive ? d->live : d->shown;
}
const std::vector<RunRecord> &Session::runs() const
{
    return d->runs;
}
const std::vector<RunRecord> &Session::trashedRuns() const
{
    return d->trashed;
}
std::shared_ptr<const Model> Session::ratingModel() const
{
    return d->model;
}
std::shared_ptr<const Evaluation> Session::evaluation() const
{
    return d->evaluation;
}
std::shared_ptr<const CrossValidation> Session::crossValidation() const
{
    return d->crossValidation;
}
std::shared_ptr<const Model> Session::evaluatedModel() const
{
    return d->evaluatedModel;
}
const std::vector<RatedItem> &Session::scores() const
{
    return d->items;
}
const JobStatus &Session::job() const
{
    return d->status;
}
const Actions &Session::actions() const
{
    return d->actions;
}
PageState Session::pageState(Page page) const
{
    return pageStateFor(page, d->facts());
}
const BackboneRequest &Session::request() const
{
    return d->request;
}
const TrainConfig &Session::trainConfig() const
{
    return d->config;
}
QString Session::deviceText() const
{
    return d->device;
}
const std::optional<Message> &Session::message() const
{
    return d->message;
}
QUndoStack *Session::undoStack()
{
    return &d->undo;
}
std::filesystem::path Session::libraryFolder() const
{
    return d->folder;
}
QImage Session::thumbnail(const std::filesystem::path &image)
{
    return d->thumbnails.get(image);
}

QStringList Session::recentDatasets() const
{
    QStringList recent;
    d->withLibrary([&](Library &library) {
        for (const std::string &path : library.recents("dataset"))
            recent << toQString(path);
    });
    return recent;
}

void Session::setRequest(const BackboneRequest &request)
{
    if (request == d->request)
        return;
    const Private::Telling telling(*d);
    if (d->refuseWhileLocked(tr("The feature network"))) {
        d->notify(Change::Settings);  // so that controls show what holds again
        return;
    }
    if (request.backbone != d->request.backbone || request.weights != d->request.weights)
        ++d->picks;
    d->takeRequest(request);
}

void Session::setTrainConfig(const TrainConfig &config)
{
    if (config == d->config)
        return;
    const Private::Telling telling(*d);
    if (d->current && d->current->kind == JobKind::Train) {
        d->refuseWhileLocked(tr("Settings"));
        d->notify(Change::Settings);
    } else {
        d->pushSettings(config);
    }
}

void Session::setTrainProblem(const QString &problem)
{
    d->trainProblem = problem;
}

void Session::dismissMessage()
{
    if (!d->message)
        return;
    d->message.reset();
    d->notify(Change::Message);
}

void Session::postMessage(const Message &message)
{
    d->say(message.severity, message.text, message.actionText, message.action);
}

}  // namespace dank::ui
