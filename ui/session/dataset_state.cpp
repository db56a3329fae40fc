#include "ui/session/dataset_state.h"

#include <utility>

#include "core/base/file.h"
#include "core/feeds/read_feed.h"
#include "ui/lanes/thumbnails.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kSampleRows = 400;
constexpr std::uint64_t kSampleSeed = 1;

/// The sample's db.json. Written beside and then renamed, so that a stop leaves no half sample behind.
std::filesystem::path sampleIn(const std::filesystem::path &folder, Engine &engine, const JobContext &job)
{
    const auto sample = folder / "sample";
    if (std::filesystem::exists(sample / "db.json"))
        return sample / "db.json";
    const auto beside = folder / "sample.part";
    std::error_code error;
    std::filesystem::remove_all(beside, error);
    createFolder(folder);
    engine.pictures().writeSample(beside, kSampleRows, kSampleSeed, job);
    job.cancel.check();
    std::filesystem::remove_all(sample, error);
    std::filesystem::rename(beside, sample, error);
    if (error)
        throwErrno(error.value(), "write", sample);
    return sample / "db.json";
}

}  // namespace

class DatasetState::ExcludeCommand : public QUndoCommand {
public:
    /// `ids`: those whose state really changes.
    ExcludeCommand(DatasetState &owner, std::vector<MemeId> ids, bool exclude)
        : m_owner(owner), m_ids(std::move(ids)), m_exclude(exclude)
    {
        const QString count = countOf(static_cast<qint64>(m_ids.size()), tr("meme"), tr("memes"));
        setText(exclude ? tr("set aside %1").arg(count) : tr("bring back %1").arg(count));
    }
    void redo() override { apply(m_exclude); }
    void undo() override { apply(!m_exclude); }

private:
    void apply(bool exclude)
    {
        auto &excluded = m_owner.m_excluded;
        const auto &opened = m_owner.m_opened;
        const Workplace::Telling telling(m_owner.m_place);
        for (const MemeId &id : m_ids)
            exclude ? void(excluded.insert(id)) : void(excluded.erase(id));
        m_owner.m_place.withLibrary([&](Library &l) { l.choices().setExclusions(opened->path().string(), excluded); });
        m_owner.m_dataset = excluded.empty() ? opened : std::make_shared<const Dataset>(opened->without(excluded));
        m_owner.m_place.notify(Change::Dataset);
    }

    DatasetState &m_owner;
    std::vector<MemeId> m_ids;
    bool m_exclude;
};

QStringList DatasetState::recents() const
{
    QStringList recent;
    m_place.withLibrary([&](Library &library) {
        for (const std::string &path : library.choices().recents("dataset"))
            recent << toQString(path);
    });
    return recent;
}

void DatasetState::open(const QString &dbJson)
{
    const auto path = toPath(dbJson);
    load({.kind = JobKind::Load,
          .verb = tr("Opening %1").arg(toQString(path.filename())),
          .work = [this, path](JobScope &scope) -> JobPlan::Apply {
              auto loaded = std::make_shared<const Dataset>(Dataset::load(feedPath(path), scope.context));
              return [this, loaded](bool) { apply(loaded); };
          }});
}

void DatasetState::openSample(SampleQuestion alongside)
{
    load({.kind = JobKind::Sample,
          .verb = tr("Making the sample"),
          .work = [this, folder = m_place.folder(),
                   alongside = std::move(alongside)](JobScope &scope) -> JobPlan::Apply {
              const auto engine = scope.engine();
              const auto file = sampleIn(folder, *engine, scope.context);
              auto loaded = std::make_shared<const Dataset>(Dataset::load(file, scope.context));
              return [this, loaded, then = alongside(*engine, scope.context)](bool) {
                  apply(loaded);
                  then();
              };
          }});
}

void DatasetState::setExcluded(const std::vector<MemeId> &ids, bool excluded)
{
    if (!m_opened)
        return;
    std::set<MemeId> changing;
    for (const MemeId &id : ids)
        if (m_opened->find(id) && m_excluded.contains(id) != excluded)
            changing.insert(id);
    if (!changing.empty())
        m_place.undo().push(new ExcludeCommand(*this, {changing.begin(), changing.end()}, excluded));
}

void DatasetState::load(JobPlan plan)
{
    const Workplace::Telling telling(m_place);
    if (m_jobs.isRunning(JobKind::Train)) {
        m_place.say(Message::Severity::Info, tr("Stop the training first, then open another dataset."));
        return;
    }
    // A newer wish replaces the load in progress.
    if (!m_jobs.isRunning(JobKind::Load) && !m_jobs.isRunning(JobKind::Sample) && !m_jobs.isFree(plan.kind))
        return;
    m_jobs.replace(std::move(plan));
    m_place.notify(Change::Dataset);
}

void DatasetState::apply(std::shared_ptr<const Dataset> loaded)
{
    m_opened = std::move(loaded);
    m_excluded.clear();
    m_place.undo().clear();
    const std::string path = m_opened->path().string();
    m_place.withLibrary([&](Library &l) {
        m_excluded = l.choices().exclusions(path);
        l.choices().addRecent("dataset", path);
    });
    m_dataset = m_excluded.empty() ? m_opened : std::make_shared<const Dataset>(m_opened->without(m_excluded));
    m_jobs.amend([this](JobStatus &status) {
        status.detail =
            tr("%1 of %2 rows usable")
                .arg(groupedNumber(qint64(m_dataset->records().size())), groupedNumber(qint64(m_dataset->rows())));
    });
    m_place.notify(Change::Dataset);
}

}  // namespace dank::ui
