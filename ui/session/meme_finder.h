#pragma once

#include <QString>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/meme_search.h"
#include "ui/session/dataset_state.h"

namespace dank::ui {

/// The memes of a dataset that have what was looked for in their title, in their picture's text, or as author or id.
struct FoundMemes {
    QString query;                           ///< as it was asked
    std::vector<std::string> words;          ///< searchedWords() of it
    std::shared_ptr<const Dataset> dataset;  ///< `MemeHit::meme` is a row of its records
    std::vector<MemeHit> hits;               ///< ascending
    std::vector<std::string_view> texts;     ///< [hits], what was read in the picture
    std::shared_ptr<const void> keeps;       ///< what the texts are of
};

/// The search of the Dataset page. Index and answers are made on a lane of its own; of questions that come quicker than
/// answers only the last is answered. Tells Change::Found. GUI thread only.
class MemeFinder {
    Q_DECLARE_TR_FUNCTIONS(MemeFinder)
public:
    MemeFinder(Workplace &place, const DatasetState &data);
    ~MemeFinder();

    /// Looks for what has each of the words; nothing but white space: for nothing, so that all memes count.
    void ask(const QString &query);
    /// The last answer; null while nothing is looked for.
    std::shared_ptr<const FoundMemes> found() const { return m_found; }
    /// A question is on its way; the answer before it still stands.
    bool isBusy() const { return m_busy; }
    void end();

private:
    struct Index;
    void arrived(std::uint64_t number, const std::shared_ptr<const FoundMemes> &found, const TaskResult &result);

    Workplace &m_place;
    const DatasetState &m_data;
    QString m_query;
    std::shared_ptr<const FoundMemes> m_found;
    bool m_busy = false;
    std::shared_ptr<const Dataset> m_opened;  ///< what m_cancel is of
    CancelToken m_cancel;                     ///< of what is done for the dataset
    std::atomic<std::uint64_t> m_latest{0};   ///< number of the last question
    std::shared_ptr<Index> m_index;           ///< the lane's only
    Lane m_lane;
};

}  // namespace dank::ui
