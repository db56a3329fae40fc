#include "ui/session/run_chart.h"

#include <utility>

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the list of constants that TrainConfig begins with for memory that nobody has written.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace dank::ui {

RunChart::RunChart(Workplace &place) : m_place(place) {}

const TrainingView *RunChart::viewOf(std::int64_t run) const
{
    for (const TrainingView *view : {&m_live, &m_other})
        if (run != 0 && view->run == run)
            return view;
    return nullptr;
}

void RunChart::show(TrainingView run)
{
    m_other = std::move(run);
    m_showLive = false;
    m_place.notify(Change::Training);
    m_place.notify(Change::Epochs);
}

void RunChart::showLive()
{
    m_showLive = true;
    m_place.notify(Change::Training);
    m_place.notify(Change::Epochs);
}

void RunChart::setRows(std::int64_t run, std::size_t train, std::size_t validation)
{
    if (m_other.run != run)
        return;
    m_other.trainRows = train;
    m_other.validationRows = validation;
    m_place.notify(Change::Training);
}

void RunChart::forget(std::int64_t run)
{
    if (m_live.run == run)
        m_live = {};
    if (m_other.run == run) {
        m_other = {};
        m_showLive = true;
    }
    m_place.notify(Change::Training);
    m_place.notify(Change::Epochs);
}

void RunChart::begin(TrainingView run)
{
    m_live = std::move(run);
    m_live.live = true;
    showLive();
}

void RunChart::addEpoch(const EpochStats &stats, int bestEpoch)
{
    while (m_live.lastEpoch() >= stats.epoch)
        m_live.curve.pop_back();
    m_live.curve.push_back(stats);
    m_live.bestEpoch = bestEpoch;
    if (m_showLive)
        m_place.notify(Change::Epochs);
}

void RunChart::notePause(bool paused, int savedEpoch)
{
    if (paused)
        m_live.pauses.emplace_back(savedEpoch, savedEpoch);
    else if (!m_live.pauses.empty())
        m_live.pauses.back().second = savedEpoch;
    m_place.notify(Change::Training);
}

void RunChart::setBlendLoss(double loss)
{
    m_live.blendLoss = loss;
    m_place.notify(Change::Training);
}

void RunChart::end(std::int64_t run, int bestEpoch)
{
    m_live.live = false;
    m_live.run = run;
    m_live.bestEpoch = bestEpoch;
    m_place.notify(Change::Training);
}

}  // namespace dank::ui
