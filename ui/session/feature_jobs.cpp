#include "ui/session/feature_jobs.h"

#include <QLocale>

#include <algorithm>
#include <utility>

#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr std::size_t kMaxArrivals = 40;

QString rateText(double perSecond)
{
    return QLocale().toString(perSecond, 'f', perSecond < 10 ? 1 : 0);
}

}  // namespace

FeatureJobs::FeatureJobs(Workplace &place, EngineDoor &engine, JobRunner &jobs, const DatasetState &data)
    : m_place(place), m_engine(engine), m_jobs(jobs), m_data(data)
{
    m_place.react([this](const ChangeEvent &change) {
        if (change == Change::Engine)
            refreshStatuses();
        else if (change == Change::Dataset && m_data.dataset() != m_dataset)
            takeDataset();
        else if (change == Change::Job && m_statusTask && m_jobs.isRunning()) {
            m_statusTask->cancel();  // it may be hashing for minutes: asked again afterwards
            m_statusStale = true;
        }
    });
}

void FeatureJobs::end()
{
    if (m_statusTask)
        m_statusTask->cancel();
}

// ---- Which backbone ----

const BackboneStatus *FeatureJobs::requested() const
{
    const auto found = std::ranges::find_if(m_statuses, [this](const BackboneStatus &status) {
        return m_request.backbone.empty() ? status.isDefault : status.id == m_request.backbone;
    });
    return found == m_statuses.end() ? nullptr : &*found;
}

QString FeatureJobs::titleOf(const std::string &backbone) const
{
    const auto found = std::ranges::find(m_statuses, backbone, &BackboneStatus::id);
    return QString::fromStdString(found == m_statuses.end() || found->title.empty() ? backbone : found->title);
}

const BackboneStatus *FeatureJobs::classic() const
{
    const auto found = std::ranges::find(m_statuses, BackboneKind::Classic, &BackboneStatus::kind);
    return found == m_statuses.end() ? nullptr : &*found;
}

/// What an empty request means is written into it, so that it does not change under features that were made with it.
void FeatureJobs::settleDefault()
{
    if (!m_request.backbone.empty())
        return;
    if (const BackboneStatus *const meant = requested()) {
        m_request.backbone = meant->id;
        m_place.notify(Change::Settings);
    }
}

void FeatureJobs::setRequest(const BackboneRequest &request)
{
    if (request == m_request)
        return;
    const Workplace::Telling telling(m_place);
    if (m_jobs.refuseWhileLocked(tr("The feature network"))) {
        m_place.notify(Change::Settings);  // so that controls show what holds again
        return;
    }
    if (request.backbone != m_request.backbone || request.weights != m_request.weights)
        ++m_picks;
    takeRequest(request);
}

void FeatureJobs::takeRequest(const BackboneRequest &wanted)
{
    BackboneRequest sameResult = wanted;
    sameResult.batch = m_request.batch;
    const bool otherFeatures = !(sameResult == m_request);
    m_request = wanted;
    m_place.notify(Change::Settings);
    if (otherFeatures) {
        reset();
        refreshStatuses();
    }
}

void FeatureJobs::refreshStatuses()
{
    if (!m_engine.get())
        return;  // asked once it is there
    if (m_statusTask) {
        m_statusStale = true;
        return;
    }
    m_statusStale = false;
    auto found = std::make_shared<std::vector<BackboneStatus>>();
    m_statusTask = std::make_unique<Task>(
        m_jobs.lane(),
        [this, found, about = m_data.dataset(), asked = m_request,
         folder = m_place.folder()](const CancelToken &cancel) {
            *found = m_engine.wait(cancel)->extractor().backbones(about.get(), asked, folder, {cancel, {}});
        },
        [this, found](const TaskResult &result) {
            m_place.mailbox().post([this, found, result] {
                m_statusTask.reset();
                if (result.outcome == TaskResult::Outcome::Finished) {
                    m_statuses = std::move(*found);
                    settleDefault();
                    m_place.notify(Change::Features);
                } else if (result.outcome == TaskResult::Outcome::Failed) {
                    m_place.say(Message::Severity::Error, QString::fromStdString(result.text));
                }
                if (m_statusStale)
                    refreshStatuses();
            });
        });
}

bool FeatureJobs::offerClassic(const TaskResult &failure, std::function<void()> retry)
{
    const BackboneStatus *const asked = requested();
    if (failure.kind != ErrorKind::Weights || !classic() || asked == classic())
        return false;
    QString text = QString::fromStdString(failure.text);
    const QString title = QString::fromStdString(classic()->title);
    if (asked && asked->kind == BackboneKind::Network && asked->weights.empty() && m_request.weights.empty())
        text = tr("There are no weights for %1 yet. Download them or choose a file on the Features page, or take %2, "
                  "which needs none.")
                   .arg(QString::fromStdString(asked->title), title);
    m_place.say(Message::Severity::Error, text, tr("Use %1").arg(title), [this, retry = std::move(retry)] {
        if (!classic())
            return;
        BackboneRequest without = m_request;
        without.backbone = classic()->id;
        without.weights.clear();
        setRequest(without);
        retry();
    });
    return true;
}

DatasetState::SampleQuestion FeatureJobs::standInForSample()
{
    return [this, asked = m_request, folder = m_place.folder()](Engine &engine, const JobContext &job) {
        BackboneRequest usable = asked;
        QString standIn;
        for (const BackboneStatus &known : engine.extractor().backbones(nullptr, asked, folder, job)) {
            const bool lacking = known.kind == BackboneKind::Network && known.weights.empty();
            if (known.id == asked.backbone && asked.weights.empty() && lacking)
                usable.backbone.clear();
            if (known.isDefault && known.kind == BackboneKind::Classic)
                standIn = QString::fromStdString(known.title);
        }
        return [this, asked, usable, standIn] {
            if (!(usable == asked) && m_request == asked)
                takeRequest(usable);
            const BackboneStatus *const now = requested();
            if (!standIn.isEmpty() && m_request.weights.empty()
                && (m_request.backbone.empty() || (now && now->kind == BackboneKind::Classic)))
                m_place.say(Message::Severity::Info,
                            tr("There are no pretrained weights yet, so the sample uses %1, which needs none. Weights "
                               "can be downloaded on the Features page.")
                                .arg(standIn));
        };
    };
}

// ---- The features ----

bool FeatureJobs::areComplete() const
{
    const BackboneStatus *const known = requested();
    return m_summary || (known && known->total > 0 && known->cached >= known->total);
}

/// Another dataset was opened, or memes of it were set aside or brought back.
void FeatureJobs::takeDataset()
{
    m_dataset = m_data.dataset();
    if (std::exchange(m_opened, m_data.opened()) != m_data.opened())
        reset();
    dropUncovered();
    m_place.notify(Change::Features);
    refreshStatuses();
}

void FeatureJobs::dropUncovered()
{
    const auto has = [this](const MemeRecord &meme) { return m_summaryOf->find(meme.id) != nullptr; };
    if (m_summary && !std::ranges::all_of(m_data.dataset()->records(), has))
        m_summary.reset();
}

void FeatureJobs::reset()
{
    m_summary.reset();
    forgetProgress();
    m_place.notify(Change::Features);
}

void FeatureJobs::forgetProgress()
{
    m_extraction = {};
    m_arrivals.clear();
    m_failed = false;
}

void FeatureJobs::onExtract(const ExtractEvent &event)
{
    std::vector<Skipped> skipped = std::move(m_extraction.skipped);
    skipped.insert(skipped.end(), event.skipped.begin(), event.skipped.end());
    m_extraction = event;
    m_extraction.skipped = std::move(skipped);
    m_arrivals.insert(m_arrivals.end(), event.arrived.begin(), event.arrived.end());
    if (m_arrivals.size() > kMaxArrivals)
        m_arrivals.erase(m_arrivals.begin(), m_arrivals.end() - kMaxArrivals);

    QString detail = tr("%1 of %2 images").arg(groupedNumber(qint64(event.done)), groupedNumber(qint64(event.total)));
    std::optional<double> left;
    if (event.imagesPerSecond > 0) {
        detail += tr(" · %1/s").arg(rateText(event.imagesPerSecond));
        if (isStable(m_jobs.elapsedMs(), event.done, event.total) && event.total >= event.done)
            left = static_cast<double>(event.total - event.done) / event.imagesPerSecond;
    }
    m_jobs.amend([left](JobStatus &status) {
        status.verb = stageText("extract");
        status.secondsLeft = left;
    });
    m_jobs.setProgress(event.done, event.total, detail);
    m_place.notify({Change::Features, MemeIds{event.arrived}});
}

void FeatureJobs::takeSummary(const FeatureSummary &made, const std::shared_ptr<const Dataset> &of,
                              const BackboneRequest &asked)
{
    BackboneRequest meant = asked;
    if (meant.backbone.empty())  // begun before the engine had said which is the default
        meant.backbone = made.asMade.backbone;
    if (m_summary || of != m_data.dataset() || !(meant == m_request || asked == m_request))
        return;
    m_summary = std::make_shared<const FeatureSummary>(made);
    m_summaryOf = of;
    m_failed = false;
    m_place.notify(Change::Features);
}

void FeatureJobs::extract()
{
    const Workplace::Telling telling(m_place);
    if (!m_data.dataset() || !m_jobs.isFree(JobKind::Extract))
        return;
    reset();
    m_jobs.start({.kind = JobKind::Extract,
                  .verb = tr("Extracting features"),
                  .work = [this, about = m_data.dataset(), asked = m_request,
                           folder = m_place.folder()](JobScope &scope) -> JobPlan::Apply {
                      const auto observer = [this, post = scope.post](const ExtractEvent &event) {
                          post([this, event] { onExtract(event); });
                      };
                      // The numbers themselves are in the library.
                      auto made = std::make_shared<const FeatureSummary>(
                          scope.engine()->extractor().extract(*about, asked, folder, observer, scope.context));
                      return [this, made, about](bool) {
                          m_summary = made;
                          m_summaryOf = about;
                          dropUncovered();  // where something was brought back meanwhile
                          m_jobs.amend([&](JobStatus &status) {
                              status.done = status.total;
                              status.detail = tr("%1 ready, %2 skipped")
                                                  .arg(groupedNumber(qint64(made->rows)),
                                                       groupedNumber(qint64(made->skipped.size())));
                          });
                      };
                  },
                  .retry = [this] { extract(); },
                  .failed =
                      [this](const TaskResult &result) {
                          m_failed = true;
                          return offerClassic(result, [this] { extract(); });
                      },
                  .over = [this] { refreshStatuses(); }});
    m_jobs.amend([](JobStatus &status) { status.detail = tr("loading the network…"); });
    m_place.notify(Change::Features);
}

}  // namespace dank::ui
