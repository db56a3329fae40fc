#include "ui/session/rating_board.h"

#include <QTemporaryFile>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/hash.h"
#include "core/base/searched_text.h"
#include "core/dataset/rate_input.h"
#include "core/engine/open_rating.h"
#include "ui/lanes/thumbnails.h"

namespace dank::ui {

namespace {

/// So many pictures are given to the lane at a time: enough to keep it busy between two drains, few enough that a new
/// snapshot is soon taken up.
constexpr std::size_t kRatingBatch = 16;

/// What was read in the picture, in one line that a field can show; empty where nothing was, or the library cannot
/// tell. `bytes`: of a picture that has no file.
QString readIn(const RatedItem &item, const QByteArray &bytes, const std::filesystem::path &folder)
{
    constexpr int kLongest = 2000;
    try {
        if (!std::filesystem::exists(folder / "library.sqlite"))
            return {};
        const Library library = Library::openToRead(folder);
        if (library.texts().latest() == 0)
            return {};
        const std::string hash =
            bytes.isEmpty() ? hashFile(toPath(item.path))
                            : hashBytes(std::as_bytes(std::span(bytes.constData(), std::size_t(bytes.size()))));
        const auto texts = library.texts().texts({&hash, 1});
        return texts.empty() ? QString() : QString::fromStdString(plainLine(texts.begin()->second)).left(kLongest);
    } catch (const std::exception &) {
        return {};  // the score says what is wrong with the picture, if anything is
    }
}

/// Best first, behind them those that are on their way.
void sortCaptions(std::vector<ComparedCaption> &captions)
{
    std::ranges::stable_sort(captions, std::ranges::greater(), [](const ComparedCaption &one) {
        return one.score && one.score->skipped.empty() ? one.score->dankness : -1.0;
    });
}

}  // namespace

/// The model that the lane has open.
struct RatingBoard::OpenRating {
    std::shared_ptr<const Model> model;
    std::shared_ptr<RatingSession> session;
    std::shared_ptr<const Model> failedModel;  ///< could not be opened with failedWeights: not tried again
    std::string failedWeights;
    TaskResult failure;

    /// Makes `by` the open model. Throws Error when it cannot be.
    void take(Engine &with, const std::shared_ptr<const Model> &by, const BackboneRequest &chosen,
              const std::filesystem::path &library)
    {
        if (model == by)
            return;
        if (failedModel == by && failedWeights == chosen.weights)
            throw Error(failure.kind, failure.text, failure.path);
        model.reset();
        session.reset();
        failure = runGuarded([&] { session = openRating(with.rater(), by, chosen, library); });
        if (failure.outcome == TaskResult::Outcome::Failed) {
            failedModel = by;
            failedWeights = chosen.weights;
            throw Error(failure.kind, failure.text, failure.path);
        }
        model = by;
        failedModel.reset();
    }
};

class RatingBoard::ClearCommand : public QUndoCommand {
public:
    explicit ClearCommand(RatingBoard &owner) : m_owner(owner) { setText(tr("clear the scores")); }

    void redo() override
    {
        // What the lane works on is of no use now.
        m_owner.m_cancel.cancel();
        m_owner.m_cancel = {};
        m_owner.m_inFlight.clear();
        m_items = std::exchange(m_owner.m_items, {});
        m_ids = std::exchange(m_owner.m_ids, {});
        m_pasted = std::exchange(m_owner.m_pasted, {});
        m_owner.m_place.notify(Change::Scores);
    }
    void undo() override
    {
        const Workplace::Telling telling(m_owner.m_place);
        m_owner.m_items.insert(m_owner.m_items.begin(), m_items.begin(), m_items.end());
        m_owner.m_ids.insert(m_owner.m_ids.begin(), m_ids.begin(), m_ids.end());
        m_owner.m_pasted.merge(m_pasted);
        m_items.clear();
        m_ids.clear();
        m_owner.m_place.notify(Change::Scores);
        m_owner.pump();
    }

private:
    RatingBoard &m_owner;
    std::vector<RatedItem> m_items;
    std::vector<std::uint64_t> m_ids;
    std::map<std::uint64_t, QByteArray> m_pasted;
};

RatingBoard::RatingBoard(Workplace &place, EngineDoor &engine, const FeatureJobs &features, const RatingModel &rater)
    : m_place(place), m_engine(engine), m_features(features), m_rater(rater),
      m_tried(features.request().weights, features.request().device), m_open(std::make_shared<OpenRating>())
{
    m_place.react([this](const ChangeEvent &change) {
        if (change == Change::Settings) {
            const std::pair wanted(m_features.request().weights, m_features.request().device);
            if (std::exchange(m_tried, wanted) != wanted) {
                m_blocked.reset();
                pump();
            }
        } else if (change == Change::Model || change == Change::Engine) {
            pump();
        }
    });
}

void RatingBoard::end()
{
    m_cancel.cancel();
}

void RatingBoard::add(RatedItem item, const QByteArray &encoded)
{
    m_items.push_back(std::move(item));
    m_ids.push_back(++m_last);
    if (!encoded.isEmpty())
        m_pasted.emplace(m_last, encoded);
    told(m_items.size() - 1, m_items.size());
}

void RatingBoard::pump()
{
    if (!m_rater.model() || m_engine.hasFailed() || isBlocked() || m_inFlight.size() > kRatingBatch / 2)
        return;
    for (std::size_t i = 0; i < m_items.size() && m_inFlight.size() < kRatingBatch; ++i)
        if (m_items[i].state == RatedItem::State::Waiting && !m_inFlight.contains(m_ids[i]))
            start(i);
}

void RatingBoard::start(std::size_t index)
{
    m_engine.open();  // comes before this on the same lane
    const std::uint64_t id = m_ids[index];
    m_inFlight.insert(id);
    const auto pasted = m_pasted.find(id);
    RatedItem scored = m_items[index];
    scored.live = m_rater.isLive();
    m_place.interactive().post([this, id, scored, by = m_rater.model(), cancel = m_cancel, open = m_open,
                                asked = m_features.request(), folder = m_place.folder(),
                                bytes = pasted == m_pasted.end() ? QByteArray() : pasted->second,
                                ratio = devicePixelRatio()]() mutable {
        std::shared_ptr<Engine> engine;
        const TaskResult opened = runGuarded([&] {
            engine = m_engine.wait(cancel);
            open->take(*engine, by, asked, folder);
        });
        if (opened.outcome != TaskResult::Outcome::Finished) {
            m_place.mailbox().post([this, id, by, opened] {
                m_inFlight.erase(id);
                if (opened.outcome == TaskResult::Outcome::Failed)
                    block(by, opened);
            });
            return;
        }
        const TaskResult result = runGuarded([&] {
            cancel.check();
            if (by->readsCaptions()) {
                scored.read = readIn(scored, bytes, folder);
                // A model that reads titles takes the text in the picture from the library by itself.
                if (!scored.typed)
                    scored.caption = by->readsTitles() ? QString() : scored.read;
            }
            const auto draw = [&](const std::filesystem::path &file) {
                std::string problem;
                const int side = static_cast<int>(std::lround(Thumbnails::kSide * ratio));
                scored.thumbnail = toQImage(engine->pictures().thumbnail(file, side, problem), ratio);
            };
            const bool bare = scored.thumbnail.isNull();
            if (bytes.isEmpty()) {
                if (bare)
                    draw(toPath(scored.path));
            } else if (QTemporaryFile file; bare && file.open() && file.write(bytes) == bytes.size() && file.flush())
                draw(toPath(file.fileName()));
            const auto rate = [&](const QString &caption) {
                if (bytes.isEmpty())
                    return open->session->rate(toPath(scored.path), caption.toStdString());
                return open->session->rate(std::as_bytes(std::span(bytes.constData(), std::size_t(bytes.size()))),
                                           scored.name.toStdString(), caption.toStdString());
            };
            scored.score = rate(scored.caption);
            for (ComparedCaption &one : scored.compared) {
                cancel.check();
                if (!one.score || scored.scoredBy != by)
                    one.score = rate(one.text);
            }
            scored.scoredBy = by;
        });
        m_place.mailbox().post([=, this] { rated(id, result, scored, by); });
    });
}

void RatingBoard::rated(std::uint64_t id, const TaskResult &result, RatedItem scored,
                        const std::shared_ptr<const Model> &by)
{
    m_inFlight.erase(id);
    const auto found = std::ranges::find(m_ids, id);
    if (found != m_ids.end() && result.outcome != TaskResult::Outcome::Cancelled) {
        if (result.outcome == TaskResult::Outcome::Failed)
            scored.score.skipped = result.text;
        scored.state = scored.score.skipped.empty() ? RatedItem::State::Scored : RatedItem::State::Skipped;
        scored.modelName = QString::fromStdString(by->name);
        scored.epoch = by->epoch;
        scored.untrained = by->untrainedBackbone;
        scored.judgement = by->verdict();
        scored.readsCaptions = by->readsCaptions();
        const auto at = static_cast<std::size_t>(found - m_ids.begin());
        const RatedItem &now = m_items[at];  // the user may have gone on meanwhile
        bool goOn = now.typed != scored.typed || (now.typed && now.caption != scored.caption);
        if (now.typed || scored.typed)
            scored.caption = now.typed ? now.caption : by->readsTitles() ? QString() : scored.read;
        scored.typed = now.typed;
        std::vector<ComparedCaption> compared = now.compared;
        for (ComparedCaption &one : compared) {
            const auto done = std::ranges::find(scored.compared, one.text, &ComparedCaption::text);
            if (done != scored.compared.end())
                one.score = done->score;
            goOn = goOn || !one.score;
        }
        sortCaptions(compared);
        scored.compared = std::move(compared);
        m_items[at] = std::move(scored);
        told(at, at + 1);
        if (goOn && m_items[at].state == RatedItem::State::Scored)
            again(at);
    }
    pump();
}

void RatingBoard::block(const std::shared_ptr<const Model> &by, const TaskResult &result)
{
    if (std::exchange(m_blocked, by) == by)
        return;  // said already
    m_place.say(Message::Severity::Error, QString::fromStdString(result.text));
    m_place.notify(Change::Scores);
}

void RatingBoard::unblock()
{
    m_blocked.reset();
    m_place.interactive().post([open = m_open] { open->failedModel.reset(); });
    pump();
}

void RatingBoard::rate(const QStringList &paths)
{
    if (paths.isEmpty())
        return;
    std::vector<std::filesystem::path> asked;
    for (const QString &path : paths)
        asked.push_back(toPath(path));
    auto found = std::make_shared<std::vector<std::filesystem::path>>();
    m_place.quietly(
        [asked = std::move(asked), found](const CancelToken &cancel) {
            *found = expandRatePaths(asked, {.cancel = cancel, .progress = {}});
        },
        [this, found](const TaskResult &result) {
            if (result.outcome == TaskResult::Outcome::Failed)
                m_place.say(Message::Severity::Error, QString::fromStdString(result.text));
            else if (result.outcome == TaskResult::Outcome::Finished && found->empty())
                m_place.say(Message::Severity::Info, tr("There are no pictures in there."));
            for (const auto &file : *found) {
                RatedItem item;
                item.path = toQString(file);
                item.name = toQString(file.filename());
                add(std::move(item));
            }
            pump();
        });
}

void RatingBoard::rateImage(const QByteArray &encoded, const QString &name)
{
    if (encoded.isEmpty())
        return;
    RatedItem item;
    item.name = name;
    add(std::move(item), encoded);
    pump();
}

QByteArray RatingBoard::pasted(std::size_t index) const
{
    const auto found = index < m_ids.size() ? m_pasted.find(m_ids[index]) : m_pasted.end();
    return found == m_pasted.end() ? QByteArray() : found->second;
}

void RatingBoard::setCaption(std::size_t index, const QString &caption)
{
    if (index >= m_items.size() || m_items[index].state != RatedItem::State::Scored
        || (m_items[index].caption == caption && m_items[index].typed))
        return;
    m_items[index].caption = caption;
    m_items[index].typed = true;
    again(index);
}

void RatingBoard::useWhatWasRead(std::size_t index)
{
    if (index >= m_items.size() || m_items[index].state != RatedItem::State::Scored || !m_items[index].typed)
        return;
    const auto &by = m_items[index].scoredBy;
    m_items[index].caption = by && by->readsTitles() ? QString() : m_items[index].read;
    m_items[index].typed = false;
    again(index);
}

void RatingBoard::compareCaption(std::size_t index, const QString &caption)
{
    if (index >= m_items.size() || m_items[index].state != RatedItem::State::Scored)
        return;
    auto &compared = m_items[index].compared;
    if (caption.trimmed().isEmpty() || compared.size() >= kMostCompared
        || std::ranges::find(compared, caption, &ComparedCaption::text) != compared.end())
        return;
    compared.push_back({caption, {}});
    told(index, index + 1);
    again(index);
}

void RatingBoard::dropCaption(std::size_t index, const QString &caption)
{
    if (index < m_items.size()
        && std::erase_if(m_items[index].compared, [&](const ComparedCaption &one) { return one.text == caption; }) > 0)
        told(index, index + 1);
}

/// Rates it once more; what is on its way is asked again once it comes back.
void RatingBoard::again(std::size_t index)
{
    if (m_rater.model() && !isBlocked() && !m_inFlight.contains(m_ids[index]))
        start(index);
}

void RatingBoard::clear()
{
    if (!m_items.empty())
        m_place.undo().push(new ClearCommand(*this));
}

}  // namespace dank::ui
