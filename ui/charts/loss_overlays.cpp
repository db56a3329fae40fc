#include "ui/charts/loss_overlays.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/charts/number_text.h"
#include "ui/charts/plot.h"

namespace dank::ui {

namespace {

std::optional<double> lossAt(const std::vector<EpochStats> &curve, int epoch)
{
    const auto at = std::ranges::lower_bound(curve, epoch, {}, &EpochStats::epoch);
    return at != curve.end() && at->epoch == epoch ? std::optional(at->validationLoss) : std::nullopt;
}

}  // namespace

void LossExtremes::add(double loss)
{
    if (!std::isfinite(loss))
        return;
    least = anyFinite ? std::min(least, loss) : loss;
    greatest = anyFinite ? std::max(greatest, loss) : loss;
    anyFinite = true;
    if (loss <= 0)
        anyNotPositive = true;
    else
        leastPositive = leastPositive > 0 ? std::min(leastPositive, loss) : loss;
}

void LossExtremes::add(const LossExtremes &others)
{
    if (!others.anyFinite)
        return;
    add(others.least);
    add(others.greatest);
    if (others.leastPositive > 0)
        add(others.leastPositive);
}

void LossOverlays::set(std::vector<RunCurve> curves)
{
    for (QCPGraph *graph : m_graphs)
        m_plot.removeGraph(graph);
    m_graphs.clear();
    m_curves = std::move(curves);
    for (const RunCurve &curve : m_curves) {
        QCPGraph *graph = m_plot.addGraph();
        QPen pen(curve.colour, 1.6);
        pen.setStyle(curve.style);
        graph->setPen(pen);
        QVector<QCPGraphData> data;
        data.reserve(qsizetype(curve.curve.size()));
        for (const EpochStats &stats : curve.curve)
            data.append(QCPGraphData(stats.epoch, std::isfinite(stats.validationLoss)
                                                      ? stats.validationLoss
                                                      : std::numeric_limits<double>::quiet_NaN()));
        graph->data()->set(data, true);
        m_graphs.push_back(graph);
    }
    refresh();
}

void LossOverlays::setShownRun(std::int64_t run)
{
    if (m_shown == run)
        return;
    m_shown = run;
    refresh();
}

void LossOverlays::refresh()
{
    m_extremes = {};
    m_lastEpoch = 0;
    for (std::size_t i = 0; i < m_curves.size(); ++i) {
        const RunCurve &curve = m_curves[i];
        m_graphs[i]->setVisible(curve.run != m_shown);
        if (curve.run == m_shown || curve.curve.empty())
            continue;
        m_lastEpoch = std::max(m_lastEpoch, curve.curve.back().epoch);
        for (const EpochStats &stats : curve.curve)
            m_extremes.add(stats.validationLoss);
    }
}

std::vector<const RunCurve *> LossOverlays::drawn() const
{
    std::vector<const RunCurve *> list;
    for (const RunCurve &curve : m_curves)
        if (curve.run != m_shown)
            list.push_back(&curve);
    return list;
}

std::vector<std::pair<QString, double>> LossOverlays::lossesAt(int epoch) const
{
    std::vector<std::pair<QString, double>> list;
    for (const RunCurve *curve : drawn())
        if (const auto loss = lossAt(curve->curve, epoch))
            list.emplace_back(curve->name, *loss);
    return list;
}

void LossOverlays::addTo(ChartTable &table) const
{
    const auto others = drawn();
    if (others.empty())
        return;
    const qsizetype own = table.columns.size();
    for (const RunCurve *curve : others)
        table.columns.append(QStringLiteral("run_%1_validation_loss").arg(curve->run));
    int last = table.rows.empty() ? 0 : table.rows.back().first().toInt();
    for (++last; last <= lastEpoch(); ++last) {
        QStringList row{QString::number(last)};
        row.resize(own);
        table.rows.push_back(std::move(row));
    }
    for (QStringList &row : table.rows)
        for (const RunCurve *curve : others) {
            const auto loss = lossAt(curve->curve, row.first().toInt());
            row.append(exactNumber(loss));
        }
}

}  // namespace dank::ui
