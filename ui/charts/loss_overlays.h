#pragma once

#include <QColor>
#include <QString>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/learn/train_config.h"

class QCustomPlot;
class QCPGraph;

namespace dank::ui {

struct ChartTable;

/// The extremes of the finite losses added.
struct LossExtremes {
    double least = 0, greatest = 0, leastPositive = 0;  ///< 0 while there is none
    bool anyFinite = false, anyNotPositive = false;

    void add(double loss);
    void add(const LossExtremes &others);
};

/// Another run's validation loss beside the shown run's: colour and pattern, and the name that the legend tells.
struct RunCurve {
    std::int64_t run = 0;
    QString name;  ///< "run 5"
    QColor colour;
    Qt::PenStyle style = Qt::SolidLine;
    std::vector<EpochStats> curve;  ///< by ascending epoch
};

/// The graphs of other runs on a loss chart. The plot must outlive it.
class LossOverlays {
public:
    explicit LossOverlays(QCustomPlot &plot) : m_plot(plot) {}

    void set(std::vector<RunCurve> curves);
    /// That run is drawn by the chart itself.
    void setShownRun(std::int64_t run);

    std::vector<const RunCurve *> drawn() const;
    const LossExtremes &extremes() const { return m_extremes; }
    int lastEpoch() const { return m_lastEpoch; }
    /// Names and validation losses of those that have this epoch.
    std::vector<std::pair<QString, double>> lossesAt(int epoch) const;
    /// A column for each, in the C locale; rows for epochs that the table lacks.
    void addTo(ChartTable &table) const;

private:
    void refresh();

    QCustomPlot &m_plot;
    std::vector<RunCurve> m_curves;
    std::vector<QCPGraph *> m_graphs;  ///< beside m_curves
    std::int64_t m_shown = 0;
    LossExtremes m_extremes;  ///< of those drawn
    int m_lastEpoch = 0;
};

}  // namespace dank::ui
