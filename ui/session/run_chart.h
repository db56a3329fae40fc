#pragma once

#include "ui/lanes/workplace.h"

namespace dank::ui {

/// The run being trained or shown on the loss chart.
struct TrainingView {
    std::int64_t run = 0;  ///< 0: none
    TrainConfig config;
    std::vector<EpochStats> curve;
    int bestEpoch = 0;
    double meanPredictorLoss = 0;  ///< 0 while unknown
    double blendLoss = 0;          ///< of the whole head on memes out of its folds; 0: not known, or no blend
    std::vector<std::pair<int, int>> pauses;  ///< epochs at which it was paused (shaded bands)
    std::size_t trainRows = 0, validationRows = 0;
    std::string datasetName, datasetHash, backbone;
    bool live = false;
    bool untrained = false;

    int lastEpoch() const { return curve.empty() ? 0 : curve.back().epoch; }
};

/// What is on the loss chart: the run in training, or the one that the user asked to see. GUI thread only.
class RunChart {
public:
    explicit RunChart(Workplace &place);

    const TrainingView &shown() const { return m_showLive ? m_live : m_other; }
    /// The run in training, or the last one that was.
    const TrainingView &live() const { return m_live; }
    bool isLive(std::int64_t run) const { return m_live.live && m_live.run == run; }
    /// The view that there is of the run; nullptr where there is none.
    const TrainingView *viewOf(std::int64_t run) const;

    // For the history.
    void show(TrainingView run);
    void showLive();
    /// The counts of rows of the shown run, which come later.
    void setRows(std::int64_t run, std::size_t train, std::size_t validation);
    /// It is no longer to be seen: what shows it is empty.
    void forget(std::int64_t run);

    // For the training.
    void begin(TrainingView run);
    void addEpoch(const EpochStats &stats, int bestEpoch);
    void notePause(bool paused, int savedEpoch);
    void setUntrained(bool untrained) { m_live.untrained = untrained; }
    void setBlendLoss(double loss);
    void end(std::int64_t run, int bestEpoch);

private:
    Workplace &m_place;
    TrainingView m_live, m_other;
    bool m_showLive = true;
};

}  // namespace dank::ui
