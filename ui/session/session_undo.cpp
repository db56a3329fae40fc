// What can be undone: setting memes aside, clearing the board, the runs' trash, changing the settings.

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <utility>

#include "ui/session/session_private.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

class Session::Private::ExcludeCommand : public QUndoCommand {
public:
    /// `ids`: those whose state really changes.
    ExcludeCommand(Private &owner, std::vector<MemeId> ids, bool exclude)
        : m_d(owner), m_ids(std::move(ids)), m_exclude(exclude)
    {
        const QString count = countOf(static_cast<qint64>(m_ids.size()), Session::tr("meme"), Session::tr("memes"));
        setText(exclude ? Session::tr("set aside %1").arg(count) : Session::tr("bring back %1").arg(count));
    }
    void redo() override { apply(m_exclude); }
    void undo() override { apply(!m_exclude); }

private:
    void apply(bool exclude)
    {
        const Telling telling(m_d);
        for (const MemeId &id : m_ids)
            exclude ? void(m_d.excluded.insert(id)) : void(m_d.excluded.erase(id));
        m_d.withLibrary([&](Library &l) { l.setExclusions(m_d.base->path().string(), m_d.excluded); });
        m_d.rebuildDataset();
        m_d.refreshBackbones();
    }

    Private &m_d;
    std::vector<MemeId> m_ids;
    bool m_exclude;
};

class Session::Private::ClearCommand : public QUndoCommand {
public:
    explicit ClearCommand(Private &owner) : m_d(owner) { setText(Session::tr("clear the scores")); }

    void redo() override
    {
        const Telling telling(m_d);
        // What the lane works on is of no use now.
        m_d.rating.cancel();
        m_d.rating = {};
        m_d.inFlight.clear();
        m_items = std::exchange(m_d.items, {});
        m_ids = std::exchange(m_d.itemIds, {});
        m_pasted = std::exchange(m_d.pasted, {});
        m_d.notify(Change::Scores);
    }
    void undo() override
    {
        const Telling telling(m_d);
        m_d.items.insert(m_d.items.begin(), m_items.begin(), m_items.end());
        m_d.itemIds.insert(m_d.itemIds.begin(), m_ids.begin(), m_ids.end());
        m_d.pasted.merge(m_pasted);
        m_items.clear();
        m_ids.clear();
        m_d.notify(Change::Scores);
        m_d.pumpRating();
    }

private:
    Private &m_d;
    std::vector<RatedItem> m_items;
    std::vector<std::uint64_t> m_ids;
    std::map<std::uint64_t, QByteArray> m_pasted;
};

class Session::Private::TrashCommand : public QUndoCommand {
public:
    TrashCommand(Private &owner, std::int64_t run, bool trash) : m_d(owner), m_run(run), m_trash(trash)
    {
        setText(trash ? Session::tr("move run %1 to the trash").arg(run) : Session::tr("restore run %1").arg(run));
    }
    void redo() override { apply(m_trash); }
    void undo() override { apply(!m_trash); }
    /// Gone with the command: another one may lie where it lay.
    std::weak_ptr<void> life() const { return m_life; }

private:
    void apply(bool trash)
    {
        const Telling telling(m_d);
        const bool done = m_d.withLibrary([&](Library &l) { trash ? l.trashRun(m_run) : l.restoreRun(m_run); });
        setObsolete(!done);  // the user was told why; doing it again would not help
        if (done && trash)
            m_d.runGone(m_run);
        m_d.refreshRuns();
    }

    Private &m_d;
    std::int64_t m_run;
    bool m_trash;
    std::shared_ptr<void> m_life = std::make_shared<char>();
};

void Session::trashRun(std::int64_t run)
{
    const Private::Telling telling(*d);
    if (!d->findRun(run))
        return;
    if (d->live.live && d->live.run == run) {
        d->say(Message::Severity::Info, tr("Run %1 is being trained. Stop and discard it instead.").arg(run));
        return;
    }
    auto *command = new Private::TrashCommand(*d, run, true);
    const auto life = command->life();
    d->undo.push(command);
    if (d->findRun(run))
        return;  // refused
    d->say(Message::Severity::Info, tr("Run %1 is in the trash, where it is kept for 30 days.").arg(run), tr("Undo"),
           [this, run, command, life] {
               const int at = d->undo.index();
               if (!life.expired() && at > 0 && d->undo.command(at - 1) == command)
                   d->undo.undo();
               else
                   restoreRun(run);
           });
}

void Session::restoreRun(std::int64_t run)
{
    const Private::Telling telling(*d);
    if (std::any_of(d->trashed.begin(), d->trashed.end(), [run](const RunRecord &r) { return r.run == run; }))
        d->undo.push(new Private::TrashCommand(*d, run, false));
}

class Session::Private::SettingsCommand : public QUndoCommand {
public:
    SettingsCommand(Private &owner, const TrainConfig &next) : m_d(owner), m_before(owner.config), m_after(next)
    {
        setText(Session::tr("change the settings"));
    }
    void redo() override { apply(m_after); }
    void undo() override { apply(m_before); }
    int id() const override { return 1; }
    /// What is typed into one field is one step.
    bool mergeWith(const QUndoCommand *next) override
    {
        const auto *other = static_cast<const SettingsCommand *>(next);
        const QStringList mine = changed(m_before, m_after);
        if (mine.size() != 1 || mine != changed(other->m_before, other->m_after))
            return false;
        m_after = other->m_after;
        setObsolete(m_after == m_before);
        return true;
    }

private:
    static QStringList changed(const TrainConfig &from, const TrainConfig &to)
    {
        const auto parsed = [](const TrainConfig &config) {
            return QJsonDocument::fromJson(QByteArray::fromStdString(trainConfigToJson(config))).object();
        };
        const QJsonObject a = parsed(from), b = parsed(to);
        QStringList names;
        for (const QString &name : a.keys())
            if (a.value(name) != b.value(name))
                names << name;
        return names;
    }
    void apply(const TrainConfig &config)
    {
        const Telling telling(m_d);
        m_d.config = config;
        m_d.notify(Change::Settings);
    }

    Private &m_d;
    TrainConfig m_before, m_after;
};

void Session::Private::pushSettings(const TrainConfig &next)
{
    undo.push(new SettingsCommand(*this, next));
}

void Session::setExcluded(const std::vector<MemeId> &ids, bool excluded)
{
    if (!d->base)
        return;
    std::set<MemeId> changing;
    for (const MemeId &id : ids)
        if (d->base->find(id) && d->excluded.contains(id) != excluded)
            changing.insert(id);
    if (!changing.empty())
        d->undo.push(new Private::ExcludeCommand(*d, {changing.begin(), changing.end()}, excluded));
}

void Session::clearScores()
{
    if (!d->items.empty())
        d->undo.push(new Private::ClearCommand(*d));
}

}  // namespace dank::ui
