#pragma once

#include "core/learn/target_preview.h"
#include "ui/session/feature_jobs.h"
#include "ui/session/run_history.h"

namespace dank::ui {

/// The settings of the next training, and what they would make of the dataset: worked out on a lane of its own, since a
/// side file may be large and slow.
class TrainChoices {
    Q_DECLARE_TR_FUNCTIONS(TrainChoices)
public:
    TrainChoices(Workplace &place, JobRunner &jobs, const DatasetState &data, const FeatureJobs &features,
                 const RunHistory &runs);

    const TrainConfig &config() const { return m_config; }
    /// What the settings would make of the dataset; null while none is known. It may be behind the settings: it says
    /// itself which ones it is about.
    std::shared_ptr<const TargetPreview> preview() const { return m_preview; }
    /// How the dataset's memes can be grouped; empty until that is counted.
    const std::vector<GroupChoice> &groups() const { return m_groups; }
    /// Which labels it could learn in place of upvotes; empty until that is counted.
    const std::vector<LabelChoice> &labels() const { return m_labels; }
    /// Why nothing can be trained with them, a whole sentence; empty: it can.
    QString hindrance() const;

    void setConfig(const TrainConfig &config);  ///< undoable
    /// Settings of earlier, unless the user has changed what there is; nothing to undo.
    void recall(const TrainConfig &config);
    /// Why the fields of the settings cannot be used as they stand, a whole sentence; a training then says so instead
    /// of training with the last settings that could. Empty: they can.
    void setProblem(const QString &problem) { m_problem = problem; }
    /// The run's settings become those of the next training; the message offers to undo it.
    void clone(std::int64_t run);
    void end();

private:
    class SettingsCommand;
    void lookAtTarget();
    void lookAtGroups();
    void learnWhatThereIs(const Dataset &dataset);
    QString featureWords(const BackboneRequest &request) const;

    Workplace &m_place;
    JobRunner &m_jobs;
    const DatasetState &m_data;
    const FeatureJobs &m_features;
    const RunHistory &m_runs;
    TrainConfig m_config = TrainConfig::automatic();
    TrainConfig m_untouched = TrainConfig::automatic();  ///< as they were before the user's first change
    QString m_problem;
    std::shared_ptr<const TargetPreview> m_preview;
    std::vector<GroupChoice> m_groups;
    std::vector<LabelChoice> m_labels;
    std::optional<std::string> m_labelFound;    ///< chosen by the dataset, not by the user
    std::shared_ptr<const Dataset> m_groupsOf;  ///< whose groups are or will be in m_groups
    bool m_targetStale = false;                 ///< the settings have changed since m_targetTask began
    CancelToken m_groupsCancel;
    Lane m_lane;  ///< outlives its task
    std::unique_ptr<Task> m_targetTask;
};

}  // namespace dank::ui
