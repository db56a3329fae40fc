#include "ui/session/evaluations.h"

#include <utility>

#include "core/store/model_file.h"

namespace dank::ui {

StoredEvaluation storedEvaluation(const std::filesystem::path &library, std::int64_t run)
{
    StoredEvaluation stored;
    runGuarded([&] {
        const Library opened = Library::openToRead(library);
        if (auto evaluation = opened.evaluations().get(run))
            stored.evaluation = std::make_shared<const Evaluation>(std::move(*evaluation));
        if (auto cross = stored.evaluation ? opened.evaluations().crossValidation(run) : std::nullopt)
            stored.cross = std::make_shared<const CrossValidation>(std::move(*cross));
    });
    return stored;
}

Evaluations::Evaluations(Workplace &place, JobRunner &jobs, const DatasetState &data, const FeatureJobs &features,
                         const RunHistory &runs)
    : m_place(place), m_jobs(jobs), m_data(data), m_features(features), m_runs(runs)
{
    m_place.react([this](const ChangeEvent &change) {
        if (change == Change::Dataset && std::exchange(m_opened, m_data.opened()) != m_data.opened())
            show(nullptr, nullptr, nullptr);
    });
}

void Evaluations::show(std::shared_ptr<const Evaluation> evaluation, std::shared_ptr<const CrossValidation> cross,
                       std::shared_ptr<const Model> model)
{
    m_evaluation = std::move(evaluation);
    m_cross = std::move(cross);
    m_model = std::move(model);
    m_place.notify(Change::Evaluation);
}

void Evaluations::evaluate(std::int64_t run)
{
    const Workplace::Telling telling(m_place);
    const RunRecord *record = m_runs.findReadable(run);
    if (!record || !m_data.dataset() || !m_jobs.isFree(JobKind::Evaluate))
        return;
    if (record->model.empty())
        m_place.say(Message::Severity::Info, tr("Run %1 has no model yet.").arg(run));
    else
        start(*record);
}

void Evaluations::start(const RunRecord &record)
{
    const auto dataset = m_data.dataset();
    m_jobs.start({.kind = JobKind::Evaluate,
                  .verb = tr("Evaluating run %1").arg(record.run),
                  .work = [this, dataset, file = record.model, asked = requestOfRun(record, m_features.request()),
                           run = record.run, own = record.figures && record.datasetHash == dataset->contentHash(),
                           folder = m_place.folder()](JobScope &scope) -> JobPlan::Apply {
                      const auto judged = std::make_shared<const Model>(loadModel(file));
                      // One that cannot be read is computed anew; what stands beside it needs many trainings and is
                      // not.
                      StoredEvaluation found = own ? storedEvaluation(folder, run) : StoredEvaluation();
                      if (!found.evaluation)
                          found.evaluation = std::make_shared<const Evaluation>(scope.engine()->trainer().evaluate(
                              *judged, *dataset, asked, nullptr, folder, scope.context));
                      return [this, judged, found](bool) {
                          m_jobs.amend([&](JobStatus &status) {
                              status.detail = QString::fromStdString(found.evaluation->subset);
                          });
                          show(found.evaluation, found.cross, judged);
                      };
                  },
                  .retry = [this, run = record.run] { evaluate(run); }});
}

}  // namespace dank::ui
