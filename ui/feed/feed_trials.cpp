#include "ui/feed/feed_trials.h"

#include <algorithm>
#include <unordered_map>

namespace dank::ui {

namespace {

constexpr std::size_t kLongestExample = 80;
constexpr std::size_t kMostColumns = 10'000;

FeedTrials::File fileOf(const FeedSample &sample, FeedMapping given)
{
    FeedTrials::File file;
    file.layout = sample.layout;
    file.columns = sample.columns;
    file.columnCount = file.columns.size();
    // What cannot be said in a mapping.
    std::erase_if(file.columns, [](const std::string &name) { return name.empty() || name == kNoColumn; });
    file.columns.resize(std::min(file.columns.size(), kMostColumns));
    file.examples.resize(file.columns.size());
    file.whole = sample.whole;
    file.namesItsRows = sample.namesItsRows();
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t c = 0; c < file.columns.size(); ++c)
        places.emplace(file.columns[c], c);
    for (const FeedSample::Row &one : sample.rows)
        for (const auto &[name, value] : one.row.fields)
            if (const auto at = places.find(name); at != places.end() && file.examples[at->second].empty())
                file.examples[at->second] = value.text.substr(0, kLongestExample);
    for (std::string &column : given.columns)
        if (column != kNoColumn && !places.contains(column))
            column.clear();
    file.guessed = sample.mappingUnder({});
    file.begun = sample.mappingUnder(given);
    return file;
}

}  // namespace

FeedTrials::FeedTrials(std::filesystem::path file, const FeedMapping &given, QObject *parent)
    : QObject(parent), m_path(std::move(file)), m_preview(std::make_shared<std::optional<FeedPreview>>()),
      m_mailbox([](const Mailbox::Item &runAll) { runAll(); })
{
    m_lane.post([this, given, cancel = m_ending] {
        std::shared_ptr<const File> read;
        const TaskResult result = runGuarded([&] {
            m_preview->emplace(m_path, JobContext{cancel, {}});
            read = std::make_shared<const File>(fileOf((*m_preview)->sample(), given));
        });
        m_mailbox.post([this, read, result] {
            if (!read)
                return failed(result);
            m_file = read;
            emit opened();
        });
    });
}

FeedTrials::~FeedTrials()
{
    ++m_latest;
    m_ending.cancel();
    m_cancel.cancel();
    m_lane.end();
}

void FeedTrials::attempt(const FeedOptions &options)
{
    const std::uint64_t number = ++m_latest;
    m_cancel.cancel();
    m_cancel = {};
    m_busy = true;
    emit changed();
    m_lane.post([this, number, options, cancel = m_cancel] {
        if (m_latest != number || !*m_preview)
            return;
        const auto tell = [&](std::shared_ptr<const FeedTrial> trial, bool last, const TaskResult &result) {
            m_mailbox.post([this, number, trial = std::move(trial), last, result] {
                if (m_latest != number)
                    return;
                if (!trial)
                    return failed(result);
                m_trial = trial;
                m_busy = !last;
                m_error.clear();
                emit changed();
            });
        };
        std::shared_ptr<const FeedTrial> trial;
        const TaskResult result = runGuarded([&] {
            const auto attempted = [&](std::size_t judged) {
                return std::make_shared<const FeedTrial>(
                    (*m_preview)->attempt(options, kShown, judged, JobContext{cancel, {}}));
            };
            const auto first = attempted(kShown);  // what is looked at comes before what is counted
            if (first->rows == kShown)
                tell(first, false, {});
            trial = first->rows == kShown ? attempted(kJudged) : first;
        });
        tell(trial, true, result);
    });
}

void FeedTrials::failed(const TaskResult &result)
{
    m_busy = false;
    if (result.outcome == TaskResult::Outcome::Failed) {
        m_trial.reset();
        m_error = QString::fromStdString(result.text);
    }
    emit changed();
}

}  // namespace dank::ui
