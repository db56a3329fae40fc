#pragma once

#include "ui/session/dataset_state.h"

namespace dank::ui {

/// Which features are asked for, what is known about the backbones, and the extraction. Works on the batch lane.
class FeatureJobs {
    Q_DECLARE_TR_FUNCTIONS(FeatureJobs)
public:
    FeatureJobs(Workplace &place, EngineDoor &engine, JobRunner &jobs, const DatasetState &data);

    const std::vector<BackboneStatus> &statuses() const { return m_statuses; }
    /// The status that the request is about; nullptr while none is known or the request names a file.
    const BackboneStatus *requested() const;
    /// A backbone's name for people; of an unknown one, the id.
    QString titleOf(const std::string &backbone) const;
    const BackboneRequest &request() const { return m_request; }
    /// The features of the dataset as requested; null until they are extracted.
    std::shared_ptr<const FeatureSummary> summary() const { return m_summary; }
    bool areComplete() const;  ///< extracted, or all stored
    bool hasFailed() const { return m_failed; }
    const ExtractEvent &extraction() const { return m_extraction; }     ///< live figures of the current or last one
    const std::vector<MemeId> &arrivals() const { return m_arrivals; }  ///< newest last, at most 40

    void setRequest(const BackboneRequest &request);
    void extract();

    // For the other parts.
    /// Takes a request that the user has not chosen by hand.
    void takeRequest(const BackboneRequest &wanted);
    /// How often the user chose a backbone by hand.
    int picks() const { return m_picks; }
    void refreshStatuses();
    /// Forgets what was extracted: the next extraction makes other features.
    void reset();
    /// Of the last extraction: a training begins, and extracts first what is missing.
    void forgetProgress();
    void onExtract(const ExtractEvent &event);
    /// It failed before it trained.
    void setFailed() { m_failed = true; }
    /// The features that a training of `of` has made as `asked`.
    void takeSummary(const FeatureSummary &made, const std::shared_ptr<const Dataset> &of,
                     const BackboneRequest &asked);
    /// Where weights are missing, has a message offer what needs none; else false.
    bool offerClassic(const TaskResult &failure, std::function<void()> retry);
    /// For DatasetState::openSample(): what needs nothing stands in where weights are missing, so that a first result
    /// rests on something real.
    DatasetState::SampleQuestion standInForSample();
    void end();

private:
    const BackboneStatus *classic() const;
    void takeDataset();
    void dropUncovered();
    void settleDefault();

    Workplace &m_place;
    EngineDoor &m_engine;
    JobRunner &m_jobs;
    const DatasetState &m_data;
    std::shared_ptr<const Dataset> m_opened, m_dataset;  ///< that all of this is about
    std::vector<BackboneStatus> m_statuses;
    BackboneRequest m_request;
    int m_picks = 0;
    std::shared_ptr<const FeatureSummary> m_summary;
    std::shared_ptr<const Dataset> m_summaryOf;
    ExtractEvent m_extraction;
    std::vector<MemeId> m_arrivals;
    bool m_failed = false;
    bool m_statusStale = false;
    std::unique_ptr<Task> m_statusTask;  ///< asks the engine about backbones
};

}  // namespace dank::ui
