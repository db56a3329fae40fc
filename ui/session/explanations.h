#pragma once

#include "core/explain/explanation.h"
#include "ui/session/feature_jobs.h"

namespace dank::ui {

/// A meme whose score is to be explained.
struct ExplainOrder {
    std::filesystem::path picture;
    QByteArray encoded;  ///< of a pasted picture, which has no file
    QString name;        ///< shown
    QString caption;
    std::shared_ptr<const Model> model;
};

/// The explanation at work, or the last one that ended.
struct ExplanationJob : SideJob {
    ExplainMethod method = ExplainMethod::Occlusion;
    std::size_t done = 0, total = 0;         ///< pictures looked at
    std::shared_ptr<const Explanation> map;  ///< as far as it has come; null at first
};

/// Explains one score after another on a lane of its own, since a map takes seconds in which rating has to stay quick.
/// GUI thread only.
class Explanations {
public:
    Explanations(Workplace &place, EngineDoor &engine, const FeatureJobs &features);

    const ExplanationJob &job() const { return m_job; }
    /// Ends the one at work and begins this. Occlusion shows Grad-CAM's map first, where the network has one.
    void explain(const ExplainOrder &order, ExplainMethod method);
    void cancel();
    /// Writes a map as PNG or SVG; a failure becomes a message.
    void save(std::shared_ptr<const Explanation> map, const std::filesystem::path &file);
    void end();

private:
    struct OpenSession;
    void came(std::uint64_t number, std::shared_ptr<const Explanation> map);
    void ended(std::uint64_t number, const TaskResult &result);

    Workplace &m_place;
    EngineDoor &m_engine;
    const FeatureJobs &m_features;
    ExplanationJob m_job;
    std::uint64_t m_number = 0;           ///< of the one at work: what an earlier one still sends is passed over
    std::shared_ptr<OpenSession> m_open;  ///< its lane only
    Lane m_lane;                          ///< outlives its tasks
    std::vector<std::unique_ptr<Task>> m_tasks;
};

}  // namespace dank::ui
