#include "ui/session/run_history.h"

#include <algorithm>
#include <utility>

#include "core/backbone/backbone_id.h"
#include "core/backbone/convention.h"
#include "core/backbone/own_network.h"
#include "core/store/model_file.h"

namespace dank::ui {

BackboneRequest requestOfRun(const RunRecord &record, BackboneRequest request)
{
    const std::optional<BackboneId> id = BackboneId::tryParse(record.backbone);
    if (!id)
        return request;
    // Weights of a program are not named: the library knows whether the user allowed it.
    const bool program = isOwnNetwork(id->network);
    request.backbone = program ? record.weightsFile : id->network;
    if (id->resize != ResizeRule::Whole)  // not for asking: such a backbone takes pictures as they are
        request.resize = resizeRuleName(id->resize);
    request.precision = precisionName(id->precision);
    const Convention convention = conventionOf(id->weights);
    request.convention = convention == Convention::Torch ? "" : conventionName(convention);
    request.weights = id->isUntrained() ? "none" : program ? std::string() : record.weightsFile;
    return request;
}

class RunHistory::TrashCommand : public QUndoCommand {
public:
    TrashCommand(RunHistory &owner, std::int64_t run, bool trash) : m_owner(owner), m_run(run), m_trash(trash)
    {
        setText(trash ? tr("move run %1 to the trash").arg(run) : tr("restore run %1").arg(run));
    }
    void redo() override { apply(m_trash); }
    void undo() override { apply(!m_trash); }
    /// Gone with the command: another one may lie where it lay.
    std::weak_ptr<void> life() const { return m_life; }

private:
    void apply(bool trash)
    {
        const Workplace::Telling telling(m_owner.m_place);
        const bool done = m_owner.change([&](Library &l) { trash ? l.runs().trash(m_run) : l.runs().restore(m_run); });
        setObsolete(!done);  // the user was told why; doing it again would not help
        if (done && trash)
            m_owner.m_chart.forget(m_run);
    }

    RunHistory &m_owner;
    std::int64_t m_run;
    bool m_trash;
    std::shared_ptr<void> m_life = std::make_shared<char>();
};

const RunRecord *RunHistory::find(std::int64_t run) const
{
    const auto found = std::ranges::find(m_runs, run, &RunRecord::run);
    return run == 0 || found == m_runs.end() ? nullptr : &*found;
}

const RunRecord *RunHistory::findReadable(std::int64_t run) const
{
    const RunRecord *record = find(run);
    if (!record || record->problem.empty())
        return record;
    m_place.say(Message::Severity::Error, QString::fromStdString(record->problem));
    return nullptr;
}

void RunHistory::refresh()
{
    m_place.withLibrary([this](Library &l) {
        m_runs = l.runs().list();
        m_trashed = l.runs().list(RunStore::Which::Trashed);
    });
    m_place.notify(Change::Runs);
}

std::vector<EpochStats> RunHistory::curve(std::int64_t run) const
{
    if (const TrainingView *view = m_chart.viewOf(run))
        return view->curve;
    std::vector<EpochStats> curve;
    m_place.withLibrary([&](Library &library) { curve = library.runs().epochs(run); });
    return curve;
}

TrainingView RunHistory::viewOf(const RunRecord &record) const
{
    TrainingView view;
    view.run = record.run;
    view.config = record.config;
    view.bestEpoch = record.bestEpoch;
    view.meanPredictorLoss = record.meanPredictorLoss;
    view.datasetName = std::filesystem::path(record.dataset).parent_path().filename().string();
    view.datasetHash = record.datasetHash;
    view.backbone = record.backbone;
    view.untrained = isUntrainedBackbone(record.backbone);
    m_place.withLibrary([&](Library &l) { view.curve = l.runs().epochs(record.run); });
    return view;
}

void RunHistory::show(std::int64_t run, const Model *model)
{
    const Workplace::Telling telling(m_place);
    if (run == m_chart.live().run && run != 0) {
        m_chart.showLive();
    } else if (const RunRecord *record = findReadable(run)) {
        m_chart.show(viewOf(*record));
        if (model)
            setRows(run, *model);
        else if (!record->model.empty())
            completeView(*record);
    }
}

/// The counts of rows are in the model file only.
void RunHistory::completeView(const RunRecord &record)
{
    auto read = std::make_shared<std::optional<Model>>();
    m_place.quietly([file = record.model, read](const CancelToken &) { *read = loadModel(file); },
                    [this, run = record.run, read](const TaskResult &result) {
                        if (result.outcome == TaskResult::Outcome::Finished)  // the chart is fine without them
                            setRows(run, **read);
                    });
}

void RunHistory::setRows(std::int64_t run, const Model &model)
{
    m_chart.setRows(run, model.trainIds.size(), model.validationIds.size() + model.testIds.size());
}

bool RunHistory::refuseLive(std::int64_t run)
{
    if (m_chart.isLive(run))
        m_place.say(Message::Severity::Info, tr("Run %1 is being trained. Stop and discard it instead.").arg(run));
    return m_chart.isLive(run);
}

bool RunHistory::change(const std::function<void(Library &)> &work)
{
    const Workplace::Telling telling(m_place);
    const bool done = m_place.withLibrary(work);
    refresh();
    return done;
}

void RunHistory::trash(std::int64_t run)
{
    const Workplace::Telling telling(m_place);
    if (!find(run) || refuseLive(run))
        return;
    auto *command = new TrashCommand(*this, run, true);
    const auto life = command->life();
    m_place.undo().push(command);
    if (find(run))
        return;  // refused
    m_place.say(Message::Severity::Info, tr("Run %1 is in the trash, where it is kept for 30 days.").arg(run),
                tr("Undo"), [this, run, command, life] {
                    QUndoStack &undo = m_place.undo();
                    const int at = undo.index();
                    if (!life.expired() && at > 0 && undo.command(at - 1) == command)
                        undo.undo();
                    else
                        restore(run);
                });
}

void RunHistory::restore(std::int64_t run)
{
    const Workplace::Telling telling(m_place);
    if (std::ranges::find(m_trashed, run, &RunRecord::run) != m_trashed.end())
        m_place.undo().push(new TrashCommand(*this, run, false));
}

void RunHistory::emptyTrash()
{
    change([](Library &library) { library.runs().purgeTrash(std::chrono::seconds(0)); });
}

void RunHistory::purgeTrash()
{
    if (!m_trashed.empty())
        change([](Library &library) { library.runs().purgeTrash(); });
}

void RunHistory::remove(std::int64_t run)
{
    const Workplace::Telling telling(m_place);
    if (!refuseLive(run) && change([run](Library &library) { library.runs().remove(run); }))
        m_chart.forget(run);
}

void RunHistory::setLocked(std::int64_t run, bool locked)
{
    change([&](Library &library) { library.runs().setLocked(run, locked); });
}

void RunHistory::setNote(std::int64_t run, const QString &note)
{
    change([&](Library &library) { library.runs().setNote(run, note.toStdString()); });
}

}  // namespace dank::ui
