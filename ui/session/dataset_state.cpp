#include "ui/session/dataset_state.h"

#include <utility>

#include "core/base/file.h"
#include "core/feeds/feed_sample.h"
#include "core/feeds/read_feed.h"
#include "ui/lanes/thumbnails.h"
#include "ui/widgets/remembered_feeds.h"
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

/// A file on its way to a dataset, on the lane.
struct DatasetState::Opening {
    FeedQuestion read;  ///< how it is read; why it is asked, where that is not certain
    std::string shape;
    std::shared_ptr<const Dataset> loaded;  ///< null where it is asked

    Opening(const std::filesystem::path &path, const std::optional<FeedOptions> &said, bool mayAsk,
            const JobContext &job)
    {
        read.file = feedPath(path);
        job.report("load", 0, 0);
        bool isKnown = said.has_value();
        std::error_code failed;
        if (std::filesystem::is_directory(read.file, failed)) {
            loaded = std::make_shared<const Dataset>(Dataset::load(read.file, job));  // which says what to open
            return;
        }
        const FeedSample sample = readFeedSample(read.file, job);
        shape = sample.shape();
        if (said) {
            read.options = *said;
        } else {
            const auto map = rememberedColumns(shape);
            isKnown = map.has_value();
            read.options = {map.value_or(FeedMapping()), rememberedPictures(read.file)};
        }
        if (!isKnown && mayAsk && !isEnough(sample.mappingUnder({}), sample.namesItsRows())) {
            read.why = tr("Which columns hold the picture and the upvotes could not be told from their names.");
            return;
        }
        loaded = std::make_shared<const Dataset>(Dataset::load(read.file, job, read.options));
        if (!isKnown && mayAsk && loaded->records().empty()) {
            read.why = tr("Read as guessed, no row can be used.");
            loaded.reset();
        }
    }
};

void DatasetState::open(const QString &dbJson)
{
    openWith(toPath(dbJson), std::nullopt, false);
}

void DatasetState::open(const FeedQuestion &answered)
{
    openWith(answered.file, answered.options, true);
}

void DatasetState::reopen()
{
    if (m_opened)
        openWith(m_opened->path(), m_opened->source().options, false);
}

void DatasetState::askColumns()
{
    if (m_opened)
        ask({m_opened->path(), m_opened->source().options, {}});
}

void DatasetState::ask(const FeedQuestion &question)
{
    if (m_ask)
        m_ask(question);
}

void DatasetState::openWith(const std::filesystem::path &path, std::optional<FeedOptions> said, bool remember)
{
    const bool mayAsk = m_ask != nullptr;
    load({.kind = JobKind::Load,
          .verb = tr("Opening %1").arg(toQString(path.filename())),
          .work = [this, path, said, mayAsk, remember](JobScope &scope) -> JobPlan::Apply {
              const auto opening = std::make_shared<const Opening>(path, said, mayAsk, scope.context);
              return [this, opening, remember](bool) {
                  if (!opening->loaded) {
                      m_jobs.amend([](JobStatus &status) { status.detail = tr("its columns are to be chosen"); });
                      return ask(opening->read);
                  }
                  apply(opening->loaded);
                  if (!remember)
                      return;
                  const FeedOptions &options = opening->read.options;
                  if (!rememberColumns(opening->shape, options.map))
                      m_place.say(Message::Severity::Info,
                                  tr("The names of these columns are too long to be remembered."));
                  rememberPictures(opening->read.file, options.images);
              };
          },
          .failed =
              [this, path, said](const TaskResult &result) {
                  if (!said || !m_ask || (result.kind != ErrorKind::Format && result.kind != ErrorKind::File))
                      return false;
                  m_place.say(Message::Severity::Error, QString::fromStdString(result.text), tr("&Columns…"),
                              [this, path, said] {
                                  ask({path, *said, {}});
                              });
                  return true;
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
