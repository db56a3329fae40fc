#include "ui/session/session.h"

#include <QTimer>

namespace dank::ui {

Session::Session(const Options &options, QObject *parent)
    : QObject(parent),
      m_place(
          options.library, [this] { settle(); }, [this](const ChangeEvent &change) { emit changed(change); }),
      m_engine(m_place, options.engine, options.threads), m_thumbnails(m_place, m_engine), m_jobs(m_place, m_engine),
      m_data(m_place, m_jobs), m_finder(m_place, m_data), m_features(m_place, m_engine, m_jobs, m_data),
      m_texts(m_place, m_engine, m_jobs, m_data), m_chart(m_place), m_runs(m_place, m_chart),
      m_choices(m_place, m_jobs, m_data, m_features, m_runs), m_rater(m_place, m_chart, m_runs),
      m_board(m_place, m_engine, m_features, m_rater), m_evaluations(m_place, m_jobs, m_data, m_features, m_runs),
      m_training({m_place, m_jobs, m_data, m_features, m_choices, m_chart, m_runs, m_rater, m_evaluations}),
      m_lastRun({m_place, m_jobs, m_data, m_features, m_choices, m_chart, m_runs, m_rater, m_evaluations}),
      m_weights(m_place, m_engine, m_jobs, m_features, m_board),
      m_studies(m_place, m_engine, m_jobs, m_data, m_features), m_explanations(m_place, m_engine, m_features)
{
    m_place.openLibrary();
    m_runs.refresh();
    m_runs.purgeTrash();
    if (!options.engineWaits)
        QTimer::singleShot(0, this, [this] { m_engine.open(); });
}

Session::~Session()
{
    blockSignals(true);
    // Ask everything to end before waiting for anything; nothing works for a part when the first of them goes.
    m_finder.end();
    m_board.end();
    m_choices.end();
    m_features.end();
    m_texts.end();
    m_weights.end();
    m_studies.end();
    m_explanations.end();
    m_jobs.end();
    m_jobs.join();
    m_place.endInteractive();
}

/// What may be done follows from all that has changed.
void Session::settle()
{
    const Actions now = actionsFor(facts());
    if (now == m_actions)
        return;
    m_actions = now;
    m_place.notify({Change::Job, m_jobs.status()});
}

Facts Session::facts() const
{
    const auto dataset = m_data.dataset();
    const auto summary = m_features.summary();
    const auto model = m_rater.model();
    const auto evaluation = m_evaluations.evaluation();
    Facts f;
    f.job = m_jobs.status().kind;
    f.state = m_jobs.status().state;
    f.trainingStarted = m_jobs.isRunning(JobKind::Train) && m_chart.live().live;
    f.judging = m_jobs.status().judging;
    f.engineFailed = m_engine.hasFailed();
    f.dataset = dataset != nullptr;
    f.usable = dataset ? dataset->records().size() : 0;
    f.features = m_features.areComplete();
    f.untrained = summary ? summary->untrained : m_features.request().weights == "none";
    f.featuresFailed = m_features.hasFailed();
    f.curve = !m_chart.shown().curve.empty();
    f.trainingFailed = m_training.hasFailed();
    f.model = model != nullptr;
    f.modelBlocked = m_board.isBlocked();
    f.modelHasRun = model && m_runs.find(model->run);
    f.evaluation = evaluation != nullptr;
    f.convincing = evaluation && evaluation->verdict.kind == VerdictKind::LearnedSomething;
    f.cards = m_board.items().size();
    for (const RatedItem &item : m_board.items()) {
        f.scored += item.state == RatedItem::State::Scored;
        f.waiting += item.state == RatedItem::State::Waiting;
    }
    return f;
}

}  // namespace dank::ui
