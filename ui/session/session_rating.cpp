// The interactive lane: models, and the board of rated pictures.

#include <QTemporaryFile>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/dataset/rate_input.h"
#include "core/store/model_file.h"
#include "ui/session/session_private.h"

namespace dank::ui {

namespace {

/// So many pictures are given to the lane at a time: enough to keep it busy between two drains, few enough that a new
/// snapshot is soon taken up.
constexpr std::size_t kRatingBatch = 16;

}  // namespace

/// Makes `by` the open model. Throws Error when it cannot be.
void Session::Private::OpenRating::take(Engine &with, const std::shared_ptr<const Model> &by,
                                        const std::string &chosenWeights, const std::string &wantedDevice,
                                        const std::filesystem::path &library)
{
    if (model == by)
        return;
    if (failedModel == by && failedWeights == chosenWeights)
        throw Error(failure.kind, failure.text, failure.path);
    model.reset();
    session.reset();
    // The model names its weights; a file that the user chose stands in where those are not here.
    failure = runGuarded(
        [&] { session = with.rater().openRating(by, by->untrainedBackbone ? "none" : "", wantedDevice, library); });
    if (failure.outcome == TaskResult::Outcome::Failed && failure.kind == ErrorKind::Weights && !chosenWeights.empty()
        && chosenWeights != "none")
        failure = runGuarded([&] { session = with.rater().openRating(by, chosenWeights, wantedDevice, library); });
    if (failure.outcome == TaskResult::Outcome::Failed) {
        failedModel = by;
        failedWeights = chosenWeights;
        throw Error(failure.kind, failure.text, failure.path);
    }
    model = by;
    failedModel.reset();
}

/// A small job on the interactive lane; `ended` runs on the GUI thread.
void Session::Private::quietly(std::function<void(const CancelToken &)> work,
                               std::function<void(const TaskResult &)> ended)
{
    interactive.post([this, work = std::move(work), ended = std::move(ended), cancel = ending] {
        const TaskResult result = runGuarded([&] {
            cancel.check();
            work(cancel);
        });
        mailbox.post([ended, result] { ended(result); });
    });
}

// ---- The model that rates ----

void Session::Private::setModel(std::shared_ptr<const Model> next, bool pin)
{
    model = std::move(next);
    pinned = pin;
    if (pin && current && current->kind == JobKind::Train)
        pinnedDuring = true;
    notify(Change::Model);
    pumpRating();
}

void Session::Private::loadModelOnLane(const std::filesystem::path &file, bool recent)
{
    const std::uint64_t asked = ++modelRequest;
    auto read = std::make_shared<std::shared_ptr<const Model>>();
    quietly([file, read](const CancelToken &) { *read = std::make_shared<const Model>(loadModel(file)); },
            [this, asked, file, recent, read](const TaskResult &result) {
                if (asked != modelRequest)
                    return;  // another was asked for meanwhile
                if (result.outcome == TaskResult::Outcome::Failed) {
                    say(Message::Severity::Error, QString::fromStdString(result.text));
                    return;
                }
                if (result.outcome != TaskResult::Outcome::Finished)
                    return;
                setModel(*read, true);
                if (recent)
                    withLibrary([&](Library &l) { l.addRecent("model", file.string()); });
            });
}

// ---- The board ----

void Session::Private::addItem(RatedItem item, const QByteArray &encoded)
{
    items.push_back(std::move(item));
    itemIds.push_back(++lastItem);
    if (!encoded.isEmpty())
        pasted.emplace(lastItem, encoded);
    notify(Change::Scores);
}

std::optional<std::size_t> Session::Private::indexOf(std::uint64_t id) const
{
    const auto found = std::find(itemIds.begin(), itemIds.end(), id);
    if (found == itemIds.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - itemIds.begin());
}

void Session::Private::pumpRating()
{
    if (!model || engineFailed || model == blockedModel || inFlight.size() > kRatingBatch / 2)
        return;
    const bool isLive = live.live && model->run == live.run && !pinned;
    for (std::size_t i = 0; i < items.size() && inFlight.size() < kRatingBatch; ++i) {
        const std::uint64_t id = itemIds[i];
        if (items[i].state != RatedItem::State::Waiting || inFlight.contains(id))
            continue;
        openEngineOnLane();  // comes before this on the same lane
        inFlight.insert(id);
        const auto encoded = pasted.find(id);
        interactive.post([this, id, isLive, by = model, cancel = rating, open = openRating, weights = request.weights,
                          wantedDevice = request.device, path = toPath(items[i].path), name = items[i].name,
                          bytes = encoded == pasted.end() ? QByteArray() : encoded->second,
                          needsThumbnail = items[i].thumbnail.isNull(), ratio = devicePixelRatio()] {
            std::shared_ptr<Engine> engineNow;
            const TaskResult opened = runGuarded([&] {
                engineNow = engine.wait(cancel);
                open->take(*engineNow, by, weights, wantedDevice, folder);
            });
            if (opened.outcome != TaskResult::Outcome::Finished) {
                mailbox.post([this, id, by, opened] {
                    inFlight.erase(id);
                    if (opened.outcome == TaskResult::Outcome::Failed)
                        ratingBlocked(by, opened);
                });
                return;
            }
            QImage thumbnail;
            Score score;
            const TaskResult rated = runGuarded([&] {
                cancel.check();
                std::string problem;
                const int side = static_cast<int>(std::lround(Thumbnails::kSide * ratio));
                if (bytes.isEmpty()) {
                    if (needsThumbnail)
                        thumbnail = toQImage(engineNow->pictures().thumbnail(path, side, problem), ratio);
                    score = open->session->rate(path);
                    return;
                }
                if (QTemporaryFile file;
                    needsThumbnail && file.open() && file.write(bytes) == bytes.size() && file.flush())
                    thumbnail =
                        toQImage(engineNow->pictures().thumbnail(toPath(file.fileName()), side, problem), ratio);
                score =
                    open->session->rate(std::as_bytes(std::span(bytes.constData(), bytes.size())), name.toStdString());
            });
            mailbox.post([=, this] { itemRated(id, rated, score, thumbnail, by, isLive); });
        });
    }
}

void Session::Private::itemRated(std::uint64_t id, const TaskResult &result, const Score &score,
                                 const QImage &thumbnail, const std::shared_ptr<const Model> &by, bool isLive)
{
    inFlight.erase(id);
    const auto index = indexOf(id);
    if (index && result.outcome != TaskResult::Outcome::Cancelled) {
        RatedItem &item = items[*index];
        item.score = score;
        if (result.outcome == TaskResult::Outcome::Failed)
            item.score.skipped = result.text;
        item.state = item.score.skipped.empty() ? RatedItem::State::Scored : RatedItem::State::Skipped;
        if (!thumbnail.isNull())
            item.thumbnail = thumbnail;
        item.modelName = QString::fromStdString(by->name);
        item.epoch = by->epoch;
        item.live = isLive;
        item.untrained = by->untrainedBackbone;
        pasted.erase(id);
        notify(Change::Scores);
    }
    pumpRating();
}

void Session::Private::ratingBlocked(const std::shared_ptr<const Model> &by, const TaskResult &result)
{
    if (std::exchange(blockedModel, by) == by)
        return;  // said already
    say(Message::Severity::Error, QString::fromStdString(result.text));
    notify(Change::Scores);
}

// ---- What the user asks for ----

void Session::openModel(const QString &file)
{
    const Private::Telling telling(*d);
    d->loadModelOnLane(toPath(file), true);
}

void Session::rate(const QStringList &paths)
{
    if (paths.isEmpty())
        return;
    std::vector<std::filesystem::path> asked;
    for (const QString &path : paths)
        asked.push_back(toPath(path));
    auto found = std::make_shared<std::vector<std::filesystem::path>>();
    d->quietly([asked = std::move(asked), found](
                   const CancelToken &cancel) { *found = expandRatePaths(asked, {.cancel = cancel, .progress = {}}); },
               [this, found](const TaskResult &result) {
                   if (result.outcome == TaskResult::Outcome::Failed)
                       d->say(Message::Severity::Error, QString::fromStdString(result.text));
                   else if (result.outcome == TaskResult::Outcome::Finished && found->empty())
                       d->say(Message::Severity::Info, tr("There are no pictures in there."));
                   for (const auto &file : *found) {
                       RatedItem item;
                       item.path = toQString(file);
                       item.name = toQString(file.filename());
                       d->addItem(std::move(item));
                   }
                   d->pumpRating();
               });
}

void Session::rateImage(const QByteArray &encoded, const QString &name)
{
    if (encoded.isEmpty())
        return;
    const Private::Telling telling(*d);
    RatedItem item;
    item.name = name;
    d->addItem(std::move(item), encoded);
    d->pumpRating();
}

}  // namespace dank::ui
