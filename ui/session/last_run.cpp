#include "ui/session/last_run.h"

#include <algorithm>
#include <utility>

#include "core/backbone/own_network.h"
#include "core/store/model_file.h"

namespace dank::ui {

struct LastRun::Found {
    std::int64_t run = 0;
    std::int64_t shown = 0;                 ///< the run that was on the chart when it was looked for
    std::shared_ptr<const Dataset> opened;  ///< likewise
    std::shared_ptr<const Model> model;
    StoredEvaluation judged;
};

namespace {

/// How the run's features are asked for again; nothing where they came from a file that may be gone, or is a program.
std::optional<BackboneRequest> requestAgain(const RunRecord &record, const std::filesystem::path &library,
                                            const BackboneRequest &now)
{
    BackboneRequest request = requestOfRun(record, now);
    const std::optional<BackboneId> id = BackboneId::tryParse(record.backbone);
    if (!id || isOwnNetwork(id->network))
        return std::nullopt;
    if (request.weights.empty() || request.weights == "none")
        return request;
    if (std::filesystem::path(request.weights).parent_path() != library / "weights")
        return std::nullopt;
    request.weights.clear();  // those that are installed
    return request;
}

}  // namespace

LastRun::LastRun(const Parts &parts) : m_parts(parts)
{
    m_parts.place.react([this](const ChangeEvent &change) {
        if (change == Change::Dataset && std::exchange(m_opened, m_parts.data.opened()) != m_parts.data.opened())
            look();
        else if (change == Change::Job && m_waiting && !m_parts.jobs.status().isBusy())
            bringBack(*std::exchange(m_waiting, nullptr));
    });
}

const RunRecord *LastRun::find() const
{
    const auto &all = m_parts.runs.all();
    const auto found = std::ranges::find_if(all, [hash = m_opened->contentHash()](const RunRecord &run) {
        return run.problem.empty() && run.state == RunState::Done && !run.model.empty() && run.datasetHash == hash;
    });
    return found == all.end() ? nullptr : &*found;
}

void LastRun::look()
{
    m_waiting.reset();
    const RunRecord *const record = m_opened ? find() : nullptr;
    if (!record) {
        forget();
        return;
    }
    auto found = std::make_shared<Found>();
    found->run = record->run;
    found->shown = m_parts.chart.shown().run;
    found->opened = m_opened;
    m_parts.place.quietly(
        [found, file = record->model, folder = m_parts.place.folder()](const CancelToken &) {
            found->model = std::make_shared<const Model>(loadModel(file));
            found->judged = storedEvaluation(folder, found->run);
        },
        [this, found](const TaskResult &result) {
            if (result.outcome != TaskResult::Outcome::Finished)
                return;  // all is as it would be without the run
            if (m_parts.jobs.status().isBusy())
                m_waiting = found;
            else
                bringBack(*found);
        });
}

void LastRun::bringBack(const Found &found)
{
    const RunRecord *const record = m_parts.runs.find(found.run);
    if (!record || found.opened != m_parts.data.opened() || m_parts.chart.shown().run != found.shown)
        return;
    const Workplace::Telling telling(m_parts.place);
    if (const auto request = requestAgain(*record, m_parts.place.folder(), m_parts.features.request());
        request && m_parts.features.picks() == 0) {
        if (!m_ownRequest)
            m_ownRequest = m_parts.features.request();
        m_parts.features.takeRequest(*request);
    }
    m_parts.choices.recall(record->config);
    m_parts.runs.show(found.run, found.model.get());
    m_parts.rater.recall(found.model);
    if (found.judged.evaluation && !m_parts.evaluations.evaluation())
        m_parts.evaluations.show(found.judged.evaluation, found.judged.cross, found.model);
}

/// What another dataset's run brought along does not stay for one that has none.
void LastRun::forget()
{
    const Workplace::Telling telling(m_parts.place);
    m_parts.choices.recall(TrainConfig::automatic());
    if (m_ownRequest && m_parts.features.picks() == 0)
        m_parts.features.takeRequest(*m_ownRequest);
    m_ownRequest.reset();
}

}  // namespace dank::ui
