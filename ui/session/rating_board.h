#pragma once

#include <QImage>

#include <map>
#include <set>

#include "ui/session/feature_jobs.h"
#include "ui/session/rating_model.h"

namespace dank::ui {

/// One of several captions that are held against each other for a picture.
struct ComparedCaption {
    QString text;
    std::optional<Score> score;  ///< empty while it is on its way
};

/// One dropped file on the board.
struct RatedItem {
    enum class State { Waiting, Scored, Skipped } state = State::Waiting;
    QString path;                ///< empty for a pasted picture
    QString name;                ///< shown
    QString caption;             ///< the words that it is rated with; empty for none
    QString read;                ///< what was read in the picture, in one line; empty where nothing was
    bool typed = false;          ///< the caption is the user's own; else it is what was read, or empty
    bool readsCaptions = false;  ///< the model that scored it does
    Score score;
    std::vector<ComparedCaption> compared;  ///< scored ones best first, by the model that scored the picture
    std::shared_ptr<const Model> scoredBy;  ///< that model
    QImage thumbnail;                       ///< may be null while loading
    QString modelName;                      ///< "run 7"
    int epoch = 0;
    bool live = false;  ///< scored by a snapshot of a run that was still training
    bool untrained = false;
    Judgement judgement;  ///< of the model that scored it
};

/// The board of rated pictures, which wait for a model where there is none. Rates on the interactive lane.
class RatingBoard {
    Q_DECLARE_TR_FUNCTIONS(RatingBoard)
public:
    RatingBoard(Workplace &place, EngineDoor &engine, const FeatureJobs &features, const RatingModel &rater);

    /// As dropped. It only grows, except that clearing empties it.
    const std::vector<RatedItem> &items() const { return m_items; }
    /// The model could not be opened for rating.
    bool isBlocked() const { return m_blocked && m_blocked == m_rater.model(); }

    void rate(const QStringList &paths);                             ///< files and folders
    void rateImage(const QByteArray &encoded, const QString &name);  ///< pasted or dragged from a browser
    void clear();                                                    ///< undoable
    QByteArray pasted(std::size_t index) const;                      ///< its bytes; empty for a file
    /// Scores it anew with the user's own words; until then the old score stays. Nothing for what has no score yet.
    void setCaption(std::size_t index, const QString &caption);
    /// The same with what was read in the picture.
    void useWhatWasRead(std::size_t index);
    /// Puts a caption among those that are compared, and scores it. Once only, and not more than kMostCompared.
    void compareCaption(std::size_t index, const QString &caption);
    void dropCaption(std::size_t index, const QString &caption);
    static constexpr std::size_t kMostCompared = 20;

    /// A model that could not be opened is tried again: its weights may be there now.
    void unblock();
    void end();

private:
    class ClearCommand;
    struct OpenRating;
    void add(RatedItem item, const QByteArray &encoded = {});
    void pump();
    void start(std::size_t index);
    void again(std::size_t index);
    void rated(std::uint64_t id, const TaskResult &result, RatedItem scored, const std::shared_ptr<const Model> &by);
    void block(const std::shared_ptr<const Model> &by, const TaskResult &result);
    void told(std::size_t first, std::size_t last) { m_place.notify({Change::Scores, ItemRange{first, last}}); }

    Workplace &m_place;
    EngineDoor &m_engine;
    const FeatureJobs &m_features;
    const RatingModel &m_rater;
    std::pair<std::string, std::string> m_tried;  ///< weights and device as of the last change of settings
    std::vector<RatedItem> m_items;
    std::vector<std::uint64_t> m_ids;              ///< beside m_items
    std::map<std::uint64_t, QByteArray> m_pasted;  ///< encoded pictures without a file
    std::set<std::uint64_t> m_inFlight;
    std::uint64_t m_last = 0;
    CancelToken m_cancel;
    std::shared_ptr<const Model> m_blocked;
    std::shared_ptr<OpenRating> m_open;  ///< interactive lane only
};

}  // namespace dank::ui
