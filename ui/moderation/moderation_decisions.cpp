#include "ui/moderation/moderation_decisions.h"

#include <utility>

#include "ui/lanes/task.h"

namespace dank::ui {

/// Made when its decision is already stored: the first redo() has nothing to do.
class ModerationDecisions::Command : public QUndoCommand {
public:
    Command(ModerationDecisions &owner, MemeId id, std::optional<Decision> before, Decision after)
        : m_owner(owner), m_id(std::move(id)), m_before(before), m_after(after)
    {
    }
    void redo() override
    {
        if (std::exchange(m_made, true))
            step(m_after);
    }
    void undo() override { step(m_before); }

private:
    void step(std::optional<Decision> decision)
    {
        if (!m_owner.store({m_id, decision}))
            setObsolete(true);  // it leaves the stack: what it would undo is not so any more
        emit m_owner.stepped(QString::fromStdString(m_id));
    }

    ModerationDecisions &m_owner;
    const MemeId m_id;
    const std::optional<Decision> m_before;
    const Decision m_after;
    bool m_made = false;
};

ModerationDecisions::ModerationDecisions(const DecisionStore &store, QObject *parent) : QObject(parent), m_store(store)
{
    const TaskResult result = runGuarded([this] { m_all = m_store.load(); });
    if (result.outcome == TaskResult::Outcome::Failed)
        m_problem = QString::fromStdString(result.text);
}

std::optional<Decision> ModerationDecisions::of(const MemeId &id) const
{
    const auto found = m_all.find(id);
    return found == m_all.end() ? std::nullopt : std::optional(found->second);
}

bool ModerationDecisions::decide(const MemeId &id, Decision decision)
{
    const std::optional<Decision> before = of(id);
    if (before == decision)
        return true;
    if (!store({id, decision}))
        return false;
    m_undo.push(new Command(*this, id, before, decision));
    return true;
}

bool ModerationDecisions::store(const DecisionChange &change)
{
    const TaskResult result = m_problem.isEmpty() ? runGuarded([&] { m_all = m_store.change(std::span(&change, 1)); })
                                                  : TaskResult{TaskResult::Outcome::Failed, ErrorKind::Library,
                                                               m_problem.toStdString(), m_store.file()};
    if (result.outcome != TaskResult::Outcome::Finished) {
        emit failed(QString::fromStdString(result.text));
        return false;
    }
    emit changed();
    return true;
}

}  // namespace dank::ui
