#include "ui/session/meme_finder.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "core/base/error.h"
#include "core/base/searched_text.h"

namespace dank::ui {

/// The index of the dataset that was asked about last, and what was read in its pictures.
struct MemeFinder::Index {
    std::shared_ptr<const Dataset> dataset;  ///< as it was opened: what is set aside comes and goes
    std::int64_t latestText = 0;
    std::shared_ptr<const std::vector<std::string>> texts;
    std::unique_ptr<const MemeSearch> search;

    /// Makes it one of `opened`, with all that has been read until now.
    void fit(const std::shared_ptr<const Dataset> &opened, const std::filesystem::path &folder,
             const CancelToken &cancel)
    {
        std::error_code ignored;
        std::optional<Library> library;
        std::int64_t latest = 0;
        try {
            if (std::filesystem::exists(folder / "library.sqlite", ignored))
                library.emplace(Library::openToRead(folder, cancel));
            latest = library ? library->texts().latest() : 0;
        } catch (const Error &) {
            library.reset();  // the window has said what is wrong with it when it started
        }
        if (search && dataset == opened && latest == latestText)
            return;
        search.reset();
        const JobContext job{cancel, {}};
        const int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        std::vector<std::string> inPictures(opened->records().size());
        try {
            inPictures = textsInPictures(*opened, threads, library ? &*library : nullptr, job);
        } catch (const Error &error) {
            if (error.kind() == ErrorKind::Memory)
                throw;  // else the titles are searched without them
        }
        auto read = std::make_shared<const std::vector<std::string>>(std::move(inPictures));
        std::vector<SearchedMeme> memes;
        memes.reserve(read->size());
        for (std::size_t i = 0; i < read->size(); ++i) {
            const MemeRecord &record = opened->records()[i];
            memes.push_back({record.title, (*read)[i], record.author + ' ' + record.id});
        }
        search = std::make_unique<const MemeSearch>(memes, job);
        dataset = opened;
        latestText = latest;
        texts = std::move(read);
    }

    /// What of `shown`, the same dataset without what is set aside, has the words.
    std::shared_ptr<FoundMemes> find(const std::vector<std::string> &words, const std::shared_ptr<const Dataset> &shown)
    {
        auto found = std::make_shared<FoundMemes>();
        found->words = words;
        found->dataset = shown;
        found->keeps = texts;
        for (const MemeHit &hit : search->find(words)) {
            const MemeRecord *record =
                shown == dataset ? &shown->records()[hit.meme] : shown->find(dataset->records()[hit.meme].id);
            if (!record)
                continue;
            found->hits.push_back(
                {static_cast<std::size_t>(record - shown->records().data()), hit.inTitle, hit.inText});
            found->texts.emplace_back((*texts)[hit.meme]);
        }
        return found;
    }
};

MemeFinder::MemeFinder(Workplace &place, const DatasetState &data)
    : m_place(place), m_data(data), m_index(std::make_shared<Index>())
{
    m_place.react([this](const ChangeEvent &change) {
        if (change == Change::Texts && m_found)
            ask(m_query);  // more may have been read
        if (change != Change::Dataset)
            return;
        if (m_opened != m_data.opened()) {
            m_cancel.cancel();
            m_cancel = {};
            m_opened = m_data.opened();
            ask(m_query);
        } else if (m_found && m_found->dataset != m_data.dataset()) {
            ask(m_query);  // memes were set aside or brought back
        }
    });
}

MemeFinder::~MemeFinder()
{
    end();
}

void MemeFinder::ask(const QString &query)
{
    m_query = query;
    const std::uint64_t number = ++m_latest;
    const std::vector<std::string> words = searchedWords(query.toStdString());
    if (words.empty() || !m_data.dataset()) {
        m_found.reset();
        m_busy = false;
        m_place.notify(Change::Found);
        return;
    }
    m_busy = true;
    m_place.notify(Change::Found);
    m_lane.post([this, number, query, words, opened = m_data.opened(), shown = m_data.dataset(), cancel = m_cancel,
                 folder = m_place.folder(), index = m_index] {
        if (m_latest != number)
            return;  // another waits behind it
        std::shared_ptr<FoundMemes> found;
        const TaskResult result = runGuarded([&] {
            index->fit(opened, folder, cancel);
            if (m_latest == number) {
                found = index->find(words, shown);
                found->query = query;
            }
        });
        m_place.mailbox().post([this, number, found, result] { arrived(number, found, result); });
    });
}

void MemeFinder::arrived(std::uint64_t number, const std::shared_ptr<const FoundMemes> &found, const TaskResult &result)
{
    if (m_latest != number)
        return;
    m_busy = false;
    if (result.outcome == TaskResult::Outcome::Failed)
        m_place.say(Message::Severity::Error, QString::fromStdString(result.text));
    else if (found)
        m_found = found;
    m_place.notify(Change::Found);
}

void MemeFinder::end()
{
    ++m_latest;
    m_cancel.cancel();
    m_lane.end();
}

}  // namespace dank::ui
