#pragma once

#include "core/evaluate/cross_validation.h"
#include "core/evaluate/evaluation.h"
#include "ui/session/feature_jobs.h"
#include "ui/session/run_history.h"

namespace dank::ui {

/// What the library keeps of a run's judging. Null where there is none, or where it cannot be read.
struct StoredEvaluation {
    std::shared_ptr<const Evaluation> evaluation;
    std::shared_ptr<const CrossValidation> cross;
};
/// Opens the library of that folder by itself: for any thread. Throws nothing.
StoredEvaluation storedEvaluation(const std::filesystem::path &library, std::int64_t run);

/// The evaluation that is shown. Computes on the batch lane what the library does not have.
class Evaluations {
    Q_DECLARE_TR_FUNCTIONS(Evaluations)
public:
    Evaluations(Workplace &place, JobRunner &jobs, const DatasetState &data, const FeatureJobs &features,
                const RunHistory &runs);

    std::shared_ptr<const Evaluation> evaluation() const { return m_evaluation; }
    std::shared_ptr<const CrossValidation> crossValidation() const { return m_cross; }  ///< null where there is none
    std::shared_ptr<const Model> model() const { return m_model; }                      ///< that it judges

    /// Shows the run's stored evaluation where it is of the open dataset, else has the engine evaluate.
    void evaluate(std::int64_t run);
    void show(std::shared_ptr<const Evaluation> evaluation, std::shared_ptr<const CrossValidation> cross,
              std::shared_ptr<const Model> model);

private:
    void start(const RunRecord &record);

    Workplace &m_place;
    JobRunner &m_jobs;
    const DatasetState &m_data;
    const FeatureJobs &m_features;
    const RunHistory &m_runs;
    std::shared_ptr<const Dataset> m_opened;  ///< whose evaluation it is
    std::shared_ptr<const Evaluation> m_evaluation;
    std::shared_ptr<const CrossValidation> m_cross;
    std::shared_ptr<const Model> m_model;
};

}  // namespace dank::ui
